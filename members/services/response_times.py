"""How long an answer takes: by when one is due, what is overdue, and how long it took of late.

Working days are Monday to Friday in Geneva. What is answered on the day that it came in took 0.
"""

from bisect import bisect_left
from datetime import date, datetime, timedelta
from statistics import median_high
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from core.dates import GENEVA, start_of_day
from members.models import FIRST_RESPONSE_KINDS, Call, Member, MemberStatus, TimelineEntry

WINDOW: Final = timedelta(days=90)
# Enough for a median, and few enough to be read whenever somebody looks.
MAX_SAMPLE: Final = 200
# Of fewer, half tells more of chance than of us.
MIN_SAMPLE: Final = 10
WORKING_DAYS_OF_A_WEEK: Final = 5


def median_response_days(*, at: datetime) -> int | None:
    """Return in how many working days half of all organisations have our first answer, of late.

    Of the latest 200 first answers of the past 90 days; None where they are fewer than ten.
    """
    answers = TimelineEntry.objects.filter(kind__in=FIRST_RESPONSE_KINDS)
    # By number: the clock was read before the lock, where somebody may have waited.
    earlier = answers.filter(member=OuterRef("member"), pk__lt=OuterRef("pk"))
    first = answers.filter(~Exists(earlier), at__gt=at - WINDOW, at__lte=at)
    times = first.order_by("-at").values_list("member__submitted_at", "at")[:MAX_SAMPLE]
    days = [working_days_between(submitted_at, answered_at) for submitted_at, answered_at in times]
    return median_high(days) if len(days) >= MIN_SAMPLE else None


def response_due_on(submitted_at: datetime, *, within_days: int) -> date:
    """Return the day in Geneva by whose end an answer is due, within so many working days."""
    return _last_day(day_in_geneva(submitted_at), within_days)


def is_past_due(last_day: date, *, at: datetime) -> bool:
    """Tell whether the last day to answer is over in Geneva."""
    return day_in_geneva(at) > last_day


def is_response_overdue(member: Member, *, at: datetime) -> bool:
    """Tell whether a file has waited on us for longer than its call promised.

    The member is one of `with_waiting_since()`, with its call. What has replied to a question of
    ours is promised as much as what has come in.
    """
    since: datetime = member.waiting_since  # type: ignore[attr-defined]
    last_day = response_due_on(since, within_days=member.call.reply_within_days)
    return member.status == MemberStatus.PENDING and is_past_due(last_day, at=at)


def overdue_q(*, at: datetime) -> Q:
    """Return what keeps the members that `is_response_overdue()` is true of."""
    promises = Call.objects.order_by().values_list("reply_within_days", flat=True).distinct()
    overdue = Q(pk__in=[])
    for within_days in promises:
        until = overdue_cutoff(within_days=within_days, at=at)
        overdue |= Q(call__reply_within_days=within_days) & (
            Q(replied_at__lt=until) | Q(replied_at=None, submitted_at__lt=until)
        )
    return Q(status=MemberStatus.PENDING) & overdue


def overdue_cutoff(*, within_days: int, at: datetime) -> datetime:
    """Return the instant before which something came in if its last day to answer is over."""
    today = day_in_geneva(at).toordinal()
    longest_ago = today - 7 * (within_days // WORKING_DAYS_OF_A_WEEK + 2)
    first = bisect_left(
        range(longest_ago, today),
        today,
        key=lambda day: _last_day(date.fromordinal(day), within_days).toordinal(),
    )
    return start_of_day(date.fromordinal(longest_ago + first), GENEVA)


def working_days_between(start: datetime, end: datetime) -> int:
    """Count the working days after the day of one instant, up to the day of another."""
    return working_days_from(day_in_geneva(start), day_in_geneva(end))


def working_days_from(start: date, end: date) -> int:
    """Count the working days after one day, up to another."""
    return _working_days_until(end) - _working_days_until(start)


def day_in_geneva(moment: datetime) -> date:
    """Return the day that it is in Geneva at an instant."""
    return moment.astimezone(ZoneInfo(GENEVA)).date()


def _last_day(submitted_on: date, within_days: int) -> date:
    """Return the last day to answer what came on a day."""
    weeks, rest = divmod(
        _working_days_until(submitted_on) + within_days - 1, WORKING_DAYS_OF_A_WEEK
    )
    return max(date.fromordinal(weeks * 7 + rest + 1), submitted_on)


def _working_days_until(day: date) -> int:
    """Count the working days from the beginning of the calendar, a Monday, to a day."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * WORKING_DAYS_OF_A_WEEK + min(rest, WORKING_DAYS_OF_A_WEEK)
