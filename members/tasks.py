"""Periodic tasks for members. Each is one service call, and may run more than once."""

from celery import shared_task
from django.utils import timezone

from members.services import focal_points, letter_drafts


@shared_task
def expire_role_transfers() -> None:
    """Delete the role transfers that nobody answered in time."""
    focal_points.expire_role_transfers(at=timezone.now())


@shared_task
def delete_ended_drafts() -> None:
    """Delete the letter drafts whose decision can no longer be undone."""
    letter_drafts.delete_ended_drafts(at=timezone.now())
