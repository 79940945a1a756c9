"""Response times: when an answer is due, what is overdue, and the recent median.

Working days are Monday to Friday in Geneva. An answer on the day of arrival took 0 days.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from statistics import median_high
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from core.dates import GENEVA, start_of_day
from members.models import FIRST_RESPONSE_KINDS, Call, Member, MemberStatus, TimelineEntry

WINDOW: Final = timedelta(days=90)
# Enough for a median, and few enough to read on each request.
MAX_SAMPLE: Final = 200
# With fewer answers, the median would be mostly chance.
MIN_SAMPLE: Final = 10
WORKING_DAYS_OF_A_WEEK: Final = 5


def median_response_days(*, at: datetime) -> int | None:
    """Return the median of the recent first response times, in working days.

    It covers the latest 200 first answers of the past 90 days. None if there are fewer than ten.
    """
    answers = TimelineEntry.objects.filter(kind__in=FIRST_RESPONSE_KINDS, is_void=False)
    # Compared by key: times may be out of order, because the clock is read before the lock.
    earlier = answers.filter(member=OuterRef("member"), pk__lt=OuterRef("pk"))
    first = answers.filter(~Exists(earlier), at__gt=at - WINDOW, at__lte=at)
    times = first.order_by("-at").values_list("member__submitted_at", "at")[:MAX_SAMPLE]
    days = [working_days_between(submitted_at, answered_at) for submitted_at, answered_at in times]
    return median_high(days) if len(days) >= MIN_SAMPLE else None


def response_due_on(submitted_at: datetime, *, within_days: int) -> date:
    """Return the last day in Geneva for an answer, `within_days` working days."""
    return last_day_to_answer(day_in_geneva(submitted_at), within_days)


def is_past_due(last_day: date, *, at: datetime) -> bool:
    """Return whether the last day to answer is over in Geneva."""
    return day_in_geneva(at) > last_day


def response_of_member_due_on(member: Member) -> date:
    """Return the last day in Geneva on which staff keep the promise of the member's call.

    The member comes from `with_waiting_since()`, with its call. The same promise applies after
    an EOI arrives and after a member replies to a request for information.
    """
    since: datetime = member.waiting_since  # type: ignore[attr-defined]
    return response_due_on(since, within_days=member.call.reply_within_days)


def is_response_overdue(member: Member, *, at: datetime) -> bool:
    """Return whether a member has waited for staff longer than its call promised.

    The member is one for `response_of_member_due_on()`.
    """
    last_day = response_of_member_due_on(member)
    return member.status == MemberStatus.PENDING and is_past_due(last_day, at=at)


def overdue_q(*, calls: Iterable[Call], at: datetime) -> Q:
    """Return a Q object for the members for which `is_response_overdue()` is true.

    `calls` are all calls.
    """
    promised: dict[int, list[int]] = {}
    for call in calls:
        promised.setdefault(call.reply_within_days, []).append(call.pk)
    is_overdue = Q(pk__in=[])
    for within_days, keys in promised.items():
        before = overdue_cutoff(within_days=within_days, at=at)
        waits_too_long = Q(replied_at__lt=before) | Q(replied_at=None, submitted_at__lt=before)
        is_overdue |= Q(call__in=keys) & waits_too_long
    return Q(status=MemberStatus.PENDING) & is_overdue


def due_this_week_q(*, calls: Iterable[Call], at: datetime) -> Q:
    """Return a Q object for the members that are due from today to Sunday, in Geneva."""
    today = day_in_geneva(at)
    monday = start_of_day(today + timedelta(days=7 - today.weekday()), GENEVA)
    return overdue_q(calls=calls, at=monday) & ~overdue_q(calls=calls, at=at)


def days_waiting(member: Member, *, at: datetime) -> int | None:
    """Return for how many calendar days of the staff an undecided member has waited; else None.

    The member comes from `with_waiting_since()`. An EOI from last night has waited for one day.
    """
    if not member.is_undecided:
        return None
    since: datetime = member.waiting_since  # type: ignore[attr-defined]
    return (day_in_geneva(at) - day_in_geneva(since)).days


def overdue_cutoff(*, within_days: int, at: datetime) -> datetime:
    """Return the time before which an EOI must have arrived to be overdue now."""
    today = day_in_geneva(at).toordinal()
    longest_ago = today - 7 * (within_days // WORKING_DAYS_OF_A_WEEK + 2)
    first = bisect_left(
        range(longest_ago, today),
        today,
        key=lambda day: last_day_to_answer(date.fromordinal(day), within_days).toordinal(),
    )
    return start_of_day(date.fromordinal(longest_ago + first), GENEVA)


def working_days_between(start: datetime, end: datetime) -> int:
    """Return the number of working days after the day of `start`, up to the day of `end`."""
    return working_days_from(day_in_geneva(start), day_in_geneva(end))


def working_days_from(start: date, end: date) -> int:
    """Return the number of working days after `start`, up to and including `end`."""
    return _working_days_until(end) - _working_days_until(start)


def day_in_geneva(moment: datetime) -> date:
    """Return the date in Geneva at a given time."""
    return moment.astimezone(ZoneInfo(GENEVA)).date()


def last_day_to_answer(submitted_on: date, within_days: int) -> date:
    """Return the last of `within_days` working days to answer an EOI that arrived on a day."""
    weeks, rest = divmod(
        _working_days_until(submitted_on) + within_days - 1, WORKING_DAYS_OF_A_WEEK
    )
    return max(date.fromordinal(weeks * 7 + rest + 1), submitted_on)


def _working_days_until(day: date) -> int:
    """Return the number of working days since 1 January of year 1, a Monday."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * WORKING_DAYS_OF_A_WEEK + min(rest, WORKING_DAYS_OF_A_WEEK)
