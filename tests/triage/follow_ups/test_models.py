"""What the database refuses of follow-ups, and which files it is proposed to close."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from members.models import Member, MemberStatus, TimelineKind
from tests.factories import (
    NOON,
    FocalPointFactory,
    FollowUpFactory,
    FollowUpRuleFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members.models.refusing import refused_by
from triage.follow_ups.models import (
    FollowUp,
    FollowUpRule,
    FollowUpStep,
    proposed_to_close,
    with_closing_proposed,
)

PROPOSE = FollowUpStep.PROPOSE_CLOSING
ASKED = TimelineKind.INFORMATION_REQUESTED


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("triage_followuprule_known_step", {"step": "sing"}),
        ("triage_followuprule_days_within_a_year", {"days": 0}),
        ("triage_followuprule_days_within_a_year", {"days": 366}),
    ],
)
def test_rule_constraint_refuses(constraint, facts):
    with refused_by(constraint), transaction.atomic():
        FollowUpRule.objects.filter(step=FollowUpStep.NOTIFY_OFFICER).update(**facts)


def test_there_is_one_rule_for_each_step():
    assert set(FollowUpRule.objects.values_list("step", flat=True)) == set(FollowUpStep.values)

    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUpRule.objects.create(step=FollowUpStep.NOTIFY_OFFICER, days=3)


@pytest.mark.parametrize("days", [0, 366])
def test_days_that_are_none_are_refused_in_words(days):
    rule = FollowUpRuleFactory()
    rule.days = days

    with pytest.raises(ValidationError, match="Enter a number of days from 1 to 365"):
        rule.full_clean()


@pytest.mark.parametrize(
    "facts",
    [
        {"entry": None},
        {"step": FollowUpStep.REMIND_TO_CONFIRM},
        {"step": FollowUpStep.REMIND_OF_DEADLINE},
        {"link_version": 1},
    ],
)
def test_step_has_its_cause(facts):
    with refused_by("triage_followup_has_its_cause"), transaction.atomic():
        FollowUpFactory(**facts)


def test_step_has_one_cause():
    person = FocalPointFactory()

    with refused_by("triage_followup_has_its_cause"), transaction.atomic():
        FollowUpFactory(focal_point=person)


def test_step_keeps_the_name_of_who_did_not_wait():
    with refused_by("triage_followup_keeps_the_name"), transaction.atomic():
        FollowUpFactory(by=UserFactory(), by_name="")


def test_step_is_skipped_by_somebody():
    with refused_by("triage_followup_somebody_skipped_it"), transaction.atomic():
        FollowUpFactory(is_skipped=True)


def test_step_is_taken_once_for_a_request():
    entry = FollowUpFactory().entry

    # triage_followup_once_a_request: PostgreSQL names the constraint, SQLite its columns.
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUpFactory(entry=entry)


def test_step_is_taken_once_for_an_address():
    facts = {
        "step": FollowUpStep.REMIND_TO_CONFIRM,
        "entry": None,
        "focal_point": FocalPointFactory(),
        "link_version": 1,
    }
    FollowUpFactory(**facts)

    # triage_followup_once_an_address: PostgreSQL names the constraint, SQLite its columns.
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUpFactory(**facts)
    FollowUpFactory(**{**facts, "link_version": 2})
    assert FollowUp.objects.count() == 2


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
