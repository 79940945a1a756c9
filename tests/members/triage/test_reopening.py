"""Putting a file that is over on the desk again."""

from datetime import timedelta

import pytest

from members.models import MemberStatus, TimelineKind
from members.triage.deciding import decline, reopen, withdraw
from members.triage.refusals import WrongStatus
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, MemberFactory, UserFactory
from tests.members.triage.files import (
    UNDECIDED,
    assert_nothing_written,
    closed_as,
    facts,
    member_with_focal_point,
)


@pytest.mark.parametrize(
    "status", [MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.WITHDRAWN]
)
def test_reopen_puts_the_file_on_the_desk_as_if_undecided(status):
    officer = UserFactory()
    member = MemberFactory(status=status, replied_at=NOON - timedelta(days=1))

    entry = reopen(member=member, by=officer, at=NOON, note="They sent the letter.")

    member.refresh_from_db()
    assert (
        member.status,
        member.focus_area,
        member.granted_role,
        member.decided_at,
        member.decided_by,
        member.withdrawn_at,
        member.closing_reason,
        member.duplicate_of,
        member.replied_at,
        member.assignee,
    ) == (MemberStatus.PENDING, None, "", None, None, None, "", None, None, officer)
    assert (entry.kind, entry.note) == (TimelineKind.REOPENED, "They sent the letter.")


def test_reopen_of_a_withdrawn_member_that_was_admitted_clears_its_place():
    member = MemberFactory(status=MemberStatus.ADMITTED)
    withdraw(member=member, by=UserFactory(), at=NOON - timedelta(hours=1))

    reopen(member=member, by=UserFactory(), at=NOON)

    member.refresh_from_db()
    assert (member.status, member.focus_area) == (MemberStatus.PENDING, None)


def test_reopen_of_a_duplicate_stands_on_the_timeline_of_the_other_too():
    other = MemberFactory()
    member = closed_as(other)

    reopen(member=member, by=UserFactory(name="Amina Diallo"), at=NOON)

    entry = other.timeline.get()
    assert (entry.kind, entry.note, entry.by_name, entry.is_public) == (
        TimelineKind.DUPLICATE_REOPENED,
        member.reference,
        "Amina Diallo",
        False,
    )
    member.refresh_from_db()
    assert (member.status, member.duplicate_of) == (MemberStatus.PENDING, None)


def test_reopen_refuses_what_a_colleague_reopened_and_names_the_colleague():
    member = MemberFactory(status=MemberStatus.DECLINED)
    reopen(member=member, by=UserFactory(name="Bo Lind"), at=NOON - timedelta(minutes=5))

    with pytest.raises(WrongStatus, match=r"is pending\. Reopened: Bo Lind"):
        reopen(member=member, by=UserFactory(), at=NOON)


def test_reopen_cancels_the_refusal_that_has_not_gone_out():
    member = member_with_focal_point(reference="P2C-BACK23")
    decline(member=member, by=UserFactory(), at=NOON - timedelta(minutes=1))

    reopen(member=member, by=UserFactory(), at=NOON)

    assert Message.objects.get().status == MessageStatus.CANCELLED


@pytest.mark.parametrize("status", [*UNDECIDED, MemberStatus.ADMITTED])
def test_reopen_refuses_what_is_not_over(status):
    member = MemberFactory(status=status)
    before = facts(member)

    with pytest.raises(WrongStatus):
        reopen(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


def test_reopen_cancels_the_letters_of_a_withdrawal_that_have_not_gone_out():
    focal_point = FocalPointFactory()
    withdraw(member=focal_point.member, by=focal_point, at=NOON)

    reopen(member=focal_point.member, by=UserFactory(), at=NOON)

    assert Message.objects.get().status == MessageStatus.CANCELLED
