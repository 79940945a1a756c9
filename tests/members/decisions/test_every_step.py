"""What holds for every step: what is over stays so, and nobody acts on an old page."""

from datetime import timedelta

import pytest

from members.models import UNDECIDED_STATUSES, ClosingReason, SpamSignal, TimelineKind
from members.services.assignment import assign_to_self
from members.services.conflicts import MemberConflict
from members.services.decisions import close_without_letter, decline, reopen
from members.services.exceptions import AlreadyDecided
from tests.factories import NOON, MemberFactory, TimelineEntryFactory, UserFactory
from tests.members.decisions.files import (
    DECIDED,
    assert_nothing_written,
    facts,
    member_with_focal_point,
)
from tests.triage.decisions.decisions import chosen
from triage.decisions.admin.specs import DECISIONS

UNDECIDED_STEPS = [each for each in DECISIONS if {*each.from_statuses} <= {*UNDECIDED_STATUSES}]


def make(decision, member, **facts):
    """Make a decision on a member, with something chosen in its form."""
    form = decision.form({"version": member.version, **chosen(decision.name)}, member=member)
    return decision.service(member=member, by=UserFactory(), at=NOON, **form.choice, **facts)


@pytest.mark.parametrize("status", DECIDED)
@pytest.mark.parametrize("decision", UNDECIDED_STEPS, ids=lambda decision: decision.name)
def test_step_on_an_undecided_file_refuses_what_was_decided(decision, status):
    member = member_with_focal_point(status=status)
    before = facts(member)

    with pytest.raises(AlreadyDecided):
        make(decision, member)

    assert_nothing_written(member, before)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.name)
def test_step_refuses_a_page_that_a_colleague_has_overtaken(decision):
    member = member_with_focal_point(
        status=decision.from_statuses[0],
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
    before = facts(member)

    with pytest.raises(
        MemberConflict, match="Facts corrected: Bo Lind, Monday 25 October 2021, 13:50"
    ):
        make(decision, member, version=6)

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
