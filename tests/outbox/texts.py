"""A kind of message that no app declares, and its texts, for the tests of what staff make of it."""

import pytest

from outbox import kinds
from outbox.kinds import Form, Kind, Placeholder
from outbox.models import MessageTemplate, digest_of
from outbox.rendering import PRIVATE_PAGE
from tests.factories import NOON, UserFactory

BODY = "Dear {name},\n\n{contents}\n\n{private_page}"
KIND = Kind(
    "parcel",
    "Parcel",
    "A parcel has arrived.",
    (
        Placeholder("name", "whose it is", "Ada"),
        Placeholder("number", "its number", "17", may_be_in_subject=True),
        Placeholder("contents", "what is in it", lambda: "- tea", Form.BLOCK),
        Placeholder("private_page", "where it is", PRIVATE_PAGE, Form.ADDRESS, is_required=True),
    ),
    opening=lambda: "Good day,",
    ending="goodbye",
)
ENDING = Kind("goodbye", "Goodbye", "Ends it.", (), has_subject=False)


def declare(monkeypatch):
    """Make the kinds known, and store the text that ends them."""
    for kind in (KIND, ENDING):
        monkeypatch.setitem(kinds._declared, kind.name, kind)
    write(kind="goodbye", subject="", body="Yours")


def write(language="en", **facts):
    """Store a text as it comes with the portal, unless something else is said."""
    given = {"kind": "parcel", "subject": "Parcel {number}", "body": BODY, **facts}
    given.setdefault("shipped", digest_of(given["subject"], given["body"]))
    return MessageTemplate.objects.create(language=language, **given)


def reviewed(**facts):
    by = UserFactory(name="Grace Hopper")
    return write(reviewed_at=NOON, reviewed_by=by, reviewed_by_name=by.name, **facts)


@pytest.fixture
def kind(monkeypatch):
    declare(monkeypatch)
    return KIND
