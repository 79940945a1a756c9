"""The messages of the demonstration. They are really sent, as the worker would have done."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings

from outbox.models import Message
from outbox.services.delivery import deliver_message, kept_connection
from outbox.services.publishing import breaker
from p2c_portal.demonstration.expressions import DELIVERED_AFTER


@contextmanager
def without_tasks() -> Iterator[None]:
    """Queue messages without a task for each. They are sent here or by the sweep."""
    breaker.open(seconds=math.inf)
    try:
        yield
    finally:
        breaker.close()


def deliver_due(*, at: datetime) -> None:
    """Send each message that is due by `at` to the mail server, one by one."""
    due = Message.objects.claimable(at).order_by("due_at", "pk")
    for message_pk in list(due.values_list("pk", flat=True)):
        deliver_message(message_pk=message_pk, connection=kept_connection(), at=at)


def deliver_letters_of_decision(*, decided_at: datetime, at: datetime) -> None:
    """Send the letters of a decision once it can no longer be undone, if that is before `at`."""
    settled_at = decided_at + timedelta(seconds=settings.UNDO_SECONDS)
    deliver_due(at=min(settled_at + DELIVERED_AFTER, at))
