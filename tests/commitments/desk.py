"""Commitments that staff decide on, for the tests of the desk."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from commitments.models import ChangeStatus, CommitmentStatus
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


def facts_of(commitment):
    """What must stay the same if a step is refused."""
    row = type(commitment).objects.filter(pk=commitment.pk).values().get()
    return row, told(commitment), mail(), list(commitment.changes.values())


@contextmanager
def refused(error, *commitments, match=None):
    """Expect that a step is refused, and that it writes nothing about some commitments."""
    before = [facts_of(each) for each in commitments]
    with pytest.raises(error, match=match) as caught:
        yield caught
    assert [facts_of(each) for each in commitments] == before
