"""The follow-up rules, and the members that the portal proposes to close."""

import pytest
from django.core.exceptions import ValidationError

from members.models import Member, MemberStatus, TimelineKind
from tests.factories import (
    NOON,
    FollowUpFactory,
    FollowUpRuleFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)
from triage.follow_ups.models import (
    FollowUpRule,
    FollowUpStep,
    proposed_to_close,
    with_closing_proposed,
)

PROPOSE = FollowUpStep.PROPOSE_CLOSING
ASKED = TimelineKind.INFORMATION_REQUESTED


def test_there_is_one_rule_for_each_step():
    assert set(FollowUpRule.objects.values_list("step", flat=True)) == set(FollowUpStep.values)


@pytest.mark.parametrize("days", [0, 366])
def test_days_that_are_none_are_refused_in_words(days):
    rule = FollowUpRuleFactory()
    rule.days = days

    with pytest.raises(ValidationError, match="Enter a number of days from 1 to 365"):
        rule.full_clean()


def asked(**facts):
    member = MemberFactory(status=MemberStatus.INFORMATION_REQUESTED, **facts)
    return TimelineEntryFactory(member=member, kind=ASKED)


def test_closing_is_proposed_of_what_was_asked_last_and_is_still_unanswered():
    proposed = asked()
    FollowUpFactory(step=PROPOSE, entry=proposed)
    FollowUpFactory(step=FollowUpStep.NOTIFY_OFFICER, entry=asked())
    amina = UserFactory(name="Amina")
    FollowUpFactory(step=PROPOSE, entry=asked(), is_skipped=True, by=amina, by_name="Amina")
    answered = asked()
    FollowUpFactory(step=PROPOSE, entry=answered)
    Member.objects.filter(pk=answered.member_id).update(status=MemberStatus.PENDING)
    asked_again = asked()
    FollowUpFactory(step=PROPOSE, entry=asked_again)
    TimelineEntryFactory(member=asked_again.member, kind=ASKED, at=NOON)

    assert list(proposed_to_close(Member.objects.all())) == [proposed.member]
    marked = with_closing_proposed(Member.objects.all())
    assert [member for member in marked if member.is_proposed_to_close] == [proposed.member]
