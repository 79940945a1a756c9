"""What is done for members at regular times: each task is one call."""

from celery import shared_task
from django.utils import timezone

from members import comparison, link_requests


@shared_task
def compare_new() -> None:
    """Find out which organisations have sent several Expressions of Interest."""
    comparison.compare_new(at=timezone.now())


@shared_task
def answer_link_requests() -> None:
    """Send the links that were asked for."""
    link_requests.answer_requests(at=timezone.now())
