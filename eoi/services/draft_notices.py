"""Notices to the owners of drafts: that a draft expires, that a deadline is near or has moved."""

import copy
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final

from django.db import transaction
from django.db.models import Count

from core.conflicts import lock
from eoi.models import EoiDraft
from eoi.models.draft import EoiDraftQuerySet
from eoi.services.drafts import for_each_draft
from eoi.services.letters import (
    notify_of_moved_deadline,
    send_deadline_reminder,
    send_expiry_warning,
)
from members.models import Call
from members.services.calls import latest_change

A_DAY: Final = timedelta(days=1)
EXPIRY_WARNING: Final = timedelta(days=3)
# The maximum number of owners notified of a moved deadline in one transaction.
TOLD_AT_ONCE: Final = 100


def warn_of_expiry(*, at: datetime) -> int:
    """Warn the owners of drafts that will soon be deleted, once for each time they saved.

    Returns the number of drafts, at most BATCH_SIZE.
    """
    drafts = EoiDraft.objects.unsent().kept_at(at).with_address()
    expiring = drafts.filter(expires_at__lte=at + EXPIRY_WARNING, expiry_warned_at=None)
    return for_each_draft(expiring, partial(_warn, at=at))


def remind_of_deadline(*, days: int, at: datetime) -> int:
    """Remind the owners of drafts some days before a deadline, once for each deadline.

    Owners who saved their draft in the last day are left out. Returns the number of drafts, at most
    BATCH_SIZE for each call.
    """
    count = 0
    for call in Call.objects.open_at(at):
        if not call.closes_at - timedelta(days=days) <= at < call.closes_at:
            continue
        # Only once the deadline was announced: the announcement cancels reminders.
        drafts = (
            EoiDraft.objects.unsent()
            .kept_at(at)
            .with_address()
            .filter(call=call, announced_closes_at=call.closes_at, saved_at__lte=at - A_DAY)
        )
        to_remind = drafts.exclude(reminded_deadline=call.closes_at)
        count += for_each_draft(to_remind, partial(_remind, closes_at=call.closes_at, at=at))
    return count


def drafts_to_tell(call: Call, at: datetime) -> EoiDraftQuerySet:
    """Return the drafts whose owners are told when the deadline of a call moves."""
    return EoiDraft.objects.filter(call=call).kept_at(at).unsent().written_to()


def count_to_tell_of_move(call: Call, *, at: datetime) -> int:
    """Count the owners of drafts who will be told that the deadline of a call has moved."""
    announced = ("announced_closes_at", "announced_grace_ends_at")
    known = drafts_to_tell(call, at).knowing_other_dates(call).order_by().values_list(*announced)
    return sum(
        number
        for closes_at, grace_ends_at, number in known.annotate(number=Count("pk"))
        if _has_moved(_with_dates(call, closes_at, grace_ends_at), call, at)
    )


def notify_of_moved_deadlines(*, at: datetime) -> int:
    """Tell the owners of drafts of each deadline that has moved since they were last told.

    If a deadline has moved twice since the last run, they are told once. Returns the number of
    owners.
    """
    count = 0
    for call in Call.objects.order_by("pk"):
        drafts = EoiDraft.objects.knowing_other_dates(call).order_by("pk")
        left = iter(drafts.values_list("pk", flat=True))
        while pks := list(islice(left, TOLD_AT_ONCE)):
            count += _tell_of_moved_deadline(call, pks, at)
    return count


def _warn(draft: EoiDraft, at: datetime) -> None:
    draft.expiry_warned_at = at
    draft.save(update_fields=["expiry_warned_at"])
    if draft.is_written_to:
        send_expiry_warning(draft, at=at)


def _remind(draft: EoiDraft, closes_at: datetime, at: datetime) -> None:
    draft.reminded_deadline = closes_at
    draft.save(update_fields=["reminded_deadline"])
    if draft.is_written_to:
        send_deadline_reminder(draft, closes_at=closes_at, at=at)


@transaction.atomic
def _tell_of_moved_deadline(call: Call, pks: Sequence[int], at: datetime) -> int:
    """Tell the owners of some drafts that the deadline has moved, and return their number."""
    # Locked, so that the deadline does not move meanwhile, and concurrent runs notify only once.
    lock(call)
    drafts = EoiDraft.objects.knowing_other_dates(call).filter(pk__in=pks)
    to_tell = drafts.kept_at(at).unsent().written_to().select_for_update(no_key=True)
    by_dates: dict[tuple[datetime, datetime], list[EoiDraft]] = {}
    # The text is not needed, and may be long.
    for draft in to_tell.order_by("pk").defer("form_data"):
        dates = draft.announced_closes_at, draft.announced_grace_ends_at
        draft.call = call
        by_dates.setdefault(dates, []).append(draft)
    count = 0
    for dates, owned in by_dates.items():
        before = _with_dates(call, *dates)
        if _has_moved(before, call, at):
            notify_of_moved_deadline(
                owned,
                before=before.last_moment_at(at),
                call=call,
                change=latest_change(call),
                at=at,
            )
            count += len(owned)
    drafts.update(announced_closes_at=call.closes_at, announced_grace_ends_at=call.grace_ends_at)
    return count


def _with_dates(call: Call, closes_at: datetime, grace_ends_at: datetime) -> Call:
    before = copy.copy(call)
    before.closes_at, before.grace_ends_at = closes_at, grace_ends_at
    return before


def _has_moved(before: Call, call: Call, at: datetime) -> bool:
    """Return whether the deadline has moved, unless both the old and the new one are over."""
    was_and_is_over = max(before.grace_ends_at, call.grace_ends_at) <= at
    return call.last_moment_at(at) != before.last_moment_at(at) and not was_and_is_over
