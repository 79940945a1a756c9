"""Sending a mailing: the only code that changes its status.

draft → scheduled → sending → sent. It can be paused and resumed, or cancelled before it starts.
"""

import logging
import time
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from core.addresses import normalise_address
from core.conflicts import check_version, lock, save_next_version
from mailings.models import Mailing, MailingStatus, Recipient
from mailings.services.eligibility import EligibilityCheck
from mailings.services.exceptions import (
    InThePast,
    MailingConflict,
    NoRecipients,
    NothingToSend,
    RecipientCountChanged,
    SecondPersonNeeded,
    WrongStatus,
)
from mailings.services.letters import MailingTexts
from mailings.services.recipients import lock_draft, save_eligibility, split_merged_recipients
from mailings.services.second_person import needs_second_person, withdraw_request
from outbox.models import Message
from outbox.services.queue import cancel_unsent, post_all

logger = logging.getLogger(__name__)

# Limits of a transaction and of a run: a task may take a minute, and others wait for the worker.
BATCH_SIZE: Final = 500
MAX_ROWS_PER_RUN: Final = 10_000
MAX_SECONDS_PER_RUN: Final = 20.0


@transaction.atomic
def confirm_mailing(
    *,
    mailing: Mailing,
    scheduled_for: datetime | None,
    number: int,
    version: int,
    has_second_person: bool = False,
    by: User,
    at: datetime,
) -> Mailing:
    """Confirm a draft, to be sent at a given time, or immediately if that is None.

    `number` is the number of recipients that the person confirmed. With `has_second_person`, the
    caller has checked that somebody else wrote or requested the mailing.

    Raises WrongStatus, MailingConflict, NothingToSend, NoRecipients, RecipientCountChanged,
    InThePast, SecondPersonNeeded.
    """
    lock_draft(mailing)
    check_version(mailing, version, MailingConflict)
    check_sendable(mailing, number=number, scheduled_for=scheduled_for, at=at)
    if not has_second_person:
        if needs_second_person(number):
            raise SecondPersonNeeded
        withdraw_request(mailing, by=by, at=at)

    mailing.status = MailingStatus.SCHEDULED
    mailing.scheduled_for = scheduled_for or at
    mailing.confirmed_by = by
    mailing.confirmed_at = at
    mailing.recipient_count = number
    facts = ("status", "scheduled_for", "confirmed_by", "confirmed_at", "recipient_count")
    save_next_version(mailing, *facts, by=by, at=at)
    logger.info("Mailing %s confirmed by user %s", mailing.pk, by.pk)
    return mailing


@transaction.atomic
def reschedule_mailing(
    *, mailing: Mailing, scheduled_for: datetime, version: int, by: User, at: datetime
) -> Mailing:
    """Change the time of a scheduled mailing.

    Raises WrongStatus, MailingConflict, InThePast.
    """
    _lock_in(mailing, version, MailingStatus.SCHEDULED)
    _check_time(scheduled_for, at)
    mailing.scheduled_for = scheduled_for
    save_next_version(mailing, "scheduled_for", by=by, at=at)
    return mailing


@transaction.atomic
def revert_to_draft(*, mailing: Mailing, version: int, by: User, at: datetime) -> Mailing:
    """Make a scheduled mailing a draft again.

    Raises WrongStatus if it has started to go out, and MailingConflict.
    """
    _lock_in(mailing, version, MailingStatus.SCHEDULED)
    mailing.status = MailingStatus.DRAFT
    mailing.scheduled_for = None
    mailing.confirmed_by = None
    mailing.confirmed_at = None
    facts = ("status", "scheduled_for", "confirmed_by", "confirmed_at")
    save_next_version(mailing, *facts, by=by, at=at)
    return mailing


@transaction.atomic
def cancel_mailing(*, mailing: Mailing, version: int, by: User, at: datetime) -> Mailing:
    """Cancel a mailing before it goes out. This cannot be undone.

    Raises WrongStatus, MailingConflict.
    """
    _lock_in(mailing, version, MailingStatus.DRAFT, MailingStatus.SCHEDULED)
    withdraw_request(mailing, by=by, at=at)
    mailing.status = MailingStatus.CANCELLED
    mailing.ended_at = at
    save_next_version(mailing, "status", "ended_at", by=by, at=at)
    logger.info("Mailing %s cancelled by user %s", mailing.pk, by.pk)
    return mailing


@transaction.atomic
def pause_mailing(*, mailing: Mailing, version: int, by: User, at: datetime) -> Mailing:
    """Pause a mailing: messages that were sent stay sent, and queued messages are cancelled.

    A message that a worker is sending now may still go out. Failed messages stay failed.

    Raises WrongStatus, MailingConflict.
    """
    _lock_in(mailing, version, MailingStatus.SENDING)
    mailing.status = MailingStatus.PAUSED
    mailing.stopped_at = at
    save_next_version(mailing, "status", "stopped_at", by=by, at=at)
    messages = Message.objects.filter(pk__in=mailing.recipients.values("message"))
    held_back = cancel_unsent(messages=messages, at=at)
    _forget_held_back(mailing)
    logger.info("Mailing %s stopped by user %s, %s held back", mailing.pk, by.pk, held_back)
    return mailing


