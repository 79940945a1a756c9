"""Periodic tasks of the Action Frameworks; each is one call and may run twice."""

from celery import shared_task
from django.utils import timezone

from framework.services import notices


@shared_task
def send_notices() -> None:
    """Tell working groups of drafts that opened, close soon or were adopted."""
    notices.send_notices(at=timezone.now())
