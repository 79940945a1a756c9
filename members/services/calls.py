"""Changes of calls by staff, and whether a call is open. No other code changes a call."""

from datetime import datetime
from typing import Any, Final, TypedDict, Unpack

from django.core.cache import caches
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict, Refused, lock
from core.dates import GENEVA, format_datetime
from core.history import set_history_actor
from members.models import Call

# The key in the cache of the periods in which calls are open.
OPEN_PERIODS: Final = "open-periods"
Periods = list[tuple[datetime, datetime]]


class CallFacts(TypedDict, total=False):
    """The fields of a call that staff can set. A field that is left out does not change."""

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


def is_a_call_open(*, at: datetime) -> bool:
    """Return whether a call accepts an EOI, also in its grace period, for the header of each page.

    Each process reads the calls once a minute. It reads them again after a change of its own, so
    another process may be a minute late. What receives an EOI asks `Call.objects.open_at()`.
    """
    periods: Periods = caches["calls"].get_or_set(OPEN_PERIODS, _open_periods) or []
    return any(opens_at <= at < ends_at for opens_at, ends_at in periods)


def _open_periods() -> Periods:
    return list(Call.objects.values_list("opens_at", "grace_ends_at"))


def _forget_open_periods() -> None:
    caches["calls"].delete(OPEN_PERIODS)


def add_call(*, by: User, at: datetime, **facts: Unpack[CallFacts]) -> Call:
    """Add a call. Nobody is notified: the pages announce it."""
    call = Call(**facts)
    set_history_actor(call, by, at)
    call.save()
    transaction.on_commit(_forget_open_periods)
    return call


@transaction.atomic
def change_call(*, call: Call, by: User, at: datetime, **facts: Unpack[CallFacts]) -> None:
    """Change fields of a call."""
    _lock(call)
    _change(call, by, at, **facts)


@transaction.atomic
def open_call_now(*, call: Call, by: User, at: datetime, seen: int | None = None) -> None:
    """Open a call earlier than planned.

    `seen` is the `latest_change()` that the page showed. Raises Conflict and Refused
    (already_opened).
    """
    _lock(call, seen)
    if call.opens_at <= at:
        raise Refused(_("This call has already opened."), code="already_opened")
    _change(call, by, at, opens_at=at)


@transaction.atomic
def extend_call(
    *, call: Call, closes_at: datetime, by: User, at: datetime, seen: int | None = None
) -> None:
    """Move the deadline of a call to a later day. A closed call accepts EOIs again.

    The length of the grace period does not change. Raises Conflict and Refused
    (deadline_not_later).
    """
    _lock(call, seen)
    latest = max(call.closes_at, at)
    if closes_at <= latest:
        raise Refused(
            _("Choose a later day. The call must close after %(moment)s.")
            % {"moment": format_datetime(latest, GENEVA)},
            code="deadline_not_later",
        )
    grace = call.grace_ends_at - call.closes_at
    _change(call, by, at, closes_at=closes_at, grace_ends_at=closes_at + grace)


@transaction.atomic
def close_call_now(*, call: Call, by: User, at: datetime, seen: int | None = None) -> None:
    """Close a call and its grace period earlier than announced.

    Raises Conflict and Refused (already_closed).
    """
    _lock(call, seen)
    if not call.opens_at < at < call.grace_ends_at:
        raise Refused(_("This call is not open."), code="already_closed")
    _change(call, by, at, closes_at=min(call.closes_at, at), grace_ends_at=at)


def latest_change(call: Call) -> int:
    """Return the number of a call's latest change, which a page contains and sends back."""
    return int(_latest_change(call).history_id)


def _change(call: Call, by: User, at: datetime, **facts: Unpack[CallFacts]) -> None:
    """Change a locked call."""
    for name, value in facts.items():
        setattr(call, name, value)
    set_history_actor(call, by, at)
    # All fields are saved: the row is locked, and the title has a field for each language.
    call.save()
    transaction.on_commit(_forget_open_periods)


def _lock(call: Call, seen: int | None = None) -> None:
    """Refresh a call and lock its row until the transaction ends.

    Raises Conflict if there is a later change than `seen`.
    """
    lock(call)
    if seen is not None and latest_change(call) != seen:
        latest = _latest_change(call)
        raise Conflict(
            _(
                "%(name)s changed this call on %(when)s, after you opened it. Your changes were "
                "not saved. Review the current version, then decide again."
            )
            % {
                "name": latest.history_by_name or _("The portal"),
                "when": date_format(localtime(latest.history_date), _("j F Y, H:i")),
            }
        )


def _latest_change(call: Call) -> Any:
    history: Any = call
    # Ordered by number, because the clocks of servers may differ.
    return history.history.order_by("history_id").last()