@transaction.atomic
def resume_mailing(*, mailing: Mailing, version: int, by: User, at: datetime) -> Mailing:
    """Resume a paused mailing, to exactly those recipients who did not get it.

    Raises WrongStatus, MailingConflict.
    """
    _lock_in(mailing, version, MailingStatus.PAUSED)
    mailing.status = MailingStatus.SENDING
    save_next_version(mailing, "status", by=by, at=at)
    logger.info("Mailing %s goes on, by user %s", mailing.pk, by.pk)
    return mailing


def send_due_mailings(*, at: datetime) -> int:
    """Queue messages of all due mailings up to the limits of a run; return how many were queued.

    Each batch is one transaction. If the task runs twice, at the same time as another, or after one
    failed halfway, each recipient still gets one message.
    """
    until, looked_at, queued = time.monotonic() + MAX_SECONDS_PER_RUN, 0, 0
    for pk in list(Mailing.objects.due(at).values_list("pk", flat=True)):
        while looked_at < MAX_ROWS_PER_RUN and time.monotonic() < until:
            rows, written = _go_on_with(pk, at)
            if not rows:
                break
            looked_at, queued = looked_at + rows, queued + written
    return queued


@transaction.atomic
def _go_on_with(pk: int, at: datetime) -> tuple[int, int]:
    """Queue the next batch of a mailing, or finish it; return the numbers of rows and messages."""
    locked = Mailing.objects.due(at).select_for_update(no_key=True)
    mailing = locked.filter(pk=pk).first()
    if mailing is None:
        return 0, 0
    if mailing.status == MailingStatus.SCHEDULED:
        mailing.status = MailingStatus.SENDING
        mailing.started_at = at
        save_next_version(mailing, "status", "started_at", by=None, at=at)
    to_queue = mailing.recipients.to_queue().with_people().order_by("pk")[:BATCH_SIZE]
    rows = list(to_queue)
    # Recipients whose message was held back are checked once more at the end: another recipient
    # at the address of an ended member gets it, and new private links are used.
    if not rows and _forget_held_back(mailing):
        rows = list(to_queue.all())
    if rows:
        texts = MailingTexts(mailing)
        if texts.can_go:
            return len(rows), _queue(mailing, texts, rows, at)
        _stop_unfit(mailing, at)
        return 0, 0

    waiting = Message.objects.waiting()
    if not mailing.recipients.filter(message__in=waiting.values("pk")).exists():
        mailing.status = MailingStatus.SENT
        mailing.ended_at = at
        save_next_version(mailing, "status", "ended_at", by=None, at=at)
    return 0, 0


def _queue(mailing: Mailing, texts: MailingTexts, rows: list[Recipient], at: datetime) -> int:
    """Queue messages to those recipients who are still eligible, and return how many."""
    before = {row.pk: row.address for row in rows}
    addresses = {normalise_address(row.focal_point.email) for row in rows}
    there = mailing.recipients.filter(address__in=addresses, message__isnull=False)
    judgement = EligibilityCheck(mailing, dict(there.values_list("address", "pk")))
    changed = judgement.judge(rows)
    # Recipients who shared the mail of one who does not get it are checked separately.
    alone = [row.pk for row in changed if row.exclusion or row.address != before[row.pk]]
    if alone:
        split_merged_recipients(mailing, alone)
    save_eligibility(changed)

    written_to = [row for row in rows if not row.exclusion]
    envelopes = [texts.envelope_for(row) for row in written_to]
    messages = post_all(envelopes, at=at, may_repeat=False)
    for row, message in zip(written_to, messages, strict=True):
        row.message = message
        row.queued_count += 1
    Recipient.objects.bulk_update(written_to, ["message", "queued_count"], batch_size=BATCH_SIZE)
    return len(written_to)


def _stop_unfit(mailing: Mailing, at: datetime) -> None:
    """Pause a locked mailing whose text uses a placeholder that no longer exists.

    Mailings after it are still sent.
    """
    mailing.status = MailingStatus.PAUSED
    mailing.stopped_at = at
    save_next_version(mailing, "status", "stopped_at", by=None, at=at)
    logger.error("Mailing %s stopped: its text cannot go out as it stands", mailing.pk)


def _forget_held_back(mailing: Mailing) -> int:
    """Reset the recipients whose message was held back to pending, and return how many."""
    held_back = mailing.recipients.cancelled_in_transit()
    return Recipient.objects.filter(pk__in=held_back.values("pk")).update(message=None)


def _lock_in(mailing: Mailing, version: int, *statuses: MailingStatus) -> None:
    """Lock a mailing and check its status, and the version that the person saw."""
    lock(mailing)
    if mailing.status not in statuses:
        raise WrongStatus(mailing)
    check_version(mailing, version, MailingConflict)


def check_sendable(
    mailing: Mailing, *, number: int, scheduled_for: datetime | None, at: datetime
) -> None:
    """Check that a locked draft can be sent to so many recipients at a time.

    Raises NothingToSend, NoRecipients, RecipientCountChanged, InThePast.
    """
    if not MailingTexts(mailing).can_go:
        raise NothingToSend
    written_to = mailing.recipients.included().count()
    if not written_to:
        raise NoRecipients
    if written_to != number:
        raise RecipientCountChanged(written_to)
    _check_time(scheduled_for, at)


def _check_time(scheduled_for: datetime | None, at: datetime) -> None:
    """Raise InThePast if the scheduled time is over."""
    if scheduled_for is not None and scheduled_for <= at:
        raise InThePast
