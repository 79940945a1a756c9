"""Periodic tasks of commitments; each may run twice."""

from celery import shared_task
from django.utils import timezone

from commitments.services import publication


@shared_task
def publish_announced() -> None:
    """Publish approved commitments whose announcement has come."""
    publication.publish_announced(at=timezone.now())
