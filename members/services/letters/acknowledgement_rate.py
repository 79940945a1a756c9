"""Send at most ACKNOWLEDGEMENTS_PER_HOUR acknowledgements at once; later ones wait for their turn.

Anybody can type any address into the form, so a flood of it would write to many strangers. An
acknowledgement that waits is an ordinary message with a later time.

The hour is a fixed one, as for every rate limit. In a flood of several hours, each new hour sends
as many at once again, besides as many that waited.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from accounts.models import User
from core.rate_limits import HOUR
from members.models import TimelineKind
from outbox.models import Message, MessageQuerySet, MessageStatus


def acknowledgement_due_at(*, arrivals: int, at: datetime) -> datetime | None:
    """Return when the acknowledgement of an EOI that has just arrived is sent; None for at once.

    Once an hour has more `arrivals` than the setting allows, each waits for the one before, so that
    as many of those are sent in an hour.
    """
    limit = settings.ACKNOWLEDGEMENTS_PER_HOUR
    if not limit or arrivals <= limit:
        return None
    last: datetime | None = waiting_acknowledgements(at=at).aggregate(last=Max("first_due_at"))[
        "last"
    ]
    pause: timedelta = HOUR / limit
    return (last or at) + pause


def waiting_acknowledgements(*, at: datetime) -> MessageQuerySet:
    """Return the acknowledgements that wait for their turn."""
    # One that the recipient's server deferred had its turn.
    scheduled = Message.objects.filter(
        status=MessageStatus.QUEUED, due_at__gt=at, first_due_at__gt=at
    )
    return scheduled.filter(topic__contains=f"/{TimelineKind.RECEIVED}/")


def front_page_acknowledgements(user: User, *, at: datetime) -> dict[str, Any]:
    """Return the context of the front page: how many acknowledgements wait, and until when."""
    if not user.has_perm("members.view_member"):
        return {}
    waiting = waiting_acknowledgements(at=at).aggregate(
        number=Count("pk"), last=Max("first_due_at")
    )
    return {"acknowledgements_waiting": waiting} if waiting["number"] else {}
