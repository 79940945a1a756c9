"""What is done for members at regular times: each task is one call, and any may come twice."""

from celery import shared_task
from django.utils import timezone

from members import drafting, link_requests, people


@shared_task
def answer_link_requests() -> None:
    """Send the links that were asked for."""
    link_requests.answer_requests(at=timezone.now())


@shared_task
def end_unanswered_successors() -> None:
    """Ask those no more who did not answer in time whether they take a role over."""
    people.end_unanswered(at=timezone.now())


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


@shared_task
def tell_of_moved_deadlines() -> None:
    """Tell those with an unfinished expression of interest that its deadline has moved."""
    drafting.tell_of_moved_deadlines(at=timezone.now())
