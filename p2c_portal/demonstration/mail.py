"""The messages of the demonstration.

Those of the present call are really sent, as the worker would have done. Those of earlier years are
only marked as sent, which takes a fraction of the time.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus
from outbox.services.delivery import PendingMessage, deliver_next, kept_connection
from outbox.services.publishing import breaker

DELIVERED_AFTER = timedelta(seconds=4)


@contextmanager
def without_tasks() -> Iterator[None]:
    """Queue messages without a task for each. They are sent here or by the sweep."""
    breaker.open(seconds=math.inf)
    try:
        yield
    finally:
        breaker.close()


def deliver_due(*, at: datetime) -> None:
    """Send each message that is due by `at` to the mail server, one by one.

    The time of the installation does not rise, as it does for a worker: this runs in a transaction.
    A worker would see the new time in the file, but not in the database, and hold all email.
    """
    for message in list(Message.objects.claimable(at).order_by("due_at", "pk")):
        pending = PendingMessage(message, suppressed=None, is_server_in_trouble=False)
        deliver_next([pending], kept_connection(), at)


def mark_as_sent(*, at: datetime) -> None:
    """Mark each message that was due by `at`, some time ago, as sent when it was due."""
    Message.objects.filter(status=MessageStatus.QUEUED, due_at__lte=at).update(
        status=MessageStatus.SENT, sent_at=F("due_at"), attempts=1, **NO_PRIVATE_VALUES
    )


def deliver_letters_of_decision(*, decided_at: datetime, at: datetime) -> None:
    """Send the letters of a decision once it can no longer be undone, if that is before `at`."""
    settled_at = decided_at + timedelta(seconds=settings.UNDO_SECONDS)
    deliver_due(at=min(settled_at + DELIVERED_AFTER, at))
