"""Meetings as one reader sees them: by month, and written in the zones that matter to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from core.dates import GENEVA, month_in_words
from meetings.models import Meeting, MeetingStatus
from meetings.services.meeting_times import first_day, meeting_in_words
from meetings.services.sittings import Groups, other_sittings, sittings_in_words


@dataclass(frozen=True)
class MeetingRow:
    """One meeting on a page: when it is in the reader's zone, and beside it in others."""

    meeting: Meeting
    when: str
    beside: list[str]
    # For machines that read the page: an instant, or a date.
    starts: str
    month: str
    is_cancelled: bool
    # When the other sittings of the meeting are, in words.
    sittings: Sequence[str] = ()
    # Empty where the reader may not have it, or has no use for it any more.
    join_link: str = ""


@dataclass(frozen=True)
class MonthOfMeetings:
    """The meetings of one month, under its name."""

    name: str
    entries: list[MeetingRow]


def group_by_month(
    meetings: Iterable[Meeting],
    *,
    reader_zone: str = "",
    with_join_links: bool = False,
    groups: Groups | None = None,
) -> list[MonthOfMeetings]:
    """Gather meetings, which come in the order of time, under the months that they begin in.

    Times are written in the reader's zone, or else in the meeting's own; beside it stand
    Geneva's and, where the clocks differ, the meeting's. `groups` has the sittings of meetings.
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
    # By name: of two in the order of time, the later may be in the month before, elsewhere.
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
    """Write one meeting as `group_by_month` lists it."""
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
        starts=day.isoformat() if meeting.is_all_day else local_start.isoformat(),
        month=month_in_words(day),
        is_cancelled=is_cancelled,
        sittings=sittings,
        join_link=meeting.usable_join_link if with_join_links else "",
    )


def same_local_time(meeting: Meeting, one: str, other: str) -> bool:
    """Say whether the clocks of two zones show the same while a meeting lasts."""
    return all(
        at.astimezone(ZoneInfo(one)).utcoffset() == at.astimezone(ZoneInfo(other)).utcoffset()
        for at in (meeting.starts_at, meeting.ends_at)
    )
