"""The same form sent twice at once, in real transactions: one member comes of it."""

import pytest
from django.db import connection

from members.models import FocalPoint, Member, TimelineEntry
from members.services.intake import SubmittedWithOtherAnswers, receive_expression_of_interest
from outbox.models import Message
from tests.factories import CallFactory
from tests.members.test_intake import answers
from tests.races import POSTGRESQL_ONLY, overtaken

pytestmark = POSTGRESQL_ONLY
WHEN = ("members_member", "after members_member")


def sent_twice(at, **changes):
    """Send a form, and the same key from another device in between."""
    call = CallFactory()
    first, second = answers(), answers(**changes)
    return overtaken(
        lambda: receive_expression_of_interest(call=call, **first),
        lambda: receive_expression_of_interest(call=call, **second),
        at=at,
    )


def rows():
    return [model.objects.count() for model in (Member, FocalPoint, TimelineEntry, Message)]


@pytest.mark.parametrize("at", WHEN)
def test_same_form_at_once_is_one_member_with_one_letter(at):
    first, second = sent_twice(at)

    assert first == second == Member.objects.get()
    assert rows() == [1, 1, 1, 1]


@pytest.mark.parametrize("at", WHEN)
def test_same_form_with_other_answers_at_once_is_refused_to_the_later(at):
    outcomes = sent_twice(at, motivation="Something else.")

    refused = [outcome for outcome in outcomes if isinstance(outcome, SubmittedWithOtherAnswers)]
    assert [outcome.member for outcome in refused] == [Member.objects.get()]
    assert rows() == [1, 1, 1, 1]


def test_same_form_at_once_needs_the_constraint():
    constraint = "members_member_submission_key_key"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE members_member DROP CONSTRAINT {constraint}")
        try:
            sent_twice("members_member")
            assert Member.objects.count() == 2
        finally:
            for model in (TimelineEntry, FocalPoint, Member):
                model.objects.all().delete()
            cursor.execute(
                f"ALTER TABLE members_member ADD CONSTRAINT {constraint} UNIQUE (submission_key)"
            )
