"""Addresses whose mail comes back again and again although they may be valid.

Each day with such a bounce counts half a point, for 30 days. From three points on, staff are asked
to find another address. Nothing is suppressed: a mailbox may only be full.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from django.db.models import Count, QuerySet
from django.db.models.functions import Lower, TruncDate

from core.addresses import normalise_address
from outbox.models import ERASED
from outbox.models.delivery_event import DeliveryEvent, EventKind, SuppressedAddress

POINTS_A_DAY: Final = Fraction(1, 2)
THRESHOLD: Final = 3
DECAY: Final = timedelta(days=30)
MIN_DAYS: Final = math.ceil(THRESHOLD / POINTS_A_DAY)


def soft_bounce_days(addresses: Iterable[str], *, at: datetime) -> dict[str, int]:
    """Return on how many of the last 30 days mail to some addresses came back, in UTC.

    Only addresses that reach the threshold are returned, normalised.
    """
    wanted = [normalise_address(address) for address in addresses]
    return dict(_days(at).filter(address__in=wanted))


def all_soft_bounce_days(*, at: datetime) -> dict[str, int]:
    """Return the same of all addresses to which mail is still sent, the worst first."""
    days = dict(_days(at).exclude(address=ERASED).order_by("-days", "address"))
    suppressed = SuppressedAddress.objects.in_force().filter(address__in=days)
    for address in suppressed.values_list("address", flat=True):
        del days[address]
    return days


def _days(at: datetime) -> "QuerySet[DeliveryEvent, tuple[str, int]]":
    events = DeliveryEvent.objects.filter(
        kind=EventKind.SOFT_BOUNCE, at__gt=at - DECAY, message__isnull=False
    )
    return (
        events.annotate(address=Lower("message__recipient"))
        .order_by()
        .values("address")
        .annotate(days=Count(TruncDate("at"), distinct=True))
        .filter(days__gte=MIN_DAYS)
        .values_list("address", "days")
    )
