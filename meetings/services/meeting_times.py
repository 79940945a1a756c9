"""On which days and at what times a meeting is, and in words."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.dates import RESOLUTION, format_date, format_range, zone_in_words
from meetings.models import Meeting


def days_between(starts_at: datetime, ends_at: datetime) -> int:
    """Return how many whole days lie between two midnights; a day has 23 to 25 hours."""
    return round((ends_at - starts_at) / timedelta(days=1))


def first_day(meeting: Meeting) -> date:
    """Return the day on which a meeting begins, in its own zone."""
    return meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone)).date()


def last_day(meeting: Meeting) -> date:
    """Return the day on which a meeting ends, in its own zone; its end is exclusive."""
    return (meeting.ends_at - RESOLUTION).astimezone(ZoneInfo(meeting.time_zone)).date()


def whole_days_in_words(meeting: Meeting) -> str:
    """Write the days of a whole-day meeting where it takes place; they are never converted."""
    first, last, zone = first_day(meeting), last_day(meeting), zone_in_words(meeting.time_zone)
    if first == last:
        return _("%(day)s, whole day (%(zone)s)") % {"day": format_date(first), "zone": zone}
    return _("%(first)s to %(last)s, whole days (%(zone)s)") % {
        "first": format_date(first),
        "last": format_date(last),
        "zone": zone,
    }


def meeting_in_words(meeting: Meeting, zones: Iterable[str]) -> list[str]:
    """Write when a meeting is, once for each zone; whole days once."""
    if meeting.is_all_day:
        return [whole_days_in_words(meeting)]
    return [format_range(meeting.starts_at, meeting.ends_at, zone) for zone in dict.fromkeys(zones)]
