"""What staff do with calls: the only code that changes one.

However a deadline moves, those who have begun an expression of interest for that call and not
sent it are told, in the transaction of the change.
"""

import copy
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict, Refused, lock
from core.dates import GENEVA, moment_in_words
from core.history import attribute_history
from members.letters.drafts import tell_of_moved_deadline
from members.models import Call, EoiDraft
from members.models.eoi_draft import EoiDraftQuerySet


class CallFacts(TypedDict, total=False):
    """What staff say about a call; a fact left out stays as it is."""

    title_en: str
    title_fr: str | None
    title_es: str | None
    title_ru: str | None
    title_zh_hans: str | None
    title_ar: str | None
    opens_at: datetime
    closes_at: datetime
    grace_ends_at: datetime
    contact_email: str
    reply_within_days: int


class CallConflict(Conflict):
    """The call changed after the person opened it."""

    def __init__(self, call: Call) -> None:
        latest = _latest_change(call)
        super().__init__(
            _(
                "%(name)s changed this call after you opened it, on %(when)s. Nothing of yours "
                "was saved: look at the call as it is now, then decide again."
            )
            % {
                "name": latest.history_by_name or _("The portal"),
                "when": date_format(localtime(latest.history_date), _("j F Y, H:i")),
            }
        )


class NotToCome(Refused):
    """Only what has not opened yet can be opened."""

    def __init__(self) -> None:
        super().__init__(_("This call has opened already."))


class NotOpen(Refused):
    """Only what is open can be closed."""

    def __init__(self) -> None:
        super().__init__(_("This call is not open."))


class NotLater(Refused):
    """An extension gives more time, and more than none from now on."""

    def __init__(self, call: Call, at: datetime) -> None:
        latest = max(call.closes_at, at)
        super().__init__(
            _("Choose a later day: the call has to close after %(moment)s.")
            % {"moment": moment_in_words(latest, GENEVA)}
        )


def add_call(*, by: User, at: datetime, **facts: Unpack[CallFacts]) -> Call:
    """Add a call. Nobody is told: the pages announce it."""
    call = Call(**facts)
    attribute_history(call, by, at)
    call.save()
    return call


@transaction.atomic
def change_call(*, call: Call, by: User, at: datetime, **facts: Unpack[CallFacts]) -> int:
    """Change what is said about a call, and tell of its deadline if that has moved.

    Returns how many people are told.
    """
    _lock(call)
    return _change(call, by, at, **facts)


@transaction.atomic
def open_call_now(*, call: Call, by: User, at: datetime, seen: int | None = None) -> int:
    """Open a call that was to open later.

    `seen` is the latest change that the person knew of. Returns how many people are told of a
    deadline, which does not move. Raises CallConflict, NotToCome.
    """
    _lock(call, seen)
    if call.opens_at <= at:
        raise NotToCome
    return _change(call, by, at, opens_at=at)


@transaction.atomic
def extend_call(
    *, call: Call, closes_at: datetime, by: User, at: datetime, seen: int | None = None
) -> int:
    """Move the deadline of a call to a later day; one that is over takes expressions again.

    The grace stays as long as it was. Returns how many people with an unfinished expression
    are told. Raises CallConflict, NotLater.
    """
    _lock(call, seen)
    if closes_at <= max(call.closes_at, at):
        raise NotLater(call, at)
    grace = call.grace_ends_at - call.closes_at
    return _change(call, by, at, closes_at=closes_at, grace_ends_at=closes_at + grace)


@transaction.atomic
def close_call_now(*, call: Call, by: User, at: datetime, seen: int | None = None) -> int:
    """Close a call earlier than announced, with its grace.

    Returns how many people with an unfinished expression are told. Raises CallConflict,
    NotOpen.
    """
    _lock(call, seen)
    if not call.opens_at < at < call.grace_ends_at:
        raise NotOpen
    return _change(call, by, at, closes_at=min(call.closes_at, at), grace_ends_at=at)


def drafts_to_tell(call: Call, at: datetime) -> EoiDraftQuerySet:
    """Return the drafts whose owners are told when the deadline of a call moves."""
    return EoiDraft.objects.filter(call=call).kept_at(at).unsent().written_to()


def latest_change(call: Call) -> int:
    """Return the number of a call's latest change, which a page shows and sends back."""
    return int(_latest_change(call).history_id)


def _change(call: Call, by: User, at: datetime, **facts: Unpack[CallFacts]) -> int:
    """Change a locked call, and write to whoever its deadline concerns."""
    before = copy.copy(call)
    for name, value in facts.items():
        setattr(call, name, value)
    attribute_history(call, by, at)
    # All columns: the row is locked, and the title is one for each language.
    call.save()
    announced = before.last_moment_at(at)
    if call.last_moment_at(at) == announced or _was_and_is_over(before, call, at):
        return 0
    drafts = drafts_to_tell(call, at).order_by("pk").iterator(chunk_size=100)
    return tell_of_moved_deadline(
        _of(call, drafts), before=announced, call=call, change=latest_change(call), at=at
    )


def _was_and_is_over(before: Call, call: Call, at: datetime) -> bool:
    """Tell whether a change corrects only the record of a call that is past."""
    return max(before.grace_ends_at, call.grace_ends_at) <= at


def _of(call: Call, drafts: Iterator[EoiDraft]) -> Iterator[EoiDraft]:
    """Yield the drafts with their call at hand."""
    for draft in drafts:
        draft.call = call
        yield draft


def _lock(call: Call, seen: int | None = None) -> None:
    """Refresh a call and lock its row until the transaction ends.

    Raises CallConflict where there is a later change than the person had seen.
    """
    lock(call)
    if seen is not None and latest_change(call) != seen:
        raise CallConflict(call)


def _latest_change(call: Call) -> Any:
    """Return the latest row of a call's history."""
    history: Any = call
    # By number: machines' clocks may disagree.
    return history.history.order_by("history_id").last()
