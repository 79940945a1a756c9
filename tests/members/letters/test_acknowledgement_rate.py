"""The acknowledgements of an unusual hour wait for their turn, and none is lost."""

from datetime import timedelta

import pytest

from members.models import Origin, SpamSignal
from members.services.assignment import clear_spam_flag
from members.services.intake import receive_expression_of_interest
from members.services.letters.acknowledgement_rate import (
    acknowledgement_due_at,
    waiting_acknowledgements,
)
from outbox.models import Message
from outbox.services.publishing import publish_due
from tests.factories import NOON, CallFactory, UserFactory
from tests.members.test_intake import answers

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def two_an_hour(settings):
    settings.ACKNOWLEDGEMENTS_PER_HOUR = 2


def receive(key="form-1", **facts):
    given = answers(**{"submission_key": key, "organisation_name": f"Org {key}", **facts})
    return receive_expression_of_interest(call=CallFactory(), **given)


def due_times():
    return list(Message.objects.order_by("pk").values_list("due_at", flat=True))


def test_acknowledgements_up_to_the_limit_are_sent_at_once():
    receive(arrivals=2)

    assert due_times() == [NOON]


def test_acknowledgements_above_the_limit_wait_one_for_the_other():
    receive("form-1", arrivals=3)
    receive("form-2", arrivals=4, at=NOON + MINUTE)

    assert due_times() == [NOON + HOUR / 2, NOON + HOUR]
    assert waiting_acknowledgements(at=NOON + MINUTE).count() == 2
    assert list(Message.objects.exclude(published_at=None)) == []


def test_both_acknowledgements_of_an_expression_wait_for_the_same_turn():
    receive(arrivals=3, alternate_family_name="Soglo", alternate_email="second@example.org")

    assert due_times() == [NOON + HOUR / 2] * 2


def test_acknowledgement_that_waited_is_published_in_its_turn():
    receive(arrivals=3)

    publish_due(at=NOON + HOUR / 2)

    assert Message.objects.get().published_at == NOON + HOUR / 2


def test_acknowledgement_of_the_next_hour_does_not_wait_for_those_that_do():
    receive("form-1", arrivals=3)

    receive("form-2", arrivals=1, at=NOON + MINUTE)

    assert due_times() == [NOON + HOUR / 2, NOON + MINUTE]


def test_acknowledgement_of_what_staff_entered_does_not_wait():
    receive(arrivals=3, by=UserFactory(), origin=Origin.SPREADSHEET)

    assert due_times() == [NOON]


def test_acknowledgement_of_an_expression_that_did_not_come_by_the_form_does_not_wait():
    receive("form-1", arrivals=3)

    receive("form-2")

    assert due_times() == [NOON + HOUR / 2, NOON]


def test_acknowledgement_asks_nothing_of_the_database_up_to_the_limit(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert acknowledgement_due_at(arrivals=2, at=NOON) is None


def test_acknowledgement_of_a_member_that_staff_marked_as_genuine_does_not_wait():
    member = receive(arrivals=3, spam_signal=SpamSignal.NETWORK)

    clear_spam_flag(member=member, by=UserFactory(), at=NOON)

    assert due_times() == [NOON]


def test_acknowledgements_never_wait_without_a_limit(settings):
    settings.ACKNOWLEDGEMENTS_PER_HOUR = 0

    receive(arrivals=6)

    assert due_times() == [NOON]
