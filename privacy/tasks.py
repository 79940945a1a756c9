"""The Celery tasks of personal data. Each one may safely run twice."""

from celery import shared_task
from django.utils import timezone

from privacy.services import erasure_list, event_digests, retention_periods


@shared_task
def delete_due() -> None:
    """Delete the personal data whose retention period has ended."""
    retention_periods.delete_due(clock=timezone.now)


@shared_task
def make_event_digests() -> None:
    """Make the digests of the events of each day that has ended."""
    event_digests.make_digests(at=timezone.now())


@shared_task
def write_erasure_list() -> None:
    """Write the erasures that the signed list lacks, such as after a full disk."""
    erasure_list.write_list()
