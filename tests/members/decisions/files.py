"""Files as they stood before a step, and what proves that a refused step wrote nothing."""

from members.models import ClosingReason, Member, MemberStatus, TimelineEntry
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, MemberFactory

DECIDED = [
    MemberStatus.ADMITTED,
    MemberStatus.DECLINED,
    MemberStatus.CLOSED,
    MemberStatus.WITHDRAWN,
]
UNDECIDED = [MemberStatus.PENDING, MemberStatus.INFORMATION_REQUESTED]


def facts(member):
    """Every column of the row as it is stored."""
    return Member.objects.filter(pk=member.pk).values().get()


def assert_nothing_written(member, before):
    assert facts(member) == before
    assert list(TimelineEntry.objects.filter(member=member, at=NOON)) == []
    assert list(Message.objects.all()) == []


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
