"""How an expression of interest is begun, kept until it is finished, and forgotten.

A draft is nobody's yet: its text is kept unjudged, by whoever has its link or the key of its
form. Whether it was sent is asked of the members, by that key.
"""

import copy
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.conflicts import Conflict, Refused, lock
from core.dates import GENEVA, format_datetime
from eoi.models import EoiDraft
from eoi.models.draft import EoiDraftQuerySet
from eoi.services.letters import (
    notify_of_moved_deadline,
    send_deadline_reminder,
    send_draft_link,
    send_expiry_warning,
)
from members.models import Call, Member
from members.services.calls import latest_change
from members.services.conflicts import first_version
from members.services.countries import time_zones_of
from outbox.services.erasure import delete_messages

DRAFT_LIFETIME: Final = timedelta(days=30)
A_DAY: Final = timedelta(days=1)
EXPIRY_WARNING: Final = timedelta(days=3)
# How many drafts one run warns of or deletes; the next run goes on.
BATCH_SIZE: Final = 500
# How many are told in one transaction that their deadline has moved.
TOLD_AT_ONCE: Final = 100
# As posted: many times what the form takes in any script, and no store for anything else.
MAX_FORM_DATA_LENGTH: Final = 500_000


class TooLong(Refused):
    """More was typed than any form has room for."""

    def __init__(self) -> None:
        super().__init__(_("This is more than we can keep. Shorten the longest texts."))


class DraftNotFound(Refused):
    """The draft was deleted, or has expired."""

    def __init__(self) -> None:
        super().__init__(_("This draft was deleted."))


class AlreadySubmitted(Refused):
    """The form has become a member in the meantime; `member` is which."""

    def __init__(self, member: Member) -> None:
        self.member = member
        super().__init__(
            _("This was sent on %(moment)s as %(reference)s.")
            % {
                "moment": format_datetime(member.submitted_at, GENEVA),
                "reference": member.reference,
            }
        )


class DraftConflict(Conflict):
    """Something else was saved after the person opened the draft; `draft` is as it is now."""

    def __init__(self, draft: EoiDraft) -> None:
        self.draft = draft
        super().__init__(
            _("The other one was saved on %(moment)s.")
            % {"moment": format_datetime(draft.saved_at, draft.time_zone or GENEVA)}
        )


def save_draft(
    *,
    submission_key: str,
    call: Call,
    email: str,
    language: str,
    form_data: str,
    at: datetime,
    in_place_of: int | None = None,
) -> EoiDraft:
    """Begin a draft, and bring its link to an address.

    The same once more is the same draft, and no second mail. Another address is another link:
    the one that may have gone astray opens nothing from then on. Where a robot seems to have
    typed it, the draft is kept and nobody is written to.

    Raises TooLong, AlreadySubmitted, and DraftConflict where the same form was saved before with
    something else in it, unless that was the version `in_place_of`.
    """
    save = partial(
        _save_draft,
        submission_key=submission_key,
        call=call,
        email=email,
        language=language,
        form_data=form_data,
        at=at,
        in_place_of=in_place_of,
    )
    try:
        return save()
    except IntegrityError:
        # The same form, saved at the same moment: this one comes second.
        if not EoiDraft.objects.filter(submission_key=submission_key).exists():
            raise
        return save()


@transaction.atomic
def update_draft(
    *,
    draft: EoiDraft,
    call: Call | None,
    language: str,
    form_data: str,
    version: int,
    at: datetime,
) -> EoiDraft:
    """Save a draft as it is now typed, and keep it longer; nobody is written to.

    `version` is what the person had opened, `call` the one that is open, if any.

    Raises TooLong, DraftNotFound, AlreadySubmitted, and DraftConflict where another device saved
    something else; the same once more is no conflict.
    """
    _check_length(form_data)
    _lock(draft, at)
    _check_unsent(draft.submission_key)
    if draft.version != version:
        if draft.form_data == form_data:
            return draft
        raise DraftConflict(draft)
    return _save_next_version(draft, call=call, language=language, form_data=form_data, at=at)


@transaction.atomic
def delete_draft(*, draft: EoiDraft, at: datetime) -> None:
    """Delete a draft for good, with what was written about it.

    Raises DraftNotFound.
    """
    _lock(draft, at)
    _forget(draft)


def member_of_submission(submission_key: str) -> Member | None:
    """Return the member that came of a form, if it was sent."""
    return Member.objects.select_related("call").filter(submission_key=submission_key).first()


