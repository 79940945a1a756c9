"""What the workers do by themselves for those who want to join: one call a task."""

from celery import shared_task
from django.utils import timezone

from members import link_requests


@shared_task
def answer_link_requests() -> None:
    """Send the links that were asked for."""
    link_requests.answer_requests(at=timezone.now())
