"""The pages of a lead's commitment: their addresses, and what a browser posts."""

from commitments.services.content import write_content
from tests.commitments.writing import TYPED, a_content
from tests.factories import NOON, CommitmentFactory

LIST = "/en/my/commitments/"


def page_of(commitment, name="", language="en"):
    return f"/{language}/my/commitments/{commitment.reference}/{name}"


def in_status(person, status, *, content=None, **facts):
    commitment = CommitmentFactory(lead=person.member, status=status, **facts)
    write_content(commitment, content or a_content(), at=NOON)
    commitment.save()
    return commitment


def posted(part, **changes):
    """What a browser posts of a part, as it was typed."""
    fields = {name: values[0] for name, values in TYPED[part].items()}
    return {**fields, "draft_version": "7", "page": "first", "typed_in": "en", **changes}


def send(client, address, **fields):
    form = client.get(address).context["form"]
    seen = {name: form[name].value() for name in ("version", "seen")}
    return client.post(address, {**seen, **fields})
