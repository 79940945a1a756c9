"""Held email after a restore: cancelling what went out before, and the release."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from outbox.models import CANCELLED_BY, MailHold, Message
from outbox.services.installation import open_hold, settle_identity
from outbox.services.queue import cancelled_facts

logger = logging.getLogger(__name__)

# Who cancelled or released something, if it was done by a command.
OPERATOR = "the operator"


class NotHeld(Refused):
    """Email is not held, or a colleague has released it."""

    def __init__(self) -> None:
        super().__init__(_("Email is not held."))


def cancel_due_before(*, time: datetime, at: datetime) -> int:
    """Cancel the held messages that were first due before a time, and return how many.

    Raises NotHeld.
    """
    if open_hold() is None:
        raise NotHeld
    due = Message.objects.unsent(at).filter(first_due_at__lt=time)
    cancelled = due.update(**cancelled_facts(CANCELLED_BY + OPERATOR))
    logger.info("%d held messages cancelled", cancelled)
    return cancelled


@transaction.atomic
def release_mail(*, reason: str, by: User | None, at: datetime) -> MailHold:
    """Let email leave the portal again. The sweep publishes what is due.

    Raises NotHeld.
    """
    held = open_hold()
    if held is not None:
        lock(held)
    if held is None or held.released_at is not None:
        raise NotHeld
    held.released_at, held.released_by = at, by
    held.released_by_name = by.get_full_name() if by else OPERATOR
    held.release_reason = reason
    held.save(update_fields=["released_at", "released_by", "released_by_name", "release_reason"])
    settle_identity(held, at=at)
    Message.objects.waiting().filter(published_at__isnull=False).update(published_at=None)
    logger.warning("Email is released by %s", f"user {by.pk}" if by else OPERATOR)
    return held
