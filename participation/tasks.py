"""Periodic tasks of participation; each is one call and may run twice."""

from celery import shared_task
from django.utils import timezone

from participation.services import (
    member_accounts,
    missing_documents,
    notices,
    paper_digest,
    reminders,
)


@shared_task
def sync_member_accounts() -> None:
    """Create, deactivate and reactivate the accounts of focal points."""
    member_accounts.sync_member_accounts(at=timezone.now())


@shared_task
def send_notices() -> None:
    """Notify participants of changes of their meetings."""
    notices.send_notices(at=timezone.now())


@shared_task
def cancel_expired_notices() -> None:
    """Cancel waiting mail about meetings if its cause is gone."""
    notices.cancel_expired_notices(at=timezone.now())


@shared_task
def send_reminders() -> None:
    """Send reminders of meetings that begin soon."""
    reminders.send_reminders(at=timezone.now())


@shared_task
def remind_of_missing_documents() -> None:
    """Remind coordinators of missing agendas and minutes."""
    missing_documents.remind_of_missing_documents(at=timezone.now())


@shared_task
def send_paper_digests() -> None:
    """Send the digests of new papers to participants."""
    paper_digest.send_paper_digests(at=timezone.now())
