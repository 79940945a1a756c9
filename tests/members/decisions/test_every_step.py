"""What holds for every step: what is over stays so, and nobody acts on an old page."""

from datetime import timedelta

import pytest

from members.models import ClosingReason, GrantedRole, MemberStatus, TimelineKind
from members.services.assignment import assign_to_self, reassign, unassign
from members.services.conflicts import MemberConflict
from members.services.decisions import (
    admit_to_focus_area,
    close_without_letter,
    decline,
    move_to_focus_area,
    record_answer,
    reopen,
    request_information,
    withdraw,
)
from members.services.exceptions import AlreadyDecided
from tests.factories import NOON, FocusAreaFactory, MemberFactory, TimelineEntryFactory, UserFactory
from tests.members.decisions.files import (
    DECIDED,
    assert_nothing_written,
    facts,
    member_with_focal_point,
)
from tests.triage import staff

UNDECIDED_STEPS = {
    "take": lambda member, **kwargs: assign_to_self(member=member, **kwargs),
    "release": lambda member, **kwargs: unassign(member=member, **kwargs),
    "hand_to": lambda member, **kwargs: reassign(member=member, to=staff.officer(), **kwargs),
    "request_information": lambda member, **kwargs: request_information(
        member=member, missing="More.", **kwargs
    ),
    "record_answer": lambda member, **kwargs: record_answer(member=member, answer="Yes.", **kwargs),
    "admit": lambda member, **kwargs: admit_to_focus_area(
        member=member, focus_area=FocusAreaFactory(), role=GrantedRole.PARTICIPANT, **kwargs
    ),
    "decline": lambda member, **kwargs: decline(member=member, **kwargs),
    "close": lambda member, **kwargs: close_without_letter(
        member=member, reason=ClosingReason.ABANDONED, **kwargs
    ),
}


@pytest.mark.parametrize("status", DECIDED)
@pytest.mark.parametrize("step", UNDECIDED_STEPS.values(), ids=UNDECIDED_STEPS)
def test_step_on_an_undecided_file_refuses_what_was_decided(step, status):
    member = member_with_focal_point(status=status)
    before = facts(member)

    with pytest.raises(AlreadyDecided):
        step(member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


STARTS_FROM = {
    **{name: (step, MemberStatus.PENDING) for name, step in UNDECIDED_STEPS.items()},
    "record_answer": (UNDECIDED_STEPS["record_answer"], MemberStatus.INFORMATION_REQUESTED),
    "move": (
        lambda member, **kwargs: move_to_focus_area(
            member=member,
            focus_area=FocusAreaFactory(number=2),
            role=GrantedRole.OBSERVER,
            **kwargs,
        ),
        MemberStatus.ADMITTED,
    ),
    "withdraw": (
        lambda member, **kwargs: withdraw(member=member, **kwargs),
        MemberStatus.PENDING,
    ),
    "reopen": (lambda member, **kwargs: reopen(member=member, **kwargs), MemberStatus.DECLINED),
}


@pytest.mark.parametrize(("step", "status"), STARTS_FROM.values(), ids=STARTS_FROM)
def test_step_refuses_a_page_that_a_colleague_has_overtaken(step, status):
    member = member_with_focal_point(status=status, version=7, assignee=UserFactory())
    TimelineEntryFactory(
        member=member,
        kind=TimelineKind.CORRECTED,
        by_user=UserFactory(),
        by_name="Bo Lind",
        at=NOON - timedelta(minutes=10),
    )
    before = facts(member)

    with pytest.raises(
        MemberConflict, match="Facts corrected: Bo Lind, Monday 25 October 2021, 13:50"
    ):
        step(member, by=UserFactory(), at=NOON, version=6)

    assert_nothing_written(member, before)


def test_refusal_names_who_came_last_although_the_other_looked_at_the_clock_later():
    member = MemberFactory()
    first, last = UserFactory(name="First"), UserFactory(name="Last")
    close_without_letter(
        member=member, reason=ClosingReason.NOT_GENUINE, by=first, at=NOON + timedelta(minutes=1)
    )
    reopen(member=member, by=first, at=NOON + timedelta(minutes=1))
    decline(member=member, by=last, at=NOON, message=None)

    with pytest.raises(AlreadyDecided, match="Declined: Last"):
        assign_to_self(member=member, by=first, at=NOON + timedelta(minutes=1))
