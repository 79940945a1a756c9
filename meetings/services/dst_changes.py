"""Keep the local time of meetings when a country changes the rules of its time zone."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.conflicts import Refused
from core.dates import all_day_range, to_utc_lenient
from meetings.models import Meeting, MeetingStatus
from meetings.services.meeting_times import days_between
from meetings.services.meetings import change_meeting

logger = logging.getLogger(__name__)


def apply_dst_changes(*, at: datetime) -> list[Meeting]:
    """Move upcoming meetings so that they keep their local time by the current time zone rules.

    The old rules are not available any more, so each meeting stores its local time. Returns the
    moved meetings; a second run moves nothing. A meeting that a user changes at the same moment is
    skipped, and the next run checks it again.
    """
    to_come = Meeting.objects.filter(starts_at__gt=at).exclude(status=MeetingStatus.CANCELLED)
    moved = []
    for meeting in to_come.order_by("pk"):
        try:
            starts_at, ends_at = instants_of(meeting)
            if (starts_at, ends_at) == (meeting.starts_at, meeting.ends_at):
                continue
            change_meeting(
                meeting=meeting,
                by=None,
                at=at,
                version=meeting.version,
                starts_at=starts_at,
                ends_at=ends_at,
                local_day=meeting.local_day,
                local_time=meeting.local_time,
            )
        except ZoneInfoNotFoundError:
            logger.exception("Meeting %s is in a zone that is known no more", meeting.pk)
        except Refused as refused:
            logger.info("Meeting %s was not held to its clocks: %s", meeting.pk, refused)
        else:
            moved.append(meeting)
    return moved


def instants_of(meeting: Meeting) -> tuple[datetime, datetime]:
    """Return the start and the end of a meeting by the current rules, with the same duration.

    A start that still has the right local time is returned unchanged, even if it is in the second
    of the two equal hours when clocks go back.
    """
    if meeting.local_time is None:
        days = days_between(meeting.starts_at, meeting.ends_at)
        last = meeting.local_day + timedelta(days=days - 1)
        return all_day_range(meeting.local_day, last, meeting.time_zone)
    meant = datetime.combine(meeting.local_day, meeting.local_time)
    shown = meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone)).replace(tzinfo=None)
    if shown == meant:
        return meeting.starts_at, meeting.ends_at
    starts_at = to_utc_lenient(meant, meeting.time_zone)
    return starts_at, starts_at + (meeting.ends_at - meeting.starts_at)
