"""Rules for every decision: final states stay final, and an outdated page changes nothing."""

from datetime import timedelta

import pytest

from members.models import UNDECIDED_STATUSES, MemberStatus, SpamSignal, TimelineKind
from members.services.assignment import assign_to_self, reassign, unassign
from members.services.conflicts import MemberConflict
from members.services.exceptions import AlreadyDecided
from tests.factories import NOON, MemberFactory, TimelineEntryFactory, UserFactory
from tests.members.decisions.files import (
    DECIDED,
    admit,
    close,
    decline,
    member_with_focal_point,
    move,
    record_answer,
    refused,
    reopen,
    request_information,
    withdraw,
)
from tests.triage import staff
from tests.triage.decisions.decisions import chosen
from triage.decisions.admin.specs import DECISIONS

STEPS = {
    "take": lambda member, **who: assign_to_self(member=member, **who),
    "release": lambda member, **who: unassign(member=member, **who),
    "hand_to": lambda member, **who: reassign(member=member, to=staff.officer(), **who),
    "request_information": request_information,
    "record_answer": record_answer,
    "admit": admit,
    "decline": decline,
    "close": close,
    "move": move,
    "withdraw": withdraw,
    "reopen": reopen,
}
# The status that a decision requires, if it is not that of a new member.
STARTS_FROM = {
    "record_answer": MemberStatus.INFORMATION_REQUESTED,
    "move": MemberStatus.ADMITTED,
    "reopen": MemberStatus.DECLINED,
}
UNDECIDED_STEPS = [each for each in DECISIONS if {*each.from_statuses} <= {*UNDECIDED_STATUSES}]


def make(decision, member, **facts):
    """Make a decision on a member, with a choice in its form."""
    form = decision.form({"version": member.version, **chosen(decision.name)}, member=member)
    return decision.service(member=member, by=UserFactory(), at=NOON, **form.choice, **facts)


def member_before(step, **facts):
    status = STARTS_FROM.get(step, MemberStatus.PENDING)
    has_it = None if step == "take" else UserFactory()
    return member_with_focal_point(status=status, **{"assignee": has_it, **facts})


@pytest.mark.parametrize("status", DECIDED)
@pytest.mark.parametrize("decision", UNDECIDED_STEPS, ids=lambda decision: decision.name)
def test_step_on_an_undecided_member_refuses_what_was_decided(decision, status):
    member = member_with_focal_point(status=status)

    with refused(member, AlreadyDecided):
        make(decision, member)


@pytest.mark.parametrize(
    ("step", "status"),
    [
        *(("take", status) for status in DECIDED),
        ("release", MemberStatus.ADMITTED),
        ("hand_to", MemberStatus.DECLINED),
    ],
)
def test_assignment_refuses_what_was_decided(step, status):
    member = member_with_focal_point(status=status)

    with refused(member, AlreadyDecided):
        STEPS[step](member, by=UserFactory(), at=NOON)


@pytest.mark.parametrize("step", STEPS)
def test_step_stands_in_the_history_and_on_the_timeline_under_the_name_of_who_took_it(step):
    officer, member = UserFactory(name="Amina Diallo"), member_before(step)

    entry = STEPS[step](member, by=officer, at=NOON)

    last = member.history.latest("history_id")
    assert (last.history_user, last.history_date) == (officer, NOON)
    assert (entry.member, entry.by_user, entry.by_name, entry.at) == (
        member,
        officer,
        "Amina Diallo",
        NOON,
    )


@pytest.mark.parametrize(
    "step",
    [*DECISIONS, "take", "release", "hand_to"],
    ids=lambda step: step if isinstance(step, str) else f"decide {step.name}",
)
def test_step_refuses_a_page_that_a_colleague_has_overtaken(step):
    is_decision = step in DECISIONS
    member = member_with_focal_point(
        status=step.from_statuses[0] if is_decision else MemberStatus.PENDING,
        version=7,
        assignee=UserFactory(),
        spam_signal=SpamSignal.HONEYPOT,
    )
    TimelineEntryFactory(
        member=member,
        kind=TimelineKind.CORRECTED,
        by_user=UserFactory(),
        by_name="Bo Lind",
        at=NOON - timedelta(minutes=10),
    )

    with refused(
        member, MemberConflict, "Answers corrected: Bo Lind, Monday 25 October 2021, 13:50"
    ):
        if is_decision:
            make(step, member, version=6)
        else:
            STEPS[step](member, by=UserFactory(), at=NOON, version=6)


def test_refusal_names_who_came_last_although_the_other_looked_at_the_clock_later():
    member, first = MemberFactory(), UserFactory(name="First")
    later = NOON + timedelta(minutes=1)
    close(member, by=first, at=later)
    reopen(member, by=first, at=later)
    decline(member, by=UserFactory(name="Last"), message=None)

    with pytest.raises(AlreadyDecided, match="Declined: Last, Monday 25 October 2021, 14:00"):
        assign_to_self(member=member, by=first, at=later)
