"""Celery tasks: read the mailbox, and delete raw mail whose period is over."""

from celery import shared_task
from django.utils import timezone

from inbox.services import mailbox, raw_mail


@shared_task
def read_mailbox() -> None:
    """Receive the new mail of the mailbox."""
    mailbox.read_mailbox(at=timezone.now())


@shared_task
def delete_old_raw_mail() -> None:
    """Delete the whole mails after their period; what was said in them stays."""
    raw_mail.delete_old_raw_mail(at=timezone.now())
