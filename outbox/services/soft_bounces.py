"""Addresses whose mail comes back again and again although they may be valid.

Each day with such a bounce counts half a point, for 30 days. From three points on, staff are asked
to find another address. Nothing is suppressed: a mailbox may only be full.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from django.db.models import Count
from django.db.models.functions import Lower, TruncDate

from core.addresses import normalise_address
from outbox.models.delivery_event import DeliveryEvent, EventKind

POINTS_A_DAY: Final = Fraction(1, 2)
THRESHOLD: Final = 3
DECAY: Final = timedelta(days=30)


def soft_bounce_days(addresses: Iterable[str], *, at: datetime) -> dict[str, int]:
    """Return on how many of the last 30 days mail to some addresses came back, in UTC.

    Only addresses that reach the threshold are returned, normalised.
    """
    events = DeliveryEvent.objects.filter(
        kind=EventKind.SOFT_BOUNCE, at__gt=at - DECAY, message__isnull=False
    )
    counted = (
        events.annotate(address=Lower("message__recipient"))
        .filter(address__in=[normalise_address(address) for address in addresses])
        .values("address")
        .annotate(days=Count(TruncDate("at"), distinct=True))
        .values_list("address", "days")
    )
    return {address: days for address, days in counted if days * POINTS_A_DAY >= THRESHOLD}
