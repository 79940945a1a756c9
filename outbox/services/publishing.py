"""How workers hear of messages: a task for a few rows, published after the commit or swept up."""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from outbox.models import Message, Queue

logger = logging.getLogger(__name__)

# By name, since the tasks stand above: what sweeps up publishes too.
DELIVER = "outbox.tasks.deliver"
SWEEP_BATCH_SIZE = 1000
# So many messages to one task: to publish, take and acknowledge one costs as much as to send a
# mail to a quick server.
MESSAGES_PER_TASK = 10
BREAKER_TIMEOUT = timedelta(seconds=30)


class CircuitBreaker:
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

    def open(self, seconds: float = BREAKER_TIMEOUT.total_seconds()) -> None:
        """Leave the broker alone for so many seconds."""
        self.open_until = time.monotonic() + seconds

    def close(self) -> None:
        """Publish again from now on."""
        self.open_until = 0.0


breaker = CircuitBreaker()


def publish_after_commit(messages: Iterable[Message]) -> None:
    """Publish tasks of the messages that count as published, once their rows are there to see."""
    by_queue: dict[Queue, list[int]] = {queue: [] for queue in Queue}
    for message in messages:
        if message.published_at is not None:
            by_queue[Queue(message.queue)].append(message.pk)
    for queue, message_pks in by_queue.items():
        for together in _by_task(message_pks):
            _publish_or_leave_after_commit(together, queue)


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
    """Publish tasks for messages that theirs did not come to."""
    left = Message.objects.waiting().filter(pk__in=message_pks)
    left.update(published_at=at)
    publish_after_commit(left.order_by("due_at", "pk"))


def _by_task(message_pks: Sequence[int]) -> Iterator[Sequence[int]]:
    """Part messages into what goes with one task."""
    for start in range(0, len(message_pks), MESSAGES_PER_TASK):
        yield message_pks[start : start + MESSAGES_PER_TASK]


def _publish_or_leave_after_commit(message_pks: Sequence[int], queue: Queue) -> None:
    # Robust: what is stored is stored, whatever becomes of the task. No partial(), whose missing
    # name would break Django's report of the error.
    transaction.on_commit(lambda: _publish_or_leave(message_pks, queue), robust=True)


def _publish_or_leave(message_pks: Sequence[int], queue: Queue) -> None:
    """Publish the task that delivers some messages, or leave them to the sweep."""
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

    It never expires: a worker whose clock is ahead would throw it away. Where the sweep has
    published another meanwhile, the claim makes one of the two do nothing.
    """
    current_app.send_task(DELIVER, tuple(message_pks), queue=queue.value)
