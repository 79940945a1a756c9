"""A month as weeks of days, with the meetings of each day in one reader's time zone."""

from calendar import MONDAY, Calendar
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.dates import (
    GENEVA,
    RESOLUTION,
    format_date,
    format_time,
    month_in_words,
    start_of_day,
    zone_in_words,
)
from meetings.models import Meeting, MeetingQuerySet
from meetings.services.meeting_list import MeetingRow, meeting_row, same_local_time
from meetings.services.meeting_times import first_day, last_day

# The coalition began in 2021. Months after the range can only be typing mistakes.
EARLIEST, LATEST = date(2021, 1, 1), date(2099, 12, 1)
# UTC offsets differ by at most this much, and whole days belong to another place.
MAX_OFFSET_DIFFERENCE = timedelta(hours=26)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class MeetingOnDay:
    """A meeting on one of its days, with the time for the reader and in Geneva."""

    entry: MeetingRow
    when: str
    # Empty if the time in Geneva is the same, and on the days after the first.
    in_geneva: str
    # Whether this is its first day in the month: a list by days shows the meeting only there.
    is_first: bool
    # What else the page shows about the meeting.
    about: Any = None


@dataclass
class Day:
    """One day of a month, with its meetings."""

    date: date
    is_today: bool
    meetings: list[MeetingOnDay] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The day as text, like "Tuesday 7 June 2022"."""
        return format_date(self.date)

    @property
    def begun(self) -> list[MeetingOnDay]:
        """The meetings that were not shown on an earlier day."""
        return [meeting for meeting in self.meetings if meeting.is_first]


@dataclass(frozen=True)
class MonthGrid:
    """A month in weeks from Monday; days of the neighbouring months are None."""

    first: date
    weeks: list[list[Day | None]]

    @property
    def name(self) -> str:
        """The month as text, like "June 2022"."""
        return month_in_words(self.first)

    @property
    def days(self) -> list[Day]:
        """The days that have meetings."""
        return [day for week in self.weeks for day in week if day and day.meetings]

    @property
    def meetings(self) -> list[Meeting]:
        """The meetings of the month, each once, by day."""
        return [shown.entry.meeting for day in self.days for shown in day.begun]

    @property
    def previous(self) -> date | None:
        """The month before, or None at the start of the range."""
        return (self.first - A_DAY).replace(day=1) if self.first > EARLIEST else None

    @property
    def next(self) -> date | None:
        """The month after, or None at the end of the range."""
        return month_after(self.first) if self.first < LATEST else None


def month_after(first: date) -> date:
    """Return the first day of the next month, from the first day of a month."""
    return (first + 31 * A_DAY).replace(day=1)


def month_asked_for(typed: str, *, today: date) -> date:
    """Return the first day of a month written as 2022-06; the current month if invalid."""
    try:
        month = datetime.strptime(typed, "%Y-%m").date()  # noqa: DTZ007  # A month has no zone.
    except ValueError:
        return today.replace(day=1)
    return month if EARLIEST <= month <= LATEST else today.replace(day=1)


def weekdays_in_words() -> list[tuple[str, str]]:
    """Return the names of the weekdays from Monday, each short and in full."""
    # This week begins on a Monday. Any such week would do.
    week = [date(2022, 6, 6) + number * A_DAY for number in range(7)]
    return [(date_format(day, "D"), date_format(day, "l")) for day in week]


def month_of_weeks(
    meetings: MeetingQuerySet,
    *,
    first: date,
    today: date,
    zone: str = "",
    with_join_links: bool = False,
    about: Callable[[list[Meeting]], dict[int, Any]] = lambda meetings: {},
) -> MonthGrid:
    """Return the month that begins on a day, with its meetings, in one query.

    Days are in the reader's time zone or, without one, in each meeting's own. Whole days are never
    converted. `about` returns what else the page shows about the meetings of that month, by
    primary key.
    """
    calendar = Calendar(firstweekday=MONDAY)
    days = {
        day: Day(day, is_today=day == today)
        for day in calendar.itermonthdates(first.year, first.month)
        if day.month == first.month
    }
    begins, ends = (start_of_day(day, zone or GENEVA) for day in (first, month_after(first)))
    near = meetings.between(
        begins - MAX_OFFSET_DIFFERENCE, ends + MAX_OFFSET_DIFFERENCE
    ).select_related("focus_area")
    of_the_month = [
        meeting
        for meeting in near
        if any(day in days for day in _days_of(meeting, zone or meeting.time_zone))
    ]
    more = about(of_the_month)
    for meeting in of_the_month:
        clocks = zone or meeting.time_zone
        entry = meeting_row(meeting, reader_zone=clocks, with_join_links=with_join_links)
        shown = [day for day in _days_of(meeting, clocks) if day in days]
        for day in shown:
            days[day].meetings.append(
                MeetingOnDay(
                    entry=entry,
                    when=when_on_the_day(meeting, day, clocks),
                    in_geneva=in_geneva_in_short(meeting, clocks) if day == shown[0] else "",
                    is_first=day == shown[0],
                    about=more.get(meeting.pk),
                )
            )
    weeks = calendar.monthdatescalendar(first.year, first.month)
    return MonthGrid(first, [[days.get(day) for day in week] for week in weeks])


def when_on_the_day(meeting: Meeting, day: date, zone: str) -> str:
    """Return the time of a meeting on one of its days, in a time zone, as text."""
    days = _days_of(meeting, zone)
    if meeting.is_all_day:
        if len(days) == 1:
            return _("All day")
        return _("Day %(number)d of %(last)d") % {
            "number": days.index(day) + 1,
            "last": len(days),
        }
    start, end = (at.astimezone(ZoneInfo(zone)) for at in (meeting.starts_at, meeting.ends_at))
    if len(days) == 1:
        return pgettext("times of a day", "%(start)s to %(end)s") % {
            "start": format_time(start),
            "end": format_time(end),
        }
    if day == days[0]:
        return _("from %(time)s") % {"time": format_time(start)}
    if day == days[-1]:
        return _("until %(time)s") % {"time": format_time(end)}
    return _("continues")


def in_geneva_in_short(meeting: Meeting, zone: str) -> str:
    """Return the start of a meeting in Geneva, if it differs from that in a time zone."""
    if meeting.is_all_day or same_local_time(meeting, zone, GENEVA):
        return ""
    local = meeting.starts_at.astimezone(ZoneInfo(zone))
    there = meeting.starts_at.astimezone(ZoneInfo(GENEVA))
    if there.date() == local.date():
        begins = format_time(there)
    else:
        begins = date_format(there, pgettext("format of a weekday and a time", "D H:i"))
    return _("%(time)s %(zone)s") % {"time": begins, "zone": zone_in_words(GENEVA)}


def _days_of(meeting: Meeting, zone: str) -> list[date]:
    """Return the days of a meeting in a time zone; whole days are not converted."""
    if meeting.is_all_day:
        first, last = first_day(meeting), last_day(meeting)
    else:
        first = meeting.starts_at.astimezone(ZoneInfo(zone)).date()
        last = (meeting.ends_at - RESOLUTION).astimezone(ZoneInfo(zone)).date()
    return [first + number * A_DAY for number in range((last - first).days + 1)]
