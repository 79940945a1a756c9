"""Members before a decision, the decisions, and checks that a refused one wrote nothing."""

from contextlib import contextmanager

import pytest

from members.models import ClosingReason, GrantedRole, Member, MemberStatus, TimelineEntry
from members.services import decisions
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, FocusAreaFactory, MemberFactory, UserFactory

UNDECIDED = [MemberStatus.PENDING, MemberStatus.INFORMATION_REQUESTED]


def facts(member):
    """All columns of the stored row."""
    return Member.objects.filter(pk=member.pk).values().get()


@contextmanager
def refused(member, refusal, match=None):
    """Assert that a change of a member is refused, and that nothing is written."""
    before = facts(member)
    with pytest.raises(refusal, match=match) as raised:
        yield raised
    assert facts(member) == before
    assert list(TimelineEntry.objects.filter(member=member, at=NOON)) == []
    assert list(Message.objects.all()) == []


def in_short(entry):
    """What a timeline entry says."""
    return entry.kind, entry.note, entry.is_public


def stored(member, *columns):
    """Some columns of the stored row."""
    return Member.objects.values_list(*columns).get(pk=member.pk)


def member_with_focal_point(**values):
    member = MemberFactory(**values)
    FocalPointFactory(member=member)
    return member


def closed_as(duplicate_of):
    return MemberFactory(
        status=MemberStatus.CLOSED,
        closing_reason=ClosingReason.DUPLICATE,
        duplicate_of=duplicate_of,
    )


def by_somebody(**facts):
    """An officer at noon, unless a test says otherwise."""
    return {"at": NOON, **facts, "by": facts.get("by") or UserFactory()}


def admit(member, **facts):
    placed = {"focus_area": FocusAreaFactory(), "role": GrantedRole.PARTICIPANT}
    return decisions.admit_to_focus_area(member=member, **by_somebody(**{**placed, **facts}))


def move(member, **facts):
    placed = {"focus_area": FocusAreaFactory(number=2), "role": GrantedRole.PARTICIPANT}
    return decisions.move_to_focus_area(member=member, **by_somebody(**{**placed, **facts}))


def request_information(member, **facts):
    asked = {"missing": "More."}
    return decisions.request_information(member=member, **by_somebody(**{**asked, **facts}))


def record_answer(member, **facts):
    said = {"answer": "Yes."}
    return decisions.record_answer(member=member, **by_somebody(**{**said, **facts}))


def close(member, reason=ClosingReason.ABANDONED, **facts):
    return decisions.close_without_letter(member=member, reason=reason, **by_somebody(**facts))


def close_as_duplicate(member, of, **facts):
    return close(member, ClosingReason.DUPLICATE, duplicate_of=of, **facts)


def decline(member, **facts):
    return decisions.decline(member=member, **by_somebody(**facts))


def withdraw(member, **facts):
    return decisions.withdraw(member=member, **by_somebody(**facts))


def reopen(member, **facts):
    return decisions.reopen(member=member, **by_somebody(**facts))
