"""Periodic tasks of mailings; each may run twice."""

from celery import shared_task
from django.utils import timezone

from mailings.services import sending


@shared_task
def send_due_mailings() -> None:
    """Queue the messages of all due mailings."""
    sending.send_due_mailings(at=timezone.now())
