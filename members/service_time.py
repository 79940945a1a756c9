"""How long an answer takes: by when one is due, and how long it took others of late.

Working days are Monday to Friday in Geneva. What is answered on the day that it came in took 0.
"""

from datetime import date, datetime, timedelta
from statistics import median_high
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from focus_areas.times import GENEVA
from members.models import ANSWERING, TimelineEntry

WINDOW: Final = timedelta(days=90)
# Enough for a median, and few enough to be read whenever somebody looks.
ANSWERS_AT_MOST: Final = 200
# Of fewer, half tells more of chance than of us.
ANSWERS_AT_LEAST: Final = 10
WORKING_DAYS_OF_A_WEEK: Final = 5


def half_answered_within(*, at: datetime) -> int | None:
    """Return in how many working days half of all organisations have our first answer, of late.

    Of the latest 200 first answers of the past 90 days; None where they are fewer than ten.
    """
    answers = TimelineEntry.objects.filter(kind__in=ANSWERING)
    # By number: the clock was read before the lock, where somebody may have waited.
    earlier = answers.filter(member=OuterRef("member"), pk__lt=OuterRef("pk"))
    first = answers.filter(~Exists(earlier), at__gt=at - WINDOW, at__lte=at)
    times = first.order_by("-at").values_list("member__submitted_at", "at")[:ANSWERS_AT_MOST]
    days = [working_days_between(submitted_at, answered_at) for submitted_at, answered_at in times]
    return median_high(days) if len(days) >= ANSWERS_AT_LEAST else None


def last_day_to_answer(submitted_at: datetime, *, within_days: int) -> date:
    """Return the day in Geneva by whose end an answer is due, within so many working days."""
    submitted_on = _in_geneva(submitted_at)
    weeks, rest = divmod(
        _working_days_until(submitted_on) + within_days - 1, WORKING_DAYS_OF_A_WEEK
    )
    return max(date.fromordinal(weeks * 7 + rest + 1), submitted_on)


def is_overdue(last_day: date, *, at: datetime) -> bool:
    """Tell whether the last day to answer is over in Geneva."""
    return _in_geneva(at) > last_day


def working_days_between(start: datetime, end: datetime) -> int:
    """Count the working days after the day of one instant, up to the day of another."""
    return _working_days_until(_in_geneva(end)) - _working_days_until(_in_geneva(start))


def _working_days_until(day: date) -> int:
    """Count the working days from the beginning of the calendar, a Monday, to a day."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * WORKING_DAYS_OF_A_WEEK + min(rest, WORKING_DAYS_OF_A_WEEK)


def _in_geneva(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(GENEVA)).date()
