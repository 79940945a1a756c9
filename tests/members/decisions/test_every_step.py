"""Rules for every decision: final states stay final, and an outdated page changes nothing."""

from datetime import timedelta

import pytest

from core.conflicts import Conflict
from members.models import MemberStatus, SpamSignal, TimelineKind
from members.services.assignment import assign_to_self
from members.services.conflicts import WrongStatus
from tests.factories import NOON, HoldFactory, MemberFactory, TimelineEntryFactory, UserFactory
from tests.members.decisions.files import (
    close,
    decline,
    member_with_focal_point,
    refused,
    reopen,
)
from tests.triage import staff
from tests.triage.decisions.decisions import chosen
from triage.decisions.admin.specs import DECISIONS

each_decision = pytest.mark.parametrize(
    "decision", DECISIONS, ids=lambda decision: f"decide {decision.name}"
)


def make(decision, member, by=None, **facts):
    """Make a decision on a member, with a choice in its form."""
    form = decision.form({"version": member.version, **chosen(decision.name)}, row=member)
    by = by or UserFactory()
    return decision.service(member=member, by=by, at=NOON, **form.choice, **facts)


def member_before(decision, **facts):
    """A member for which a decision can be made."""
    member = member_with_focal_point(
        status=decision.from_statuses[0],
        assignee=None if decision.name == "take" else UserFactory(),
        spam_signal=SpamSignal.HONEYPOT if decision.name == "clear_suspicion" else "",
        **facts,
    )
    if decision.name == "end_hold":
        HoldFactory(entry__member=member, entry__at=NOON - timedelta(hours=1))
    return member


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        pytest.param(decision, status, id=f"{decision.name} {status}")
        for decision in DECISIONS
        for status in MemberStatus
        if status not in decision.from_statuses
    ],
)
def test_step_refuses_a_status_that_it_does_not_start_from(decision, status):
    member = member_with_focal_point(status=status)

    with refused(member, WrongStatus):
        make(decision, member)


@each_decision
def test_step_stands_in_the_history_and_on_the_timeline_under_the_name_of_who_took_it(decision):
    officer, member = staff.officer(name="Amina Diallo"), member_before(decision)

    entry = make(decision, member, by=officer)

    assert entry.member == member
    assert (entry.by_user, entry.by_name, entry.at) == (officer, "Amina Diallo", NOON)
    last = member.history.latest("history_id")
    # A request for an opinion changes nothing of the member.
    is_change = decision.name != "ask_opinion"
    assert (last.history_user == officer, last.history_date == NOON) == (is_change, is_change)


@each_decision
def test_step_refuses_a_page_that_a_colleague_has_overtaken(decision):
    member = member_before(decision, version=7)
    TimelineEntryFactory(
        member=member,
        kind=TimelineKind.CORRECTED,
        by_user=UserFactory(),
        by_name="Bo Lind",
        at=NOON - timedelta(minutes=10),
    )

    with refused(member, Conflict, "Answers corrected: Bo Lind, Monday 25 October 2021, 13:50"):
        make(decision, member, version=6)


def test_refusal_names_who_came_last_although_the_other_looked_at_the_clock_later():
    member, first = MemberFactory(), UserFactory(name="First")
    later = NOON + timedelta(minutes=1)
    close(member, by=first, at=later)
    reopen(member, by=first, at=later)
    decline(member, by=UserFactory(name="Last"), message=None)

    with pytest.raises(WrongStatus, match="Declined: Last, Monday 25 October 2021, 14:00"):
        assign_to_self(member=member, by=first, at=later)
