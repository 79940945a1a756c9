"""What is done for members at regular times: each task is one call, and any may come twice."""

from celery import shared_task
from django.utils import timezone

from members import (
    comparison,
    digest,
    drafting,
    following_up,
    likeness,
    link_requests,
    people,
    tallying,
)


@shared_task
def compare_new() -> None:
    """Find out which organisations have sent several Expressions of Interest."""
    comparison.compare_new(at=timezone.now())


@shared_task
def find_likeness() -> None:
    """Find out which files may be duplicates of others."""
    likeness.find_new(at=timezone.now())


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
def count_what_changed() -> None:
    """Count for the figures what came or changed."""
    tallying.count_what_changed(at=timezone.now())


@shared_task
def take_due_steps() -> None:
    """Remind those who have not answered or confirmed, and tell of them."""
    following_up.take_due_steps(at=timezone.now())


@shared_task
def write_digests() -> None:
    """Tell the staff, each in their own morning, what waits."""
    digest.write_digests(at=timezone.now())


@shared_task
def tell_of_moved_deadlines() -> None:
    """Tell those with an unfinished expression of interest that its deadline has moved."""
    drafting.tell_of_moved_deadlines(at=timezone.now())


@shared_task
def remind_of_deadline() -> None:
    """Remind those with an unfinished expression of interest of its deadline."""
    following_up.remind_of_deadline(at=timezone.now())
