"""What is done for members at regular times: each task is one call."""

from celery import shared_task
from django.utils import timezone

from members import comparison


@shared_task
def compare_new() -> None:
    """Find out which organisations have sent several Expressions of Interest."""
    comparison.compare_new(at=timezone.now())
