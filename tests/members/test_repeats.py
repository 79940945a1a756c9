"""The same answers, sent twice."""

import pytest

from core.conflicts import Refused
from members.models import (
    FocalPoint,
    Member,
    MemberStatus,
    Origin,
    TimelineEntry,
)
from members.services.decisions import reopen
from members.services.intake import receive_expression_of_interest
from outbox.models import Message
from tests.factories import NOON, CallFactory, MemberFactory, UserFactory
from tests.members.test_intake import SECOND_PERSON, answers

WITHDRAWN = {"status": MemberStatus.WITHDRAWN, "withdrawn_at": NOON}
NEW_FORM = {"submission_key": "key-2"}


@pytest.fixture
def call():
    return CallFactory()


@pytest.fixture
def first(call):
    """An EOI that was received before."""
    return receive_expression_of_interest(call=call, **answers())


def counts():
    return [model.objects.count() for model in (Member, FocalPoint, TimelineEntry, Message)]


@pytest.mark.parametrize("email", ["contact@example.org", "Contact@EXAMPLE.org"])
def test_equal_answers_of_another_form_are_the_same_expression(call, first, email):
    before = counts()

    again = receive_expression_of_interest(call=call, **answers(**NEW_FORM, email=email))

    assert again == first
    assert counts() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"motivation": "Autre chose."},
        {"email": "other@example.org"},
        {"newsletter": True},
        SECOND_PERSON,
    ],
)
def test_other_answers_are_another_expression(call, first, changes):
    again = receive_expression_of_interest(call=call, **answers(**NEW_FORM, **changes))

    assert again != first


@pytest.mark.parametrize("way", ["another call", "after its end", "a spreadsheet"])
def test_equal_answers_sent_otherwise_are_another_expression(call, first, way):
    sent = {"call": CallFactory() if way == "another call" else call, **answers(**NEW_FORM)}
    if way == "after its end":
        Member.objects.filter(pk=first.pk).update(**WITHDRAWN)
    if way == "a spreadsheet":
        sent |= {"origin": Origin.SPREADSHEET, "by": UserFactory(), "with_acknowledgement": False}

    again = receive_expression_of_interest(**sent)

    assert again != first


def test_reopen_refuses_what_was_sent_again(call, first):
    Member.objects.filter(pk=first.pk).update(**WITHDRAWN)
    again = receive_expression_of_interest(call=call, **answers(**NEW_FORM))
    before = counts()

    with pytest.raises(Refused, match=f"again as {again.reference}"):
        reopen(member=first, by=UserFactory(), at=NOON)

    first.refresh_from_db()
    assert first.status == MemberStatus.WITHDRAWN
    assert counts() == before


def test_reopen_takes_what_only_a_spreadsheet_repeats(call, first):
    Member.objects.filter(pk=first.pk).update(**WITHDRAWN)
    MemberFactory(call=call, answers_digest=first.answers_digest, origin=Origin.SPREADSHEET)

    reopen(member=first, by=UserFactory(), at=NOON)

    assert first.status == MemberStatus.PENDING
