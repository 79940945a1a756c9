"""Addresses whose mail comes back again and again although they may be valid.

Each day with such a bounce counts half a point, for 30 days. From three points on, staff are asked
to find another address. Nothing is suppressed: a mailbox may only be full.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from django.db.models import Count
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
    return _days({normalise_address(address) for address in addresses}, at)


def all_soft_bounce_days(*, at: datetime) -> dict[str, int]:
    """Return the same of all addresses to which mail is still sent, the worst first."""
    days = _days(None, at)
    suppressed = SuppressedAddress.objects.in_force().filter(address__in=days)
    left_out = {ERASED, *suppressed.values_list("address", flat=True)}
    return {address: number for address, number in days.items() if address not in left_out}


def _days(addresses: set[str] | None, at: datetime) -> dict[str, int]:
    """Return the days by address, of some addresses or of all, the most days first."""
    events = DeliveryEvent.objects.filter(
        kind=EventKind.SOFT_BOUNCE, at__gt=at - DECAY, message__isnull=False
    ).annotate(address=Lower("message__recipient"))
    if addresses is not None:
        events = events.filter(address__in=addresses)
    counted = (
        events.values("address")
        .annotate(days=Count(TruncDate("at"), distinct=True))
        .filter(days__gte=MIN_DAYS)
        .order_by("-days", "address")
    )
    return dict(counted.values_list("address", "days"))
