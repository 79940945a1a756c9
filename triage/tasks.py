"""What triage does at regular times: each task is one call, and any may come twice."""

from celery import shared_task
from django.utils import timezone

from triage.desk.services import daily_digest
from triage.duplicates.services import matching, repeat_expressions
from triage.follow_ups import services as follow_ups
from triage.statistics.services import snapshots


@shared_task
def notify_of_repeat_expressions() -> None:
    """Find out which organisations have sent several Expressions of Interest."""
    repeat_expressions.notify_of_repeat_expressions(at=timezone.now())


@shared_task
def match_new_members() -> None:
    """Find out which files may be duplicates of others."""
    matching.match_new_members(at=timezone.now())


@shared_task
def refresh_statistics() -> None:
    """Compute the figures of every call."""
    snapshots.refresh_snapshots(at=timezone.now())


@shared_task
def run_due_follow_ups() -> None:
    """Remind those who have not answered or confirmed, and tell of them."""
    follow_ups.run_due_follow_ups(at=timezone.now())


@shared_task
def send_daily_digests() -> None:
    """Tell the staff, each in their own morning, what waits."""
    daily_digest.send_daily_digests(at=timezone.now())


@shared_task
def remind_of_deadline() -> None:
    """Remind those with an unfinished expression of interest of its deadline."""
    follow_ups.remind_of_deadline(at=timezone.now())
