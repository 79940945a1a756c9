"""What happens by itself, in time: one line of work a task, and any of them may come twice."""

from celery import shared_task
from django.utils import timezone

from members import drafting


@shared_task
def warn_of_expiry() -> None:
    """Warn those whose unfinished expression of interest will soon be deleted."""
    drafting.warn_of_expiry(at=timezone.now())


@shared_task
def delete_what_is_over() -> None:
    """Delete unfinished expressions of interest that have expired."""
    drafting.delete_what_is_over(at=timezone.now())


@shared_task
def delete_what_was_sent() -> None:
    """Delete the drafts of expressions of interest that were sent."""
    drafting.delete_what_was_sent(at=timezone.now())