def time_zone_in(answers: QueryDict) -> str:
    """Return the time zone that was chosen, or the country's only one; empty where neither."""
    chosen = str(answers.get("time_zone", ""))
    if chosen in available_timezones():
        return chosen
    zones = time_zones_of(str(answers.get("country", "")))
    return zones[0] if len(zones) == 1 else ""


def warn_of_expiry(*, at: datetime) -> int:
    """Write to the owners of drafts that will soon be deleted, once for each saving.

    Returns how many were dealt with, BATCH_SIZE at most.
    """
    return _each(EoiDraft.objects.unsent().kept_at(at).filter(**_soon(at)), _warn, at)


def remind_of_deadline(*, days: int, at: datetime) -> int:
    """Remind the owners of drafts from so many days before a deadline, once for each deadline.

    Not those who saved theirs within a day: they know. Returns how many were dealt with,
    BATCH_SIZE at most.
    """
    count = 0
    for call in Call.objects.open_at(at):
        if not call.closes_at - timedelta(days=days) <= at < call.closes_at:
            continue
        # Not before they are told that it has moved, which cancels what reminds of it.
        drafts = (
            EoiDraft.objects.unsent()
            .kept_at(at)
            .filter(call=call, announced_closes_at=call.closes_at, saved_at__lte=at - A_DAY)
        )
        to_remind = drafts.exclude(reminded_deadline=call.closes_at)
        count += _each(to_remind, partial(_remind, call.closes_at), at)
    return count


def drafts_to_tell(call: Call, at: datetime) -> EoiDraftQuerySet:
    """Return the drafts whose owners are told when the deadline of a call moves."""
    return EoiDraft.objects.filter(call=call).kept_at(at).unsent().written_to()


def count_to_tell_of_move(call: Call, *, at: datetime) -> int:
    """Count the owners of drafts who are to be told that the deadline of a call has moved."""
    announced = ("announced_closes_at", "announced_grace_ends_at")
    known = drafts_to_tell(call, at).knowing_other_dates(call).order_by().values_list(*announced)
    return sum(
        number
        for closes_at, grace_ends_at, number in known.annotate(number=Count("pk"))
        if _has_moved(_with_dates(call, closes_at, grace_ends_at), call, at)
    )


def notify_of_moved_deadlines(*, at: datetime) -> int:
    """Tell the owners of drafts of each deadline that has moved since they were last told.

    Two moves between two runs are told as one. Returns how many were told.
    """
    count = 0
    for call in Call.objects.order_by("pk"):
        drafts = EoiDraft.objects.knowing_other_dates(call).order_by("pk")
        left = iter(drafts.values_list("pk", flat=True))
        while pks := list(islice(left, TOLD_AT_ONCE)):
            count += _tell_of_moved_deadline(call, pks, at)
    return count


def delete_expired_drafts(*, at: datetime) -> int:
    """Delete for good what has expired. Returns how many there were, BATCH_SIZE at most."""
    return _each(EoiDraft.objects.expired_at(at), _delete, at)


def delete_submitted_drafts(*, at: datetime) -> int:
    """Delete what has become a member. Returns how many there were, BATCH_SIZE at most."""
    return _each(EoiDraft.objects.sent(), _delete, at)


def _each(
    drafts: EoiDraftQuerySet, deal_with: Callable[[EoiDraft, datetime], None], at: datetime
) -> int:
    """Deal with each draft in a transaction of its own, if by then it is one of these still."""
    count = 0
    for pk in drafts.order_by("expires_at", "pk").values_list("pk", flat=True)[:BATCH_SIZE]:
        with transaction.atomic():
            # Locked, so that who saves it at this moment either saves first or learns of it.
            draft = drafts.select_for_update().filter(pk=pk).first()
            if draft is not None:
                deal_with(draft, at)
                count += 1
    return count


def _soon(at: datetime) -> dict[str, object]:
    return {"expires_at__lte": at + EXPIRY_WARNING, "expiry_warned_at": None}


def _warn(draft: EoiDraft, at: datetime) -> None:
    draft.expiry_warned_at = at
    draft.save(update_fields=["expiry_warned_at"])
    if draft.is_written_to:
        send_expiry_warning(draft, at=at)


def _remind(closes_at: datetime, draft: EoiDraft, at: datetime) -> None:
    draft.reminded_deadline = closes_at
    draft.save(update_fields=["reminded_deadline"])
    if draft.is_written_to:
        send_deadline_reminder(draft, closes_at=closes_at, at=at)


