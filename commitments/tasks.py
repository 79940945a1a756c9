"""Periodic tasks of commitments; each may run twice."""

from celery import shared_task
from django.utils import timezone

from commitments.services.open_data import snapshots


@shared_task
def take_data_snapshot() -> None:
    """Take the snapshot of the open data for this month, if there is none."""
    snapshots.take_due_snapshot(at=timezone.now())
