"""How the workers hear of a message: a task for its row, published after the commit or swept up."""

import logging
import time
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from outbox.models import PUBLISHED_LONG_AGO, Message, Queue

logger = logging.getLogger(__name__)

# By name, since the tasks stand above: what sweeps up publishes too.
DELIVER = "outbox.tasks.deliver"
SWEPT_AT_ONCE = 1000
OPEN_FOR = timedelta(seconds=30)


class Breaker:
    """A circuit breaker between this process and the broker.

    Open, nothing is published: the broker did not answer a moment ago, and whoever waits for a
    page must not wait for it again.
    """

    def __init__(self) -> None:
        self.open_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the broker is better left alone for now."""
        return time.monotonic() < self.open_until

    def open(self, seconds: float = OPEN_FOR.total_seconds()) -> None:
        """Leave the broker alone for so many seconds."""
        self.open_until = time.monotonic() + seconds

    def close(self) -> None:
        """Publish again from now on."""
        self.open_until = 0.0


breaker = Breaker()


def publish_after_commit(message: Message) -> None:
    """Publish the task of a message that counts as published, once its row is there to see."""
    if message.published_at is not None:
        # Robust: what is stored is stored, whatever becomes of the task. No partial(), whose
        # missing name would break Django's report of the error.
        transaction.on_commit(
            lambda: _publish_or_leave(message.pk, Queue(message.queue)), robust=True
        )


def publish_due(*, at: datetime) -> int:
    """Publish a task for what is due and has none, the longest due first, and count them.

    At most a thousand of each queue at once: the rest comes with the next sweep, so that a
    backlog does not flood the broker, and a mailing does not hold up a letter. Whatever the
    broker does not take stays for the next sweep too; raises OperationalError then.
    """
    return sum(_publish_due_of(queue, at) for queue in Queue)


def _publish_due_of(queue: Queue, at: datetime) -> int:
    """Publish a task for what is due in one queue and has none, and count them."""
    due = Message.objects.to_publish(at).filter(queue=queue).order_by("due_at", "pk")
    left = list(due.values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    Message.objects.filter(pk__in=left).update(published_at=at)
    count = len(left)
    try:
        while left:
            _publish(left[0], queue)
            del left[0]
    finally:
        if left:
            Message.objects.waiting().filter(pk__in=left).update(published_at=None)
    return count


def _publish_or_leave(message_pk: int, queue: Queue) -> None:
    """Publish the task that delivers a message, or leave the message to the sweep."""
    if not breaker.is_open:
        try:
            _publish(message_pk, queue)
        except OperationalError as trouble:
            breaker.open()
            logger.warning("The broker takes no tasks, the sweep will publish: %s", trouble)
        else:
            return
    Message.objects.waiting().filter(pk=message_pk).update(published_at=None)


def _publish(message_pk: int, queue: Queue) -> None:
    """Publish the task that delivers a message, which expires when the sweep publishes anew."""
    current_app.send_task(
        DELIVER,
        (message_pk,),
        queue=queue.value,
        expires=PUBLISHED_LONG_AGO.total_seconds(),
    )
