"""Scheduled tasks for drafts, lost links and alerts, each safe to run twice."""

from celery import shared_task
from django.utils import timezone

from eoi.services import call_alerts, draft_notices, drafts, link_requests


@shared_task
def send_requested_links() -> None:
    """Send the requested links."""
    link_requests.send_requested_links(at=timezone.now())


@shared_task
def warn_of_expiry() -> None:
    """Warn the owners of drafts that will soon be deleted."""
    draft_notices.warn_of_expiry(at=timezone.now())


@shared_task
def delete_expired_drafts() -> None:
    """Delete expired drafts."""
    drafts.delete_expired_drafts(at=timezone.now())


@shared_task
def delete_submitted_drafts() -> None:
    """Delete the drafts that were sent."""
    drafts.delete_submitted_drafts(at=timezone.now())


@shared_task
def notify_of_moved_deadlines() -> None:
    """Notify the owners of drafts that the deadline has moved."""
    draft_notices.notify_of_moved_deadlines(at=timezone.now())


@shared_task
def announce_open_call() -> None:
    """Write to those who asked to be told that a call is open."""
    call_alerts.announce_open_call(at=timezone.now())


@shared_task
def delete_finished_alerts() -> None:
    """Delete the alerts that were sent, and those that nobody confirmed."""
    call_alerts.delete_finished_alerts(at=timezone.now())
