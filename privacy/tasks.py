"""The Celery tasks of personal data. Each one may safely run twice."""

from celery import shared_task
from django.utils import timezone

from privacy.services import retention_periods


@shared_task
def delete_due() -> None:
    """Delete the personal data whose retention period has ended."""
    retention_periods.delete_due(clock=timezone.now)
