"""What is done for the calendar at regular times: each is one call, and may come twice."""

from celery import shared_task
from django.utils import timezone

from meetings.services import dst_changes


@shared_task
def apply_dst_changes() -> None:
    """Move what the rules of a time zone put at another instant than when it was planned."""
    dst_changes.apply_dst_changes(at=timezone.now())
