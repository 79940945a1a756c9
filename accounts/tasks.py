"""Celery tasks for signing in."""

from smtplib import SMTPRecipientsRefused

from celery import shared_task
from django.utils import timezone

from accounts.services import sessions, sign_in_codes


# Retries are quick and few, because the person is waiting: the task expires with the code.
@shared_task(
    autoretry_for=(OSError,),
    dont_autoretry_for=(SMTPRecipientsRefused,),
    max_retries=4,
    retry_backoff=5,
)
def send_sign_in_code(email: str, seed: str) -> None:
    """Send a code to an address, if its user may sign in with a code."""
    sign_in_codes.send_code(email=email, seed=seed, at=timezone.now())


@shared_task
def delete_expired_sessions() -> None:
    """Delete the sessions that have expired."""
    sessions.delete_expired_sessions(at=timezone.now())
