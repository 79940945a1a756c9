"""Which hours of the day suit a person: at work, awake or asleep, by their local time.

The limits are a choice of the portal. No standard defines them, and weekends differ by country.
"""

from datetime import datetime, time, timedelta
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo

from core.dates import RESOLUTION

# Local times. Each range includes its start and excludes its end.
WORK_STARTS, WORK_ENDS = time(8), time(18)
DAY_STARTS, DAY_ENDS = time(7), time(22)
# In steps of this length no night is missed, also if the clocks go forward in it.
SHORTEST_NIGHT = timedelta(hours=8)
# Monday is 0.
WORKDAYS: Final = range(5)


class HourKind(IntEnum):
    """What most people do at an hour; the higher, the worse for a meeting."""

    WORK = 0
    AWAKE = 1
    ASLEEP = 2


def hour_kind(local_time: datetime) -> HourKind:
    """Return the kind of hour of a local date and time.

    Work is from 08:00 to 18:00, Monday to Friday. People are awake from 07:00 to 22:00 each day.
    """
    clock = local_time.time()
    if WORK_STARTS <= clock < WORK_ENDS and local_time.weekday() in WORKDAYS:
        return HourKind.WORK
    if DAY_STARTS <= clock < DAY_ENDS:
        return HourKind.AWAKE
    return HourKind.ASLEEP


def worst_hour_kind(starts_at: datetime, ends_at: datetime, zone: str) -> HourKind:
    """Return the worst kind of hour during a meeting, in a time zone."""
    moments = [starts_at, ends_at - RESOLUTION]
    while moments[-2] + SHORTEST_NIGHT < ends_at:
        moments.insert(-1, moments[-2] + SHORTEST_NIGHT)
    return max(hour_kind(moment.astimezone(ZoneInfo(zone))) for moment in moments)
