"""How often the periodic tasks run."""

from datetime import timedelta
from typing import Any, Final

# Each task may run twice or late. It still expires, so that a long outage is not followed by all
# missed runs. It expires after more than an hour, because a worker uses its own clock, which may be
# wrong by an hour in summer.
EXPIRES_AFTER: Final = timedelta(hours=2)

# E-mail waits for this task, so it never expires.
SWEEP: Final = "outbox.tasks.sweep"

INTERVALS: Final = {
    # People who ask for a link look for it immediately.
    "eoi.tasks.send_requested_links": timedelta(seconds=10),
    "mailings.tasks.send_due_mailings": timedelta(seconds=15),
    # The notice and the papers of a meeting that begins soon do not wait.
    "participation.tasks.send_notices": timedelta(seconds=15),
    "participation.tasks.send_paper_digests": timedelta(seconds=15),
    "triage.tasks.process_stalled_runs": timedelta(seconds=15),
    "triage.tasks.send_audit_lines": timedelta(seconds=15),
    "papers.tasks.scan_waiting_files": timedelta(seconds=30),
    "commitments.tasks.publish_announced": timedelta(minutes=1),
    "eoi.tasks.announce_open_call": timedelta(minutes=1),
    "eoi.tasks.notify_of_moved_deadlines": timedelta(minutes=1),
    "framework.tasks.send_notices": timedelta(minutes=1),
    "inbox.tasks.read_mailbox": timedelta(minutes=1),
    "opportunities.tasks.close_committed": timedelta(minutes=1),
    "outbox.tasks.match_reports": timedelta(minutes=1),
    "participation.tasks.cancel_expired_notices": timedelta(minutes=1),
    "participation.tasks.sync_member_accounts": timedelta(minutes=1),
    "triage.tasks.match_new_members": timedelta(minutes=1),
    "triage.tasks.notify_of_repeat_expressions": timedelta(minutes=1),
    "commitments.tasks.refresh_figures": timedelta(minutes=5),
    "eoi.tasks.delete_finished_alerts": timedelta(minutes=5),
    "eoi.tasks.delete_submitted_drafts": timedelta(minutes=5),
    "participation.tasks.send_reminders": timedelta(minutes=5),
    "triage.tasks.refresh_statistics": timedelta(minutes=5),
    "triage.tasks.remind_of_deadline": timedelta(minutes=5),
    "triage.tasks.run_due_follow_ups": timedelta(minutes=5),
    "commitments.tasks.ask_for_reports": timedelta(minutes=10),
    "commitments.tasks.ask_hosts": timedelta(minutes=10),
    "commitments.tasks.cancel_expired_report_requests": timedelta(minutes=10),
    # Of each month, the first run takes the snapshot.
    "commitments.tasks.take_data_snapshot": timedelta(minutes=10),
    "triage.tasks.send_daily_digests": timedelta(minutes=10),
    "accounts.tasks.delete_expired_sessions": timedelta(hours=1),
    "commitments.tasks.delete_ended_drafts": timedelta(hours=1),
    "commitments.tasks.update_conditions": timedelta(hours=1),
    "eoi.tasks.delete_expired_drafts": timedelta(hours=1),
    "eoi.tasks.warn_of_expiry": timedelta(hours=1),
    "inbox.tasks.delete_old_raw_mail": timedelta(hours=1),
    # The time zone rules change only with a release of the portal or of its operating system.
    "meetings.tasks.apply_dst_changes": timedelta(hours=1),
    "members.tasks.delete_ended_drafts": timedelta(hours=1),
    "members.tasks.expire_role_transfers": timedelta(hours=1),
    "opportunities.tasks.ask_and_expire": timedelta(hours=1),
    "opportunities.tasks.delete_ended_drafts": timedelta(hours=1),
    "opportunities.tasks.send_digests": timedelta(hours=1),
    "opportunities.tasks.tell_silence": timedelta(hours=1),
    "outbox.tasks.forget_unmatched_reports": timedelta(hours=1),
    "participation.tasks.remind_of_missing_documents": timedelta(hours=1),
    "privacy.tasks.delete_due": timedelta(hours=1),
    "privacy.tasks.make_event_digests": timedelta(hours=1),
    "privacy.tasks.write_erasure_list": timedelta(hours=1),
    "triage.tasks.delete_old_bulk_runs": timedelta(hours=1),
}
# Only the broker that is a SQLite file keeps tasks that workers have taken.
EMBEDDED_BROKER_INTERVALS: Final = {"p2c_portal.tasks.delete_taken_tasks": timedelta(hours=1)}


def beat_schedule(*, sweep_interval: timedelta, has_embedded_broker: bool) -> dict[str, Any]:
    """Return the schedule for Celery beat: an entry for each task, with the name of the task."""
    intervals = INTERVALS | (EMBEDDED_BROKER_INTERVALS if has_embedded_broker else {})
    expires = EXPIRES_AFTER.total_seconds()
    return {
        SWEEP: {"task": SWEEP, "schedule": sweep_interval},
        **{
            task: {"task": task, "schedule": interval, "options": {"expires": expires}}
            for task, interval in intervals.items()
        },
    }
