"""What the workers do: deliver messages, sweep up, and match what providers report."""

import time
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from outbox.services import delivery, delivery_events, publishing, worker_health

# How long one task goes on to begin with a next message.
TASK_TIME_BUDGET = timedelta(seconds=2)


@shared_task
def deliver(*message_pks: int) -> None:
    """Deliver messages one after the other, each if it is still to be delivered.

    What this did not come to in its time gets a task of its own, so that a slow mail server does
    not keep a worker from other mail, nor a task from its end.
    """
    left = delivery.load_messages(message_pks)
    over = time.monotonic() + TASK_TIME_BUDGET.total_seconds()
    connection = delivery.kept_connection()
    try:
        while left and time.monotonic() < over:
            delivery.deliver_next(left, connection, timezone.now())
    finally:
        if left:
            publishing.republish([waiting.message.pk for waiting in left], at=timezone.now())


@shared_task
def sweep() -> None:
    """Show that beat and a worker are alive, and publish what is due and has no task.

    Where the mail server took nothing, one message tries it again.
    """
    at = timezone.now()
    worker_health.show_beat_alive(at=at)
    worker_health.watch_clocks(at=at)
    delivery.probe_server(at=at)
    publishing.publish_due(at=at)


@shared_task
def match_reports() -> None:
    """Act on what a provider reported before we knew that its message was sent."""
    delivery_events.match_pending_events(at=timezone.now())


@shared_task
def forget_unmatched_reports() -> None:
    """Delete what a provider reported of no message of ours."""
    delivery_events.delete_unmatched_events(at=timezone.now())
