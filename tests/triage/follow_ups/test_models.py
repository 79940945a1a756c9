"""The follow-up rules, and the members that the portal proposes to close."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.models import Member, MemberStatus, TimelineKind
from tests.factories import (
    NOON,
    FollowUpFactory,
    FollowUpRuleFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import officer, signed_in
from triage.follow_ups.models import (
    FollowUpRule,
    FollowUpStep,
    proposed_to_close,
    with_closing_proposed,
)

PROPOSE = FollowUpStep.PROPOSE_CLOSING
ASKED = TimelineKind.INFORMATION_REQUESTED


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


REMIND = FollowUpStep.REMIND_OF_REQUEST


def rule(step=REMIND):
    return FollowUpRule.objects.get(step=step)


def address(page, *args):
    return reverse(f"admin:triage_followuprule_{page}", args=args)


def sent(row):
    latest = row.history.order_by("history_id").last()
    facts = {"days": row.days, "is_active": "on", "history_shown": latest and latest.history_id}
    return {name: value for name, value in facts.items() if value is not None}


def test_list_has_the_five_in_their_order_with_days_and_words(django_assert_max_num_queries):
    client = signed_in(officer())

    with django_assert_max_num_queries(10):
        response = client.get(address("changelist"))

    rows = response.context["cl"].result_list
    assert [(row.step, row.days, row.is_active) for row in rows] == [
        ("remind_of_request", 7, True),
        ("tell_officer", 7, True),
        ("propose_closing", 14, True),
        ("remind_to_confirm", 5, True),
        ("remind_of_deadline", 3, True),
    ]
    page = " ".join(response.text.split())
    assert "Reminder of a request for information" in page
    assert "before the deadline of the call" in page
    assert "No email is sent" in page


def test_officer_sets_the_days_and_takes_out_of_use_and_the_history_tells_who_comes_later():
    row, client = rule(), signed_in(officer(name="Amina Diallo"))
    seen = sent(row)

    response = client.post(address("change", row.pk), {**seen, "days": 10, "is_active": ""})
    history = client.get(address("history", row.pk)).text
    refused = signed_in(officer()).post(address("change", row.pk), {**seen, "days": 3})

    assert (response.status_code, refused.status_code) == (302, 409)
    row.refresh_from_db()
    assert (row.days, row.is_active, row.step) == (10, False, REMIND)
    assert "Amina Diallo" in history
    assert re.search("Amina Diallo changed this on .*, after you opened it", refused.text)
