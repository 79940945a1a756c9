"""Time zone arithmetic, and formatting of dates and times for readers."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.languages import reader_locale
from core.time_zones import city

GENEVA = "Europe/Zurich"
# Shorter than any difference between times that people enter.
RESOLUTION = timedelta(microseconds=1)


class InvalidLocalTime(Exception):
    """A local time that is not exactly one instant. The text says what to do."""


class NonexistentLocalTime(InvalidLocalTime):
    """The clocks go forward and skip this time."""

    def __init__(self, local: datetime, zone: str) -> None:
        super().__init__(
            _(
                "%(time)s does not exist on this day in %(zone)s because the clocks go forward. "
                "Enter an earlier or a later time."
            )
            % {"time": format_time(local), "zone": zone_in_words(zone)}
        )


class AmbiguousLocalTime(InvalidLocalTime):
    """The clocks go back, so that this time happens twice."""

    def __init__(self, local: datetime, zone: str) -> None:
        super().__init__(
            _(
                "%(time)s occurs twice on this day in %(zone)s because the clocks go back. Enter "
                "another time, or choose the time zone UTC and enter the time in UTC."
            )
            % {"time": format_time(local), "zone": zone_in_words(zone)}
        )


def start_of_quarter_hour(at: datetime) -> datetime:
    """Return the start of the quarter of an hour that contains a time."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def start_of_day(day: date, zone: str) -> datetime:
    """Return the first instant of a day in a time zone, in UTC.

    If the clocks go forward at midnight, the day starts at one o'clock. Days have 23 to 25 hours.
    """
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def all_day_range(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """Return the first instant of one day and the exclusive end of another, in UTC."""
    return start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)


def to_utc(local: datetime, zone: str) -> datetime:
    """Return the instant, in UTC, of a local time in a zone.

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
    """Return the instant, in UTC, of any local time that a recurrence rule produces.

    For a time that happens twice, it is the first one. A time that the clocks skip uses the UTC
    offset from before the change (RFC 5545, section 3.3.5): 02:30 is then shown as 03:30.
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def dst_warning_for(local: datetime, zone: str) -> str:
    """Return a warning for a local time that is not exactly one instant, else an empty string."""
    try:
        to_utc(local, zone)
    except NonexistentLocalTime:
        shown = to_utc_lenient(local, zone).astimezone(ZoneInfo(zone))
        return _(
            "%(day)s: %(time)s does not exist in %(zone)s because the clocks go forward. The "
            "meeting begins at %(shown)s."
        ) % {
            "day": format_date(local),
            "time": format_time(local),
            "zone": zone_in_words(zone),
            "shown": format_time(shown),
        }
    except AmbiguousLocalTime:
        return _(
            "%(day)s: %(time)s occurs twice in %(zone)s because the clocks go back. The meeting "
            "begins at the first of the two."
        ) % {
            "day": format_date(local),
            "time": format_time(local),
            "zone": zone_in_words(zone),
        }
    return ""


def format_date(day: date) -> str:
    """Format a day, like "Tuesday 7 June 2022"."""
    if day.day == 1:
        # In French, only the first day of a month is an ordinal: l j\e\r F Y.
        return date_format(day, pgettext("format of a first of the month", "l j F Y"))
    return date_format(day, pgettext("format of a day", "l j F Y"))


def format_date_short(day: date) -> str:
    """Format a day for a table, like "7 Jun 2022"."""
    return date_format(day, pgettext("format of a day in a table", "j M Y"))


def format_date_in_subject(day: date) -> str:
    """Format a day for the subject of a mail, like "Tue 7 Jun" (CLDR)."""
    return format_skeleton("MMMEd", day, locale=reader_locale())


def format_day_and_month(day: date) -> str:
    """Format a day for a chart, like "7 Jun" (CLDR)."""
    return format_skeleton("MMMd", day, locale=reader_locale())


def days_in_words(first: date, last: date) -> str:
    """Format the days from one to another for a table, or only one if they are the same."""
    if first == last:
        return format_date_short(first)
    return _("%(start)s to %(end)s") % {
        "start": format_date_short(first),
        "end": format_date_short(last),
    }


def month_in_words(day: date) -> str:
    """Format the month of a day, like "June 2022"."""
    return date_format(day, pgettext("format of a month", "F Y"))


def format_time(local: datetime) -> str:
    """Format a time of day, like "14:00"."""
    return date_format(local, pgettext("format of a time of the day", "H:i"))


def zone_in_words(zone: str) -> str:
    """Return the city of a zone, like "Kigali". Zurich is shown as Geneva."""
    return _("Geneva") if zone == GENEVA else city(zone)


def offset_in_words(moment: datetime) -> str:
    """Format the UTC offset of an aware datetime, like "UTC+5:30"."""
    offset = moment.utcoffset() or timedelta()
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "\N{MINUS SIGN}" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}"


def format_zone_offset(moment: datetime, zone: str) -> str:
    """Format the zone of an aware datetime with its offset, like "Geneva (UTC+2)"."""
    if zone == "UTC":
        return "UTC"
    return _("%(zone)s (%(offset)s)") % {
        "zone": zone_in_words(zone),
        "offset": offset_in_words(moment),
    }


def format_datetime(at: datetime, zone: str) -> str:
    """Format an instant, like "Tuesday 7 June 2022, 14:00 Geneva (UTC+2)"."""
    local = at.astimezone(ZoneInfo(zone))
    return _("%(day)s, %(time)s %(clocks)s") % {
        "day": format_date(local),
        "time": format_time(local),
        "clocks": format_zone_offset(local, zone),
    }


def reader_zones(at: datetime, zone: str) -> list[str]:
    """Return the zone of a reader, if it is known, and Geneva if its clocks differ at that time."""
    there, in_geneva = (at.astimezone(ZoneInfo(each)) for each in (zone or GENEVA, GENEVA))
    return [zone or GENEVA] if there.utcoffset() == in_geneva.utcoffset() else [zone, GENEVA]


def format_datetime_for(at: datetime, zone: str) -> str:
    """Format an instant for a reader in a zone, to be used within a sentence.

    Like "Tuesday 7 June 2022, 15:00 Nairobi (14:00 Geneva)", and as `format_datetime` does if both
    are the same. Without a zone, only Geneva time is given.
    """
    first, *others = reader_zones(at, zone)
    if not others:
        return format_datetime(at, first)
    local, there = at.astimezone(ZoneInfo(zone)), at.astimezone(ZoneInfo(GENEVA))
    facts = {"day": format_date(there), "time": format_time(there)}
    if there.date() == local.date():
        in_geneva = _("%(time)s %(zone)s") % {**facts, "zone": zone_in_words(GENEVA)}
    else:
        in_geneva = _("%(day)s, %(time)s %(clocks)s") % {**facts, "clocks": zone_in_words(GENEVA)}
    return _("%(day)s, %(time)s %(clocks)s") % {
        "day": format_date(local),
        "time": format_time(local),
        "clocks": _("%(zone)s (%(offset)s)") % {"zone": zone_in_words(zone), "offset": in_geneva},
    }


def format_datetime_short(at: datetime, zone: str) -> str:
    """Format an instant for a table, like "7 Jun 2022, 14:00 Geneva (UTC+2)"."""
    local = at.astimezone(ZoneInfo(zone))
    return _("%(day)s, %(time)s %(clocks)s") % {
        "day": format_date_short(local),
        "time": format_time(local),
        "clocks": format_zone_offset(local, zone),
    }


def format_range(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Format two instants. The day and the zone appear only once if they are the same."""
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
