"""A person's meetings as entries of a list: a series is one entry, with one answer for all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.dates import format_day_and_month, format_time, zone_in_words
from meetings.models import Meeting, MeetingQuerySet, Series
from meetings.services.recurrence import days_in_words, times_on
from members.models import FocalPoint
from participation.models import RsvpChoice
from participation.services.my_meetings import MyMeetingRow
from participation.services.rsvp_buttons import rsvp_choices


@dataclass(frozen=True)
class SeriesRole:
    """The meetings of a series that one role of a person is asked about, and the answers to all."""

    person: FocalPoint
    meetings: list[Meeting]
    # Those that a No declines as well.
    other_sittings: list[Meeting]
    # Pairs of a value of RsvpChoice and its words.
    buttons: list[tuple[str, str]]

    @property
    def days(self) -> list[str]:
        """The days of the meetings, as text, at the place of the meetings."""
        return [format_day_and_month(each.local_day) for each in self.meetings]


@dataclass(frozen=True)
class MyEntry:
    """One entry of a person's list: the meetings of a series, or one meeting that has none."""

    rows: Sequence[MyMeetingRow]
    zone: str

    @property
    def row(self) -> MyMeetingRow:
        """The next meeting that takes place; if all are cancelled, the next one."""
        taking_place = (row for row in self.rows if not row.entry.is_cancelled)
        return next(taking_place, self.rows[0])

    @property
    def series(self) -> Series | None:
        """The series, if it is an entry of one."""
        return self.rows[0].entry.meeting.series

    @property
    def key(self) -> str:
        """The anchor of the entry on a page."""
        return entry_key(self.rows[0].entry.meeting)

    @property
    def rule(self) -> str:
        """The series in one line; empty without a series."""
        return series_in_words(self.row.entry.meeting, self.zone) if self.series else ""

    @property
    def is_to_be_answered(self) -> bool:
        """Whether an RSVP to one of the meetings is still expected."""
        return any(row.mine.is_to_be_answered for row in self.rows)

    @property
    def roles(self) -> list[SeriesRole]:
        """The roles of the person in which RSVPs are expected."""
        expected: dict[FocalPoint, list[MyMeetingRow]] = {}
        for row in self.rows:
            if row.mine.is_to_be_answered:
                for role in row.mine.asked:
                    if not role.is_answered:
                        expected.setdefault(role.person, []).append(row)
        return [_series_role(person, rows) for person, rows in expected.items()]


def entry_key(meeting: Meeting) -> str:
    """Return the anchor of the entry to which a meeting belongs."""
    return f"series-{meeting.series_id}" if meeting.series_id else f"meeting-{meeting.pk}"


def as_entries(rows: Iterable[MyMeetingRow], *, zone: str) -> list[MyEntry]:
    """Return rows, which must be ordered by time, as entries, each at its first meeting."""
    grouped: dict[str, list[MyMeetingRow]] = {}
    for row in rows:
        grouped.setdefault(entry_key(row.entry.meeting), []).append(row)
    return [MyEntry(of_one, zone) for of_one in grouped.values()]


def series_meetings(meetings: MeetingQuerySet, series: int) -> MeetingQuerySet:
    """Return the meetings of a series among some, each with what a row needs."""
    return meetings.filter(Q(series=series)).select_related("focus_area", "series")


def series_in_words(meeting: Meeting, zone: str) -> str:
    """Return the rule of the series of a meeting in one line, with its time for a reader.

    The meeting is the next one; its own day is said, also if it was moved by hand.
    """
    series = meeting.series
    if series is None or meeting.occurrence is None:
        raise ValueError("not a meeting of a series")
    facts = {
        "days": capfirst(days_in_words(series)),
        "zone": zone_in_words(series.time_zone),
        "next": format_day_and_month(_day_for(meeting, zone)),
    }
    times = times_on(series, meeting.occurrence)
    if times["is_all_day"]:
        return _("%(days)s, all day (%(zone)s), next on %(next)s") % facts
    facts["time"] = _clock(times["starts_at"], series.time_zone)
    facts["here"] = _clock(times["starts_at"], zone)
    if facts["here"] == facts["time"]:
        return _("%(days)s, %(time)s, next on %(next)s") % facts
    return _("%(days)s, %(time)s %(zone)s, %(here)s for you, next on %(next)s") % facts


def _day_for(meeting: Meeting, zone: str) -> date:
    if meeting.is_all_day:
        return meeting.local_day
    return meeting.starts_at.astimezone(ZoneInfo(zone)).date()


def _clock(at: datetime, zone: str) -> str:
    return format_time(at.astimezone(ZoneInfo(zone)))


def _series_role(person: FocalPoint, rows: Sequence[MyMeetingRow]) -> SeriesRole:
    meetings = [row.entry.meeting for row in rows]
    others = {other.pk: other for row in rows for other, _time in row.mine.other_sittings}
    possible = [dict(rsvp_choices(meeting)) for meeting in meetings]
    choices = [choice for choice in RsvpChoice if all(choice in each for each in possible)]
    return SeriesRole(
        person,
        meetings,
        list(others.values()),
        [(str(choice), _for_all(choice, len(meetings), choices)) for choice in choices],
    )


def _for_all(choice: RsvpChoice, number: int, choices: Sequence[RsvpChoice]) -> str:
    """Return one answer to several meetings, as short as it is clear."""
    if number == 1:
        return str(choice.label)
    if choice == RsvpChoice.NO:
        words = _("No to all %(number)s")
    elif RsvpChoice.YES not in choices or RsvpChoice.REMOTE not in choices:
        words = _("Yes to all %(number)s")
    elif choice == RsvpChoice.YES:
        words = _("In person at all %(number)s")
    else:
        words = _("Remotely at all %(number)s")
    return words % {"number": number}