@transaction.atomic
def _tell_of_moved_deadline(call: Call, pks: Sequence[int], at: datetime) -> int:
    """Tell the owners of some drafts that the deadline of their call has moved; count them."""
    # Locked, so that it does not move while it is told, and two runs at once tell it once.
    lock(call)
    drafts = EoiDraft.objects.knowing_other_dates(call).filter(pk__in=pks)
    to_tell = drafts.kept_at(at).unsent().written_to().select_for_update(no_key=True)
    by_dates: dict[tuple[datetime, datetime], list[EoiDraft]] = {}
    # Nothing that was typed is needed, and it may be long.
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
    """Return a call as it was when it had other dates."""
    before = copy.copy(call)
    before.closes_at, before.grace_ends_at = closes_at, grace_ends_at
    return before


def _has_moved(before: Call, call: Call, at: datetime) -> bool:
    """Tell whether the deadline to speak of moved, and not only in the record of a past call."""
    was_and_is_over = max(before.grace_ends_at, call.grace_ends_at) <= at
    return call.last_moment_at(at) != before.last_moment_at(at) and not was_and_is_over


def _delete(draft: EoiDraft, at: datetime) -> None:
    _forget(draft)


def _forget(draft: EoiDraft) -> None:
    delete_messages(reference=draft.reference)
    draft.delete()


@transaction.atomic
def _save_draft(
    *,
    submission_key: str,
    call: Call,
    email: str,
    language: str,
    form_data: str,
    at: datetime,
    in_place_of: int | None,
) -> EoiDraft:
    _check_length(form_data)
    _check_unsent(submission_key)
    earlier = EoiDraft.objects.select_for_update().filter(submission_key=submission_key).first()
    if earlier is not None and earlier.expires_at <= at:
        _forget(earlier)
        earlier = None
    if earlier is not None:
        if earlier.form_data != form_data and earlier.version != in_place_of:
            raise DraftConflict(earlier)
        if earlier.email == email:
            if earlier.form_data == form_data:
                return earlier
            return _save_next_version(
                earlier, call=call, language=language, form_data=form_data, at=at
            )
        _forget(earlier)
    started_at = earlier.started_at if earlier else at
    saved_at = max(at, started_at)
    draft = EoiDraft.objects.create(
        submission_key=submission_key,
        call=call,
        announced_closes_at=call.closes_at,
        announced_grace_ends_at=call.grace_ends_at,
        email=email,
        language=language,
        time_zone=time_zone_in(QueryDict(form_data, encoding="utf-8")),
        form_data=form_data,
        started_at=started_at,
        saved_at=saved_at,
        expires_at=saved_at + DRAFT_LIFETIME,
        # What is open elsewhere is older, whichever row it was of.
        version=earlier.version + 1 if earlier else first_version(at),
    )
    if draft.is_written_to:
        send_draft_link(draft, at=at)
    return draft


def _save_next_version(
    draft: EoiDraft, *, call: Call | None, language: str, form_data: str, at: datetime
) -> EoiDraft:
    """Save a locked draft as its next version."""
    if call and call.pk != draft.call_id:
        draft.call = call
        draft.announced_closes_at = call.closes_at
        draft.announced_grace_ends_at = call.grace_ends_at
    draft.language = language
    draft.form_data = form_data
    draft.time_zone = time_zone_in(QueryDict(form_data, encoding="utf-8"))
    # The clock was read before the lock, where another may have saved.
    draft.saved_at = max(at, draft.saved_at)
    draft.expires_at = draft.saved_at + DRAFT_LIFETIME
    draft.expiry_warned_at = None
    draft.version += 1
    draft.save(
        update_fields=[
            "call",
            "announced_closes_at",
            "announced_grace_ends_at",
            "language",
            "form_data",
            "time_zone",
            "saved_at",
            "expires_at",
            "expiry_warned_at",
            "version",
        ]
    )
    return draft


def _lock(draft: EoiDraft, at: datetime) -> None:
    """Refresh a draft and lock its row until the transaction ends.

    Raises DraftNotFound.
    """
    try:
        draft.refresh_from_db(from_queryset=EoiDraft.objects.kept_at(at).select_for_update())
    except EoiDraft.DoesNotExist as refused:
        raise DraftNotFound from refused


def _check_length(form_data: str) -> None:
    if len(form_data) > MAX_FORM_DATA_LENGTH:
        raise TooLong


def _check_unsent(submission_key: str) -> None:
    member = Member.objects.filter(submission_key=submission_key).first()
    if member is not None:
        raise AlreadySubmitted(member)
