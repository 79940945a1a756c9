"""What the workers do for those who sign in."""

from smtplib import SMTPRecipientsRefused

from celery import shared_task
from django.utils import timezone

from accounts.services import sessions, sign_in_codes


# Tried again soon and not for long, since somebody sits and waits: the task ends with the code.
@shared_task(
    autoretry_for=(OSError,),
    dont_autoretry_for=(SMTPRecipientsRefused,),
    max_retries=4,
    retry_backoff=5,
)
def send_sign_in_code(email: str, seed: str) -> None:
    """Mail a code to an address, if it is that of somebody whom a code signs in."""
    sign_in_codes.send_code(email=email, seed=seed)


@shared_task
def delete_expired_sessions() -> None:
    """Delete the sessions that have ended."""
    sessions.delete_expired_sessions(at=timezone.now())
