"""Held email after a restore: what waits, cancelling what went out before, and the release."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock, lock_rows
from outbox.models import (
    CANCELLED_BY,
    HoldReason,
    MailHold,
    Message,
    MessageAction,
    MessageActionKind,
    MessageQuerySet,
)
from outbox.services.installation import begin_hold, open_hold, settle_identity
from outbox.services.queue import CHANGED_AT_ONCE, cancelled_facts

logger = logging.getLogger(__name__)

# Who cancelled or released something, if it was done by a command.
OPERATOR = "the operator"


class NotHeld(Refused):
    """Email is not held, or a colleague has released it."""

    def __init__(self) -> None:
        super().__init__(_("Email is not held."))


def hold_mail(*, is_restored: bool, at: datetime) -> MailHold:
    """Hold all email by hand, or because this database was just restored from a backup."""
    held = open_hold()
    if held is not None:
        return held
    return begin_hold(reason=HoldReason.RESTORED if is_restored else HoldReason.BY_HAND, at=at)


def held_messages(held: MailHold, *, is_from_backup: bool | None = None) -> QuerySet[Any]:
    """Return the messages that wait for the release, the oldest first.

    `is_from_backup` is set on those that were queued when the backup was made. The former portal
    may have sent these, if they were due before it ended. The others were queued since by the
    periodic tasks and by people. The periodic tasks repeat what was due since the backup.
    """
    in_backup = Q(pk__lte=held.last_message)
    waiting = Message.objects.waiting()
    if is_from_backup is not None:
        waiting = waiting.filter(in_backup if is_from_backup else ~in_backup)
    found: QuerySet[Any] = waiting.annotate(
        is_from_backup=ExpressionWrapper(in_backup, output_field=BooleanField())
    )
    return found.order_by("queued_at", "pk")


def cancel_due_before(*, time: datetime, by: User | None, at: datetime) -> int:
    """Cancel the held messages that were first due before a time, and return how many.

    Works in batches of a thousand. Raises NotHeld.
    """
    if open_hold() is None:
        raise NotHeld
    due = Message.objects.unsent(at).filter(first_due_at__lt=time)
    cancelled = 0
    while number := _cancel_batch(due, by, at):
        cancelled += number
    logger.info("%d held messages cancelled", cancelled)
    return cancelled


@transaction.atomic
def _cancel_batch(messages: MessageQuerySet, by: User | None, at: datetime) -> int:
    """Cancel the first thousand of some messages, and record who did it."""
    first = messages.order_by("pk").values("pk")[:CHANGED_AT_ONCE]
    keys = lock_rows(Message.objects.filter(pk__in=list(first.values_list("pk", flat=True))))
    name = by.get_full_name() if by else OPERATOR
    Message.objects.filter(pk__in=keys).update(**cancelled_facts(CANCELLED_BY + name))
    if by:
        MessageAction.objects.bulk_create(
            MessageAction(
                message_id=key, kind=MessageActionKind.CANCELLED, at=at, by=by, by_name=name
            )
            for key in keys
        )
    return len(keys)


@transaction.atomic
def release_mail(*, held: MailHold, reason: str, by: User | None, at: datetime) -> MailHold:
    """Let email leave the portal again. The sweep publishes what is due.

    Raises NotHeld if it is released already.
    """
    lock(held)
    if held.released_at is not None:
        raise NotHeld
    held.released_at, held.released_by = at, by
    held.released_by_name = by.get_full_name() if by else OPERATOR
    held.release_reason = reason
    held.save(update_fields=["released_at", "released_by", "released_by_name", "release_reason"])
    settle_identity(held, at=at)
    Message.objects.waiting().filter(published_at__isnull=False).update(published_at=None)
    logger.warning("Email is released by %s", f"user {by.pk}" if by else OPERATOR)
    return held
