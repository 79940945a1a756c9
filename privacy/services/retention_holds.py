"""Records that staff keep longer than their retention period."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock_rows
from core.dates import GENEVA, format_date, start_of_day
from core.history import set_history_actor
from members.services.response_times import day_in_geneva
from privacy.models import NOTICE_PERIOD, RetentionHold, RetentionPeriod

# Ten years. It only catches typing errors; a hold can be extended.
LONGEST_HOLD: Final = timedelta(days=3660)


class HoldDayNotAllowed(Refused):
    """The hold would end before its record has been shown for the notice period, or too late."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(
            _("Choose a day from %(first)s to %(last)s.")
            % {"first": format_date(first), "last": format_date(last)}
        )


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

    Raises HoldDayNotAllowed.
    """
    first, last = allowed_hold_days(at)
    if not first <= last_day <= last:
        raise HoldDayNotAllowed(first, last)
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
