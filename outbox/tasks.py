"""Celery tasks: deliver messages, sweep the outbox, and match delivery events."""

import time
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from outbox.models import Queue
from outbox.services import delivery, delivery_events, installation, publishing, worker_health
from outbox.services.sending_rate import take_permit

# After this time, a task does not start with another message.
TASK_TIME_BUDGET = timedelta(seconds=2)


@shared_task
def deliver(*message_pks: int) -> None:
    """Deliver messages one after the other, except those that are already done.

    Messages that are left when the time is over get a new task, so that a slow mail server, or the
    rate at which mail may be sent, does not block other mail or make the task run into its time
    limit.
    """
    left = delivery.load_messages(message_pks, at=timezone.now())
    over = time.monotonic() + TASK_TIME_BUDGET.total_seconds()
    connection = delivery.kept_connection()
    try:
        while left and (remaining := over - time.monotonic()) > 0:
            queue = Queue(left[0].message.queue)
            if wait := take_permit(queue, at=timezone.now()).total_seconds():
                time.sleep(min(wait, remaining))
                continue
            delivery.deliver_next(left, connection, timezone.now())
    finally:
        if left:
            publishing.republish([waiting.message.pk for waiting in left], at=timezone.now())


@shared_task
def sweep() -> None:
    """Record that beat is alive, and publish the messages that are due and have no task.

    If the mail server accepts no mail, it is tried again with one message of each queue. While
    email is held, nothing is published.
    """
    at = timezone.now()
    worker_health.show_beat_alive(at=at)
    worker_health.watch_clocks(at=at)
    if installation.current_hold(at=at):
        return
    installation.advance(at=at)
    delivery.probe_server(at=at)
    publishing.publish_due(at=at)


@shared_task
def match_reports() -> None:
    """Match the delivery events that arrived before their message was recorded as sent."""
    delivery_events.match_pending_events(at=timezone.now())


@shared_task
def forget_unmatched_reports() -> None:
    """Delete old delivery events that match no message."""
    delivery_events.delete_unmatched_events(at=timezone.now())
