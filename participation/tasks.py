"""What is done for those who take part at regular times: each is one call, and may come twice."""

from celery import shared_task
from django.utils import timezone

from participation.services import (
    member_accounts,
    missing_documents,
    notice_expiry,
    notices,
    paper_digest,
    reminders,
)


@shared_task
def sync_member_accounts() -> None:
    """Make and end the accounts of focal points."""
    member_accounts.sync_member_accounts(at=timezone.now())


@shared_task
def send_notices() -> None:
    """Tell those who take part what changed of their meetings."""
    notices.send_notices(at=timezone.now())


@shared_task
def cancel_expired_notices() -> None:
    """Cancel mail about meetings that waits and whose cause is gone."""
    notice_expiry.cancel_expired_notices(at=timezone.now())


@shared_task
def send_reminders() -> None:
    """Remind of meetings that begin soon."""
    reminders.send_reminders(at=timezone.now())


@shared_task
def remind_of_missing_documents() -> None:
    """Ask coordinators for agendas and minutes that are missing."""
    missing_documents.remind_of_missing_documents(at=timezone.now())


@shared_task
def send_paper_digests() -> None:
    """Tell those who take part, once a day, which papers are new."""
    paper_digest.send_paper_digests(at=timezone.now())
