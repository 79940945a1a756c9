"""What the workers do: deliver a message, and sweep up those that nobody was told of."""

import functools
import threading
from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from outbox import delivery, pulse
from outbox.models import PUBLISHED_LONG_AGO, Message, Queue

SWEPT_AT_ONCE = 1000


@shared_task(expires=PUBLISHED_LONG_AGO.total_seconds())
def deliver(message_pk: int) -> None:
    """Deliver one message, if it is still to be delivered."""
    delivery.deliver(message_pk=message_pk, connection=kept_connection(), at=timezone.now())


@shared_task
def sweep() -> None:
    """Publish what is due and has no task, and show that beat and a worker are alive."""
    publish_due(at=timezone.now())


def publish_due(*, at: datetime) -> int:
    """Publish a task for what is due and has none, the longest due first, and count them.

    At most a thousand of each queue at once: the rest comes with the next sweep, so that a
    backlog does not flood the broker, and a mailing does not hold up a letter. Whatever the
    broker does not take stays for the next sweep too.
    """
    pulse.show_beat_alive(at=at)
    return sum(publish_due_of(queue, at=at) for queue in Queue)


def publish_due_of(queue: Queue, *, at: datetime) -> int:
    """Publish a task for what is due in one queue and has none, and count them."""
    due = Message.objects.to_publish(at).filter(queue=queue).order_by("due_at", "pk")
    left = list(due.values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    Message.objects.filter(pk__in=left).update(published_at=at)
    count = len(left)
    try:
        while left:
            publish(left[0], queue)
            del left[0]
    finally:
        if left:
            Message.objects.waiting().filter(pk__in=left).update(published_at=None)
    return count


def publish(message_pk: int, queue: str) -> None:
    """Publish the task that delivers a message to the workers of its queue."""
    deliver.apply_async((message_pk,), queue=queue)


def kept_connection() -> BaseEmailBackend:
    """Return this worker's own connection to the mail server, the same for every message."""
    return _connection(
        settings.EMAIL_BACKEND,
        settings.MAIL_BACKEND,
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        threading.get_ident(),
    )


@functools.lru_cache(maxsize=1)
def _connection(backend: str, *_made_for: object) -> BaseEmailBackend:
    """Make a connection, which opens with its first message."""
    return get_connection(backend)
