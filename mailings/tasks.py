"""What is done for mailings at regular times; it may come twice."""

from celery import shared_task
from django.utils import timezone

from mailings.services import sending


@shared_task
def send_due_mailings() -> None:
    """Write what is due of every mailing into the outbox."""
    sending.send_due_mailings(at=timezone.now())
