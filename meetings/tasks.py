"""Scheduled tasks of the calendar. Each makes one call and may run twice."""

from celery import shared_task
from django.utils import timezone

from meetings.services import dst_changes


@shared_task
def apply_dst_changes() -> None:
    """Move meetings whose local time changed because the rules of a time zone changed."""
    dst_changes.apply_dst_changes(at=timezone.now())
