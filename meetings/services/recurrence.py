"""The recurrence rule of a series: its days, and the start and end on each of them."""

from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TypedDict

from dateutil.rrule import MO, MONTHLY, WEEKLY, rrule, weekday
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import (
    all_day_range,
    dst_warning_for,
    format_date,
    format_time,
    to_utc_lenient,
    zone_in_words,
)
from meetings.models import (
    MAX_OCCURRENCES,
    Frequency,
    Meeting,
    MeetingStatus,
    Series,
    Week,
    Weekday,
)
from meetings.services.meeting_times import days_between


class OccurrenceTimes(TypedDict):
    """The start and end of an occurrence, as fields of a meeting."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str
    is_all_day: bool
    local_day: date
    local_time: time | None


def occurrence_days(series: Series) -> list[date]:
    """Return the days of the occurrences of a series, at most one more than the limit.

    Only dates are computed; changes of clocks do not affect them. A week begins on Monday, which
    decides which weeks count if the first day is not itself an occurrence.
    """
    until = series.last_day and datetime.combine(series.last_day, time.min)
    is_weekly = series.frequency == Frequency.WEEKLY
    rule = rrule(
        WEEKLY if is_weekly else MONTHLY,
        dtstart=datetime.combine(series.first_day, time.min),
        interval=series.interval,
        wkst=MO,
        byweekday=weekday(series.weekday, series.week),
        count=series.count,
        until=until,
    )
    return [at.date() for at in islice(rule, MAX_OCCURRENCES + 1)]


def times_on(series: Series, day: date) -> OccurrenceTimes:
    """Return the times of the occurrence on a day: the local time is always the same."""
    if series.local_time is None:
        last = day + timedelta(days=series.duration.days - 1)
        starts_at, ends_at = all_day_range(day, last, series.time_zone)
    else:
        local = datetime.combine(day, series.local_time)
        starts_at = to_utc_lenient(local, series.time_zone)
        ends_at = starts_at + series.duration
    return {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "time_zone": series.time_zone,
        "is_all_day": series.local_time is None,
        "local_day": day,
        "local_time": series.local_time,
    }


def is_by_the_rule(meeting: Meeting) -> bool:
    """Return whether an occurrence has the time of its series and was not moved by hand."""
    series = meeting.series
    # A cancelled meeting keeps its time when the rule changes. Nobody moved it by hand.
    if series is None or meeting.status == MeetingStatus.CANCELLED:
        return True
    days = days_between(meeting.starts_at, meeting.ends_at)
    lasts_as_long = (
        days == series.duration.days
        if meeting.is_all_day
        else meeting.ends_at - meeting.starts_at == series.duration
    )
    return lasts_as_long and (meeting.local_day, meeting.local_time, meeting.time_zone) == (
        meeting.occurrence,
        series.local_time,
        series.time_zone,
    )


def dst_warning(meeting: Meeting) -> str:
    """Return a warning if clocks change when an occurrence begins, or an empty string."""
    if meeting.local_time is None:
        return ""
    return dst_warning_for(
        datetime.combine(meeting.local_day, meeting.local_time), meeting.time_zone
    )


def rule_in_words(series: Series) -> str:
    """Return the rule as text, like "every 2 weeks on Tuesday at 15:00 (Nairobi), 12 times"."""
    if series.last_day:
        ends = _("until %(day)s") % {"day": format_date(series.last_day)}
    else:
        ends = ngettext("%(times)s time", "%(times)s times", series.count or 0) % {
            "times": series.count
        }
    facts = {"days": days_in_words(series), "zone": zone_in_words(series.time_zone), "ends": ends}
    if series.local_time is None:
        return _("%(days)s, all day (%(zone)s), %(ends)s") % facts
    begins = datetime.combine(series.first_day, series.local_time)
    return _("%(days)s at %(time)s (%(zone)s), %(ends)s") % {**facts, "time": format_time(begins)}


def days_in_words(series: Series) -> str:
    """Return the days of a series as text, like "every 2 weeks on Tuesday"."""
    day = {"weekday": Weekday(series.weekday).label, "interval": series.interval}
    if series.week is None:
        return (
            ngettext(
                "every week on %(weekday)s",
                "every %(interval)s weeks on %(weekday)s",
                series.interval,
            )
            % day
        )
    return ngettext(
        "every month on the %(week)s %(weekday)s",
        "every %(interval)s months on the %(week)s %(weekday)s",
        series.interval,
    ) % {**day, "week": Week(series.week).label}
