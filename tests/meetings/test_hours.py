"""The kinds of hours: at work, awake, asleep."""

from datetime import UTC, datetime, time, timedelta

import pytest

from meetings.services.hours import HourKind, hour_kind, worst_hour_kind

WORK, AWAKE, ASLEEP = HourKind
MONDAY = datetime(2021, 11, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("clock", "weekday", "weekend"),
    [
        (time(0), ASLEEP, ASLEEP),
        (time(6, 59), ASLEEP, ASLEEP),
        (time(7), AWAKE, AWAKE),
        (time(7, 59), AWAKE, AWAKE),
        (time(8), WORK, AWAKE),
        (time(17, 59), WORK, AWAKE),
        (time(18), AWAKE, AWAKE),
        (time(21, 59), AWAKE, AWAKE),
        (time(22), ASLEEP, ASLEEP),
    ],
)
def test_hour_kind_follows_local_time_and_weekday(clock, weekday, weekend):
    kinds = [hour_kind(datetime.combine(MONDAY + day * DAY, clock)) for day in range(7)]

    assert kinds == [weekday] * 5 + [weekend] * 2


@pytest.mark.parametrize(
    ("hour", "lasts", "zone", "kind"),
    [
        (8, 10 * HOUR, "UTC", WORK),
        (8, 10 * HOUR + MINUTE, "UTC", AWAKE),
        (21, HOUR, "UTC", AWAKE),
        (21, HOUR + MINUTE, "UTC", ASLEEP),
        (6, 2 * HOUR, "UTC", ASLEEP),
        # Both ends are in the day, the night is between them.
        (17, 16 * HOUR, "UTC", ASLEEP),
        # Monday, 21:00 in UTC is Tuesday, 10:00 in Auckland.
        (21, HOUR, "Pacific/Auckland", WORK),
    ],
)
def test_worst_hour_kind_looks_at_start_and_end_in_the_zone(hour, lasts, zone, kind):
    starts_at = MONDAY + hour * HOUR

    assert worst_hour_kind(starts_at, starts_at + lasts, zone) == kind
