"""Time zone arithmetic, and how days and instants are written for a reader."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.time_zones import city

GENEVA = "Europe/Zurich"
# Shorter than any difference between instants that people enter.
RESOLUTION = timedelta(microseconds=1)


class InvalidLocalTime(Exception):
    """A time on the clock that is not one instant; the text says what to do."""


class NonexistentLocalTime(InvalidLocalTime):
    """The clocks go forward over this time."""

    def __init__(self, local: datetime, zone: str) -> None:
        super().__init__(
            _(
                "%(time)s does not exist on this day in %(zone)s: the clocks go forward over it. "
                "Enter an earlier or a later time."
            )
            % {"time": format_time(local), "zone": zone_in_words(zone)}
        )


class AmbiguousLocalTime(InvalidLocalTime):
    """The clocks go back, so that this time comes a second time."""

    def __init__(self, local: datetime, zone: str) -> None:
        super().__init__(
            _(
                "%(time)s comes twice on this day in %(zone)s: the clocks go back. Enter another "
                "time, or choose the time zone UTC and enter the time in UTC."
            )
            % {"time": format_time(local), "zone": zone_in_words(zone)}
        )


def start_of_day(day: date, zone: str) -> datetime:
    """Return the first instant of a day somewhere, in UTC.

    Where the clocks go forward at midnight, that is one o'clock; days have 23 to 25 hours.
    """
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def all_day_range(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """Return the first instant of one day and the exclusive end of another, in UTC."""
    return start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)


def to_utc(local: datetime, zone: str) -> datetime:
    """Return the instant, in UTC, at which the clocks of a zone show a time.

    Raises NonexistentLocalTime, AmbiguousLocalTime.
    """
    earlier = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    later = earlier.replace(fold=1)
    if earlier.utcoffset() != later.utcoffset():
        if earlier.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local:
            raise AmbiguousLocalTime(local, zone)
        raise NonexistentLocalTime(local, zone)
    return earlier.astimezone(UTC)


def to_utc_lenient(local: datetime, zone: str) -> datetime:
    """Return the instant, in UTC, of a time that a rule gives, whatever the clocks do on that day.

    Of a time that comes twice it is the first. One that the clocks go forward over is counted by
    the clocks before (RFC 5545, section 3.3.5): for half past two they show half past three.
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def dst_warning_for(local: datetime, zone: str) -> str:
    """Say what is odd about a time that a rule gives; nothing, where it is one instant."""
    try:
        to_utc(local, zone)
    except NonexistentLocalTime:
        shown = to_utc_lenient(local, zone).astimezone(ZoneInfo(zone))
        return _(
            "%(day)s: %(time)s does not exist in %(zone)s, where the clocks go forward over it. "
            "The meeting begins at %(shown)s."
        ) % {
            "day": format_date(local),
            "time": format_time(local),
            "zone": zone_in_words(zone),
            "shown": format_time(shown),
        }
    except AmbiguousLocalTime:
        return _(
            "%(day)s: %(time)s comes twice in %(zone)s, where the clocks go back. The meeting "
            "begins at the first of the two."
        ) % {
            "day": format_date(local),
            "time": format_time(local),
            "zone": zone_in_words(zone),
        }
    return ""


def format_date(day: date) -> str:
    """Write a day, like "Tuesday 7 June 2022"."""
    if day.day == 1:
        # In French, only the first of a month is an ordinal: l j\e\r F Y.
        return date_format(day, pgettext("format of a first of the month", "l j F Y"))
    return date_format(day, pgettext("format of a day", "l j F Y"))


def format_date_short(day: date) -> str:
    """Write a day for a table, like "7 Jun 2022"."""
    return date_format(day, pgettext("format of a day in a table", "j M Y"))


def month_in_words(day: date) -> str:
    """Write the month of a day, like "June 2022"."""
    return date_format(day, pgettext("format of a month", "F Y"))


def format_time(local: datetime) -> str:
    """Write a time of the day, like "14:00"."""
    return date_format(local, pgettext("format of a time of the day", "H:i"))


def zone_in_words(zone: str) -> str:
    """Name a zone by its city, like "Kigali"; Zurich's is Geneva's."""
    return _("Geneva") if zone == GENEVA else city(zone)


def offset_in_words(moment: datetime) -> str:
    """Write how far an aware moment's clocks are from UTC, like "UTC+5:30"."""
    offset = moment.utcoffset() or timedelta()
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "\N{MINUS SIGN}" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}"


def format_zone_offset(moment: datetime, zone: str) -> str:
    """Name whose clocks show an aware moment, like "Geneva (UTC+2)"."""
    if zone == "UTC":
        return "UTC"
    return _("%(zone)s (%(offset)s)") % {
        "zone": zone_in_words(zone),
        "offset": offset_in_words(moment),
    }


def format_datetime(at: datetime, zone: str) -> str:
    """Write an instant, like "Tuesday 7 June 2022, 14:00 Geneva (UTC+2)"."""
    local = at.astimezone(ZoneInfo(zone))
    return _("%(day)s, %(time)s %(clocks)s") % {
        "day": format_date(local),
        "time": format_time(local),
        "clocks": format_zone_offset(local, zone),
    }


def format_datetime_short(at: datetime, zone: str) -> str:
    """Write an instant for a table, like "7 Jun 2022, 14:00 Geneva (UTC+2)"."""
    local = at.astimezone(ZoneInfo(zone))
    return _("%(day)s, %(time)s %(clocks)s") % {
        "day": format_date_short(local),
        "time": format_time(local),
        "clocks": format_zone_offset(local, zone),
    }


def format_range(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Write two instants, the day and the zone only once where they are the same."""
    start, end = (at.astimezone(ZoneInfo(zone)) for at in (starts_at, ends_at))
    if start.date() == end.date() and start.utcoffset() == end.utcoffset():
        return _("%(day)s, %(start)s to %(end)s %(clocks)s") % {
            "day": format_date(start),
            "start": format_time(start),
            "end": format_time(end),
            "clocks": format_zone_offset(start, zone),
        }
    return _("%(start)s to %(end)s") % {
        "start": format_datetime(starts_at, zone),
        "end": format_datetime(ends_at, zone),
    }
