"""The Celery tasks of triage. Each one may safely run twice."""

from celery import shared_task
from django.utils import timezone

from triage.audit.services import stream
from triage.desk.models import BulkRun
from triage.desk.services import bulk_runs, daily_digest
from triage.duplicates.services import matching, repeat_expressions
from triage.follow_ups import services as follow_ups
from triage.statistics.services import snapshots


@shared_task
def notify_of_repeat_expressions() -> None:
    """Find organisations that have sent several Expressions of Interest."""
    repeat_expressions.notify_of_repeat_expressions(at=timezone.now())


@shared_task
def match_new_members() -> None:
    """Find possible duplicates among members."""
    matching.match_new_members(at=timezone.now())


@shared_task
def refresh_statistics() -> None:
    """Compute the statistics of all calls."""
    snapshots.refresh_snapshots(at=timezone.now())


@shared_task
def run_due_follow_ups() -> None:
    """Take the follow-up steps that are due."""
    follow_ups.run_due_follow_ups(at=timezone.now())


@shared_task
def send_daily_digests() -> None:
    """Send the daily digest to staff, in the morning of their own time zone."""
    daily_digest.send_daily_digests(at=timezone.now())


@shared_task
def remind_of_deadline() -> None:
    """Remind the owners of unfinished expressions of interest of the deadline."""
    follow_ups.remind_of_deadline(at=timezone.now())


@shared_task
def process_bulk_run(pk: int) -> None:
    """Process a bulk run for some seconds, and publish a new task if members are left."""
    run = BulkRun.objects.select_related("by", "to").filter(pk=pk).first()
    if run is not None and bulk_runs.process_run(run=run, clock=timezone.now):
        bulk_runs.publish_run(run)


@shared_task
def process_stalled_runs() -> None:
    """Process the bulk runs whose task was lost or could not be published."""
    bulk_runs.process_stalled_runs(clock=timezone.now)


@shared_task
def delete_old_bulk_runs() -> None:
    """Delete the bulk runs that finished weeks ago."""
    bulk_runs.delete_old_runs(at=timezone.now())


@shared_task
def send_audit_lines() -> None:
    """Send new lines of the audit to the collector."""
    stream.send_new_lines(clock=timezone.now)
