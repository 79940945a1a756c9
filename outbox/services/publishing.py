"""Publish the Celery tasks that deliver messages, after the commit or from the sweep."""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from outbox.models import Message, Queue

logger = logging.getLogger(__name__)

# By name, since outbox.tasks imports this module.
DELIVER = "outbox.tasks.deliver"
SWEEP_BATCH_SIZE = 1000
# Several messages per task, since publishing, receiving and acknowledging a task takes as long as
# sending a mail to a fast server.
MESSAGES_PER_TASK = 10
BREAKER_TIMEOUT = timedelta(seconds=30)


class CircuitBreaker:
    """A circuit breaker between this process and another one, such as the broker.

    While it is open, nothing is sent there: it did not answer a moment ago, and a person who waits
    for a page must not wait for it again.
    """

    def __init__(self) -> None:
        self.open_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether sending is paused."""
        return time.monotonic() < self.open_until

    def open(self, seconds: float = BREAKER_TIMEOUT.total_seconds()) -> None:
        """Pause sending for a number of seconds."""
        self.open_until = time.monotonic() + seconds

    def close(self) -> None:
        """Resume sending."""
        self.open_until = 0.0


breaker = CircuitBreaker()


def publish_after_commit(messages: Iterable[Message]) -> None:
    """Publish tasks for the messages that have `published_at` set, once they are committed."""
    by_queue: dict[Queue, list[int]] = {queue: [] for queue in Queue}
    for message in messages:
        if message.published_at is not None:
            by_queue[Queue(message.queue)].append(message.pk)
    for queue, message_pks in by_queue.items():
        for together in _by_task(message_pks):
            _publish_or_leave_after_commit(together, queue)


def publish_due(*, at: datetime) -> int:
    """Publish tasks for the due messages without one, the oldest first, and return how many.

    At most a thousand messages of each queue are published at once, so that a backlog does not
    flood the broker and a mailing does not delay a letter. The next sweep publishes the rest.

    Raises OperationalError if the broker does not accept a task; the next sweep publishes the
    messages that are left.
    """
    return sum(_publish_due_of(queue, at) for queue in Queue)


def _publish_due_of(queue: Queue, at: datetime) -> int:
    """Publish tasks for the due messages of one queue without one, and return how many."""
    due = Message.objects.to_publish(at).filter(queue=queue).order_by("due_at", "pk")
    left = list(due.values_list("pk", flat=True)[:SWEEP_BATCH_SIZE])
    Message.objects.filter(pk__in=left).update(published_at=at)
    count = len(left)
    try:
        for together in _by_task(list(left)):
            _publish(together, queue)
            del left[: len(together)]
    finally:
        if left:
            _leave_to_sweep(left)
    return count


def republish(message_pks: Sequence[int], *, at: datetime) -> None:
    """Publish tasks again for messages that their task had no time for."""
    left = Message.objects.waiting().filter(pk__in=message_pks)
    left.update(published_at=at)
    publish_after_commit(left.order_by("due_at", "pk"))


def _by_task(message_pks: Sequence[int]) -> Iterator[Sequence[int]]:
    """Split messages into batches, one for each task."""
    for start in range(0, len(message_pks), MESSAGES_PER_TASK):
        yield message_pks[start : start + MESSAGES_PER_TASK]


def _publish_or_leave_after_commit(message_pks: Sequence[int], queue: Queue) -> None:
    # Robust, because the messages are stored even if the task cannot be published. A lambda, since
    # Django logs an error with the name of the function, which partial() does not have.
    transaction.on_commit(lambda: _publish_or_leave(message_pks, queue), robust=True)


def _publish_or_leave(message_pks: Sequence[int], queue: Queue) -> None:
    """Publish the task that delivers some messages, or leave them for the sweep."""
    if not breaker.is_open:
        try:
            _publish(message_pks, queue)
        except OperationalError as trouble:
            breaker.open()
            logger.warning("The broker takes no tasks, the sweep will publish: %s", trouble)
        else:
            return
    _leave_to_sweep(message_pks)


def _leave_to_sweep(message_pks: Sequence[int]) -> None:
    Message.objects.waiting().filter(pk__in=message_pks).update(published_at=None)


def _publish(message_pks: Sequence[int], queue: Queue) -> None:
    """Publish the task that delivers some messages.

    The task does not expire, because a worker whose clock is ahead would discard it. If the sweep
    has published another task in the meantime, claim() makes sure that only one of them sends.
    """
    current_app.send_task(DELIVER, tuple(message_pks), queue=queue.value)
