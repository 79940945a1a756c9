"""The Celery tasks of commitments. Each one may safely run twice."""

from celery import shared_task
from django.utils import timezone

from commitments.services import figures


@shared_task
def refresh_figures() -> None:
    """Compute the figures of the register."""
    figures.refresh_figures(at=timezone.now())
