"""Periodic tasks of commitments; each is one call and may run twice."""

from celery import shared_task
from django.utils import timezone

from commitments.services import (
    conditions,
    desk_letters,
    figures,
    hosts,
    publication,
    report_requests,
)
from commitments.services.open_data import snapshots


@shared_task
def publish_announced() -> None:
    """Publish approved commitments whose announcement has come."""
    publication.publish_announced(at=timezone.now())


@shared_task
def ask_for_reports() -> None:
    """Ask leads for the reports that are due."""
    report_requests.ask_for_reports(at=timezone.now())


@shared_task
def cancel_expired_report_requests() -> None:
    """Cancel waiting mail that asks for a report, if nobody has to be asked any more."""
    report_requests.cancel_expired_requests(at=timezone.now())


@shared_task
def ask_hosts() -> None:
    """Ask the hosts of newly published commitments."""
    hosts.ask_all_hosts(at=timezone.now())


@shared_task
def update_conditions() -> None:
    """Update the conditions of commitments that change with the day."""
    conditions.update_conditions(at=timezone.now())


@shared_task
def delete_ended_drafts() -> None:
    """Delete the letter drafts whose decision can no longer be undone."""
    desk_letters.delete_ended_drafts(at=timezone.now())


@shared_task
def take_data_snapshot() -> None:
    """Take the snapshot of the open data for this month, if there is none."""
    snapshots.take_due_snapshot(at=timezone.now())


@shared_task
def refresh_figures() -> None:
    """Compute the figures of the register."""
    figures.refresh_figures(at=timezone.now())
