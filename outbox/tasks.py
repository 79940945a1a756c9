"""What the workers do: deliver messages, sweep up, and match what providers report."""

from celery import shared_task
from django.utils import timezone

from outbox import arrival, delivery, publishing, pulse


@shared_task
def deliver(message_pk: int) -> None:
    """Deliver one message, if it is still to be delivered."""
    delivery.deliver_message(
        message_pk=message_pk, connection=delivery.kept_connection(), at=timezone.now()
    )


@shared_task
def sweep() -> None:
    """Show that beat and a worker are alive, and publish what is due and has no task."""
    at = timezone.now()
    pulse.show_beat_alive(at=at)
    publishing.publish_due(at=at)


@shared_task
def match_reports() -> None:
    """Act on what a provider reported before we knew that its message was sent."""
    arrival.match_waiting(at=timezone.now())


@shared_task
def forget_unmatched_reports() -> None:
    """Delete what a provider reported of no message of ours."""
    arrival.forget_unmatched(at=timezone.now())
