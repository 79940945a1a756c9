"""Whether the mailbox is read, for monitors and for the front page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from accounts.models import User
from inbox.models import IncomingMail, MailboxReading, Source
from outbox.services.installation import open_hold
from outbox.services.return_addresses import has_return_addresses

# Longer than a restart of a mail server takes.
SILENT_AFTER: Final = timedelta(minutes=15)
SMTP_BACKEND: Final = "outbox.services.smtp.RecordingSMTPBackend"


@dataclass(frozen=True)
class MailboxHealth:
    """When the mailbox was last read, and since when it cannot be; None if that is not known."""

    read_at: datetime | None
    silent_since: datetime | None


def check_mailbox(*, at: datetime) -> MailboxHealth | None:
    """Return the state of the mailbox; None if this portal reads none, such as a copy."""
    if not settings.MAILBOX_URL or _is_copy():
        return None
    reading = MailboxReading.objects.first() or MailboxReading()
    # Without a worker, nobody notes that the mailbox cannot be read.
    since = reading.failing_since or reading.read_at
    is_silent = since is not None and since <= at - SILENT_AFTER
    return MailboxHealth(reading.read_at, since if is_silent else None)


def are_bounces_unread() -> bool:
    """Return whether this portal sends mail and never learns that some of it came back.

    A mail provider reports bounces too.
    """
    is_sending = settings.MAIL_BACKEND == SMTP_BACKEND and not settings.MAIL_PROVIDER
    if not is_sending or _is_copy():
        return False
    return not has_return_addresses() or not (
        # A mail server that passes mails on needs no mailbox.
        settings.MAILBOX_URL or IncomingMail.objects.filter(source=Source.PIPE).exists()
    )


def front_page_mailbox(user: User, *, at: datetime) -> dict[str, Any]:
    """Return what the front page says about the mailbox to those who see the outbox."""
    context: dict[str, Any] = {}
    if user.has_perm("outbox.view_message"):
        context["mailbox"] = check_mailbox(at=at)
    if user.has_perm("outbox.release_mailhold"):
        context["are_bounces_unread"] = are_bounces_unread()
    return context


def _is_copy() -> bool:
    return bool(settings.MAIL_ALLOWLIST) or open_hold() is not None
