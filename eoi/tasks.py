"""What is done with drafts and lost links at regular times.

Each task is one call, and any may come twice.
"""

from celery import shared_task
from django.utils import timezone

from eoi.services import drafts, link_requests


@shared_task
def send_requested_links() -> None:
    """Send the links that were asked for."""
    link_requests.send_requested_links(at=timezone.now())


@shared_task
def warn_of_expiry() -> None:
    """Warn those whose unfinished expression of interest will soon be deleted."""
    drafts.warn_of_expiry(at=timezone.now())


@shared_task
def delete_expired_drafts() -> None:
    """Delete unfinished expressions of interest that have expired."""
    drafts.delete_expired_drafts(at=timezone.now())


@shared_task
def delete_submitted_drafts() -> None:
    """Delete the drafts of expressions of interest that were sent."""
    drafts.delete_submitted_drafts(at=timezone.now())


@shared_task
def notify_of_moved_deadlines() -> None:
    """Tell those with an unfinished expression of interest that its deadline has moved."""
    drafts.notify_of_moved_deadlines(at=timezone.now())
