"""The retention periods: what staff change, and the days that follow from them.

All days are those of Geneva. A record of a day is kept for the whole days of its period after that
day, and is deleted on the day after them.
"""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import NothingChanged, Refused, lock, lock_rows
from core.dates import GENEVA, format_date, start_of_day
from core.history import set_history_actor
from members.services.response_times import day_in_geneva
from privacy.models import MAX_DAYS, NOTICE_PERIOD, RetentionHold, RetentionPeriod

# Ten years. It only catches typing errors; a hold can be extended.
LONGEST_HOLD: Final = timedelta(days=3660)


@transaction.atomic
def change_retention_days(
    *, period: RetentionPeriod, days: int, by: User, at: datetime
) -> RetentionPeriod:
    """Change how long a kind of data is kept.

    More days hold at once. Fewer days hold after the notice period, so that staff can see what
    will be deleted. Raises Refused (days_not_allowed) and NothingChanged.
    """
    lock(period)
    if not period.rule.min_days <= days <= MAX_DAYS:
        raise Refused(
            _("Enter a number of days from %(lowest)d to %(highest)d.")
            % {"lowest": period.rule.min_days, "highest": MAX_DAYS},
            code="days_not_allowed",
        )
    if days == period.days:
        raise NothingChanged

    in_force = period.days_at(at)
    is_shorter = days < in_force
    period.days = days
    period.previous_days = in_force if is_shorter else None
    period.previous_until = end_of_notice(at) if is_shorter else None
    set_history_actor(period, by, at)
    period.save(update_fields=["days", "previous_days", "previous_until"])
    return period


def end_of_notice(at: datetime) -> datetime:
    """Return the beginning of the first day in Geneva after the notice period."""
    return start_of_day(day_in_geneva(at + NOTICE_PERIOD) + timedelta(days=1), GENEVA)


def cutoff_of(period: RetentionPeriod, at: datetime) -> datetime:
    """Return the time before which a record must have ended to be deleted at a time."""
    return start_of_day(day_in_geneva(at) - timedelta(days=period.days_at(at)), GENEVA)


def deletion_day(
    period: RetentionPeriod, since: datetime, *, hold: RetentionHold | None, at: datetime
) -> date:
    """Return the day on which a record is deleted, today if it is overdue."""
    day = _deletion_day(since, period.days)
    if period.previous_days is not None and period.previous_until is not None:
        changed_on = day_in_geneva(period.previous_until)
        day = min(_deletion_day(since, period.previous_days), max(day, changed_on))
    first = [day_in_geneva(at), day_in_geneva(period.begins_at)]
    if hold is not None:
        first.append(day_in_geneva(hold.until))
    return max(day, *first)


def _deletion_day(since: datetime, days: int) -> date:
    return day_in_geneva(since) + timedelta(days=days + 1)


def allowed_hold_days(at: datetime) -> tuple[date, date]:
    """Return the first and the last day until which a record can be kept.

    The first one leaves the notice period, also when a hold is shortened.
    """
    today = day_in_geneva(at)
    return today + NOTICE_PERIOD, today + LONGEST_HOLD


@transaction.atomic
def keep_longer(
    *, model: str, record: int, reason: str, last_day: date, by: User, at: datetime
) -> RetentionHold:
    """Keep a record until the end of a day, or change until when and why it is kept.

    Raises Refused (hold_day_not_allowed).
    """
    first, last = allowed_hold_days(at)
    if not first <= last_day <= last:
        raise Refused(
            _("Choose a day from %(first)s to %(last)s.")
            % {"first": format_date(first), "last": format_date(last)},
            code="hold_day_not_allowed",
        )
    # Locked, so that no run that has read the holds before deletes the record afterwards.
    lock_rows(RetentionPeriod.objects.all())
    rows = RetentionHold.objects.select_for_update()
    hold = rows.filter(model=model, record=record).first()
    hold = hold or RetentionHold(model=model, record=record)
    hold.reason = reason
    hold.until = start_of_day(last_day + timedelta(days=1), GENEVA)
    hold.placed_at, hold.placed_by, hold.placed_by_name = at, by, str(by)
    set_history_actor(hold, by, at)
    hold.save()
    return hold


def hold_of(model: str, record: int) -> RetentionHold | None:
    """Return the hold of a record, also if it has ended."""
    return RetentionHold.objects.filter(model=model, record=record).first()
