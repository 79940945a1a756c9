"""Lists of meetings for one reader: grouped by month, in the time zones that they need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from core.dates import GENEVA, month_in_words
from meetings.models import Meeting, MeetingStatus
from meetings.services.joining import join_address
from meetings.services.meeting_times import first_day, meeting_in_words
from meetings.services.sittings import Groups, other_sittings, sittings_in_words


@dataclass(frozen=True)
class MeetingRow:
    """One meeting on a page: its time in the reader's time zone, and in others."""

    meeting: Meeting
    when: str
    beside: list[str]
    # The day on which it begins, in the first of these time zones.
    day: date
    # Machine-readable, for the page: an instant or a date.
    starts: str
    month: str
    is_cancelled: bool
    # The times of the other sittings, as text.
    sittings: Sequence[str] = ()
    # The portal's address to join, for those who are invited; empty for others, and without a room.
    join_address: str = ""


@dataclass(frozen=True)
class MonthOfMeetings:
    """The meetings of one month, with the month's name."""

    name: str
    entries: list[MeetingRow]


def group_by_month(
    meetings: Iterable[Meeting],
    *,
    reader_zone: str = "",
    with_join_links: bool = False,
    groups: Groups | None = None,
) -> list[MonthOfMeetings]:
    """Group meetings, which must be ordered by time, by the month in which they begin.

    Times are in the reader's time zone or, without one, in the meeting's own. The time in Geneva is
    added and, if the local time differs, the meeting's own. `groups` has the sittings of meetings.
    """
    entries = (
        meeting_row(
            meeting,
            reader_zone=reader_zone,
            with_join_links=with_join_links,
            sittings=sittings_in_words(other_sittings(meeting, groups or {})),
        )
        for meeting in meetings
    )
    # A dict by name: with other time zones, a later meeting may be in an earlier month.
    months: dict[str, list[MeetingRow]] = {}
    for entry in entries:
        months.setdefault(entry.month, []).append(entry)
    return [MonthOfMeetings(name, of_the_month) for name, of_the_month in months.items()]


def meeting_row(
    meeting: Meeting,
    *,
    reader_zone: str = "",
    with_join_links: bool = False,
    sittings: Sequence[str] = (),
) -> MeetingRow:
    """Return one meeting as a row for `group_by_month`."""
    zone = reader_zone or meeting.time_zone
    zones = [zone, GENEVA]
    if not same_local_time(meeting, zone, meeting.time_zone):
        zones.append(meeting.time_zone)
    when, *beside = meeting_in_words(meeting, zones)

    is_cancelled = meeting.status == MeetingStatus.CANCELLED
    local_start = meeting.starts_at.astimezone(ZoneInfo(zone))
    day = first_day(meeting) if meeting.is_all_day else local_start.date()
    return MeetingRow(
        meeting=meeting,
        when=when,
        beside=beside,
        day=day,
        starts=day.isoformat() if meeting.is_all_day else local_start.isoformat(),
        month=month_in_words(day),
        is_cancelled=is_cancelled,
        sittings=sittings,
        join_address=join_address(meeting) if with_join_links else "",
    )


def same_local_time(meeting: Meeting, one: str, other: str) -> bool:
    """Return whether two time zones have the same local time during a meeting."""
    return all(
        at.astimezone(ZoneInfo(one)).utcoffset() == at.astimezone(ZoneInfo(other)).utcoffset()
        for at in (meeting.starts_at, meeting.ends_at)
    )
