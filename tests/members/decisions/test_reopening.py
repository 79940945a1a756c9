"""Reopening a member after a final decision."""

from datetime import timedelta

import pytest

from members.models import MemberStatus, TimelineKind
from members.services.exceptions import WrongStatus
from outbox.models import Message, MessageStatus
from tests.factories import NOON, MemberFactory, UserFactory
from tests.members.decisions.files import (
    closed_as,
    decline,
    in_short,
    member_with_focal_point,
    refused,
    reopen,
    stored,
    withdraw,
)


@pytest.mark.parametrize(
    "status", [MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.WITHDRAWN]
)
def test_reopen_puts_the_file_on_the_desk_as_if_undecided(status):
    officer = UserFactory()
    before = {"replied_at": NOON - timedelta(days=1)}
    if status == MemberStatus.WITHDRAWN:
        # It was admitted first, and is in the working group until now.
        member = MemberFactory(status=MemberStatus.ADMITTED, **before)
        withdraw(member, at=NOON - timedelta(hours=1))
    else:
        member = MemberFactory(status=status, **before)

    entry = reopen(member, by=officer, note="They sent the letter.")

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


def test_reopen_of_a_duplicate_stands_on_the_timeline_of_the_other_too():
    other = MemberFactory()
    member = closed_as(other)

    reopen(member, by=UserFactory(name="Amina Diallo"))

    entry = other.timeline.get()
    assert in_short(entry) == (TimelineKind.DUPLICATE_REOPENED, member.reference, False)
    assert entry.by_name == "Amina Diallo"
    assert stored(member, "status", "duplicate_of") == (MemberStatus.PENDING, None)


def test_reopen_refuses_what_a_colleague_reopened_and_names_the_colleague():
    member = MemberFactory(status=MemberStatus.DECLINED)
    reopen(member, by=UserFactory(name="Bo Lind"), at=NOON - timedelta(minutes=5))

    with refused(member, WrongStatus, r"is pending\. Reopened: Bo Lind"):
        reopen(member)


@pytest.mark.parametrize("ending", ["declined", "withdrawn"])
def test_reopen_cancels_the_letters_of_the_ending_that_have_not_gone_out(ending):
    member = member_with_focal_point(reference="P2C-BACK23")
    if ending == "declined":
        decline(member)
    else:
        withdraw(member, by=member.focal_points.get())

    reopen(member)

    assert Message.objects.get().status == MessageStatus.CANCELLED
