"""Reports, lifts and sending at once, in real transactions."""

from outbox.models import MessageStatus
from outbox.models.delivery_event import DeliveryEvent, EventKind, SuppressedAddress
from outbox.services.delivery import deliver_message
from outbox.services.delivery_events import (
    AlreadyLifted,
    lift_suppression,
    match_pending_events,
    record_events,
)
from tests.factories import NOON, MessageFactory, SuppressedAddressFactory, UserFactory
from tests.outbox.test_delivery import Backend
from tests.outbox.test_delivery_events import DAY, MINUTE, SENT, report
from tests.outbox.test_races import at_once
from tests.races import POSTGRESQL_ONLY, outcome_of

pytestmark = POSTGRESQL_ONLY


def test_same_report_twice_at_once_is_one():
    message = MessageFactory(**SENT)

    def come_in():
        record_events([report(message)], at=NOON)

    at_once(come_in, come_in)

    message.refresh_from_db()
    assert DeliveryEvent.objects.count() == SuppressedAddress.objects.count() == 1
    assert message.bounced_at == NOON


def test_two_reports_of_a_message_at_once_are_judged_by_their_own_time():
    message = MessageFactory(**SENT)
    reports = [
        report(message, EventKind.SOFT_BOUNCE, at=NOON, key="a"),
        report(message, EventKind.DELIVERED, at=NOON + MINUTE, key="b"),
    ]

    at_once(*(lambda told=told: record_events([told], at=NOON + DAY) for told in reports))

    message.refresh_from_db()
    assert (message.events.count(), message.bounced_at) == (2, None)


def test_what_waits_is_matched_once_by_two_workers_at_once():
    message = MessageFactory.build(**SENT)
    record_events([report(message)], at=NOON)
    message.save()

    matched = at_once(lambda: match_pending_events(at=NOON), lambda: match_pending_events(at=NOON))

    assert sum(matched) == 1
    assert SuppressedAddress.objects.count() == 1


def test_two_messages_to_one_address_that_bounce_at_once_suppress_it_once():
    messages = [MessageFactory(recipient="ada@example.org", **SENT) for _number in range(2)]

    at_once(
        *(
            lambda message=message: record_events([report(message, key=str(message.pk))], at=NOON)
            for message in messages
        )
    )

    assert SuppressedAddress.objects.count() == 1
    assert DeliveryEvent.objects.exclude(message=None).count() == 2


def test_address_lifted_twice_at_once_is_lifted_by_one():
    suppressed = SuppressedAddressFactory()

    def lift_it():
        mine = SuppressedAddress.objects.get(pk=suppressed.pk)
        return outcome_of(lambda: lift_suppression(suppressed=mine, by=UserFactory(), at=NOON))

    outcomes = at_once(lift_it, lift_it)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        AlreadyLifted.__name__,
        SuppressedAddress.__name__,
    ]


def test_message_sent_while_its_address_is_lifted_is_sent_or_says_why_not():
    for number in range(10):
        address = f"ada-{number}@example.org"
        suppressed = SuppressedAddressFactory(address=address)
        message = MessageFactory(recipient=address)
        backend, officer = Backend(), UserFactory()

        at_once(
            lambda: lift_suppression(suppressed=suppressed, by=officer, at=NOON),  # noqa: B023
            lambda: deliver_message(message_pk=message.pk, connection=backend, at=NOON),  # noqa: B023
        )

        message.refresh_from_db()
        suppressed.refresh_from_db()
        assert suppressed.lifted_at == NOON
        assert (message.status, message.suppressed_by, len(backend.sent)) in [
            (MessageStatus.SENT, None, 1),
            (MessageStatus.CANCELLED, suppressed, 0),
        ]
