"""Commitments that staff decide on, for the tests of the desk."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from commitments.models import (
    Amount,
    ChangeStatus,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    Partner,
    ProposedChange,
    Report,
    TargetValue,
)
from commitments.services.content import as_json, content_of
from members.models import MemberStatus
from outbox.models import Message
from tests.factories import (
    NOON,
    CommitmentFactory,
    FocalPointFactory,
    MemberFactory,
    PlaceFactory,
    ProposedChangeFactory,
    TargetFactory,
)

S = CommitmentStatus
TOMORROW = NOON + timedelta(days=1)


def sent(status=S.SUBMITTED, *, languages=("en",), **facts):
    """A commitment of a member with a focal point for each language, with a target and a place."""
    lead = facts.pop("lead", None) or MemberFactory(status=MemberStatus.ADMITTED)
    for number, language in enumerate(languages):
        FocalPointFactory(member=lead, is_alternate=number > 0, language=language)
    if status == S.APPROVED:
        facts = {"announce_at": TOMORROW, **facts}
    commitment = CommitmentFactory(lead=lead, status=status, **facts)
    TargetFactory(commitment=commitment)
    PlaceFactory(commitment=commitment, country="MW")
    return commitment


def proposed(commitment, **changes):
    """A change of a commitment that waits for a decision."""
    facts = {**as_json(content_of(commitment)), **changes}
    return ProposedChangeFactory(
        commitment=commitment, content=facts, reason="We have more.", status=ChangeStatus.WAITING
    )


def mail():
    """The kind and the language of each message, in the order of their queuing."""
    return [
        (message.topic.split("/")[1], message.language)
        for message in Message.objects.order_by("pk")
    ]


def told(commitment):
    """The kinds of the events, with their notes."""
    return [(event.kind, event.note) for event in commitment.events.order_by("pk")]


def stored():
    """What must stay the same if a step is refused: all rows that a step writes."""
    models = (Commitment, CommitmentEvent, ProposedChange, Partner, Report, TargetValue, Amount)
    return [list(model.objects.order_by("pk").values()) for model in (*models, Message)]


@contextmanager
def refused(error, *, match=None):
    """Expect that a step is refused, and that it writes nothing."""
    before = stored()
    with pytest.raises(error, match=match) as caught:
        yield caught
    assert stored() == before
