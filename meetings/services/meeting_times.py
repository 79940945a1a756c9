"""The days and times of a meeting, also as text."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.dates import RESOLUTION, format_date, format_range, zone_in_words
from meetings.models import Meeting


def days_between(starts_at: datetime, ends_at: datetime) -> int:
    """Return the number of whole days between two midnights; a day has 23 to 25 hours."""
    return round((ends_at - starts_at) / timedelta(days=1))


def first_day(meeting: Meeting) -> date:
    """Return the day on which a meeting begins, in its own time zone."""
    return meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone)).date()


def last_day(meeting: Meeting) -> date:
    """Return the day on which a meeting ends, in its own time zone; `ends_at` is exclusive."""
    return (meeting.ends_at - RESOLUTION).astimezone(ZoneInfo(meeting.time_zone)).date()


def whole_days_in_words(meeting: Meeting) -> str:
    """Return the days of a whole-day meeting at its place, as text; they are never converted."""
    first, last, zone = first_day(meeting), last_day(meeting), zone_in_words(meeting.time_zone)
    if first == last:
        return _("%(day)s, all day (%(zone)s)") % {"day": format_date(first), "zone": zone}
    return _("%(first)s to %(last)s, all day (%(zone)s)") % {
        "first": format_date(first),
        "last": format_date(last),
        "zone": zone,
    }


def meeting_in_words(meeting: Meeting, zones: Iterable[str]) -> list[str]:
    """Return when a meeting is, as one text for each time zone; one text for whole days."""
    if meeting.is_all_day:
        return [whole_days_in_words(meeting)]
    return [format_range(meeting.starts_at, meeting.ends_at, zone) for zone in dict.fromkeys(zones)]
