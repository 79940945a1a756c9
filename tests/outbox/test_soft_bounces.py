"""Addresses whose mail comes back on many days."""

from datetime import timedelta

import pytest

from outbox.models.delivery_event import EventKind
from outbox.services.soft_bounces import all_soft_bounce_days, soft_bounce_days
from tests.factories import (
    NOON,
    DeliveryEventFactory,
    MessageFactory,
    SuppressedAddressFactory,
)

DAY = timedelta(days=1)
ADDRESS = "Ada@example.org"


def bounced(days_ago, kind=EventKind.SOFT_BOUNCE, recipient=ADDRESS):
    message = MessageFactory(recipient=recipient)
    DeliveryEventFactory(message=message, kind=kind, at=NOON - days_ago * DAY)


def test_address_that_bounced_on_six_days_is_named():
    for days_ago in range(6):
        bounced(days_ago)

    assert soft_bounce_days([ADDRESS, "eve@example.com"], at=NOON) == {"ada@example.org": 6}


@pytest.mark.parametrize(
    "days", [range(5), [0] * 9, [0, 1, 2, 3, 4, 30]], ids=["five days", "one day", "too long ago"]
)
def test_address_that_bounced_less_often_is_not_named(days):
    for days_ago in days:
        bounced(days_ago)

    assert soft_bounce_days([ADDRESS], at=NOON) == {}


def test_only_soft_bounces_of_the_address_count():
    for days_ago in range(6):
        bounced(days_ago, EventKind.DELAYED)
        bounced(days_ago, recipient="eve@example.com")

    assert soft_bounce_days([ADDRESS], at=NOON) == {}


def test_all_addresses_are_named_the_worst_first_without_those_that_are_suppressed():
    for days_ago in range(7):
        bounced(days_ago, recipient="eve@example.com")
        bounced(days_ago, recipient="gone@example.com")
    for days_ago in range(6):
        bounced(days_ago)
    SuppressedAddressFactory(address="gone@example.com")

    named = all_soft_bounce_days(at=NOON)

    assert list(named.items()) == [("eve@example.com", 7), ("ada@example.org", 6)]
