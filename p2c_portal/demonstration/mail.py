"""The messages of the demonstration. They are really sent, as the worker would have done."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from outbox.models import Message
from outbox.services.delivery import deliver_message, kept_connection
from outbox.services.publishing import breaker


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
