from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override
from hypothesis import assume, given
from hypothesis import strategies as st

from core.dates import (
    AmbiguousLocalTime,
    NonexistentLocalTime,
    all_day_range,
    format_date,
    format_datetime,
    format_datetime_for,
    format_datetime_short,
    format_range,
    month_in_words,
    reader_zones,
    start_of_day,
    to_utc,
)
from core.time_zones import known_zones
from meetings.models import Meeting
from meetings.services.meeting_times import first_day, last_day, meeting_in_words

GENEVA = "Europe/Zurich"
ZONES = st.sampled_from(sorted(known_zones()))
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2036, 12, 31))


def test_day_without_a_midnight_starts_at_one():
    # In Cairo the clocks went forward at midnight of 28 April 2023.
    start = start_of_day(date(2023, 4, 28), "Africa/Cairo")

    assert start.astimezone(ZoneInfo("Africa/Cairo")).isoformat() == "2023-04-28T01:00:00+03:00"


@given(first=DAYS, length=st.integers(min_value=0, max_value=10), zone=ZONES)
def test_whole_days_are_read_back_as_the_days_they_were(first, length, zone):
    last = first + timedelta(days=length)
    starts_at, ends_at = all_day_range(first, last, zone)
    # A few islands changed sides of the date line and left out a day altogether.
    assume(starts_at.astimezone(ZoneInfo(zone)).date() == first and starts_at < ends_at)
    assume(start_of_day(last, zone) < ends_at)

    meeting = Meeting(starts_at=starts_at, ends_at=ends_at, time_zone=zone, is_all_day=True)

    assert (first_day(meeting), last_day(meeting)) == (first, last)


@given(minutes=st.integers(min_value=0, max_value=46 * 365 * 24 * 60), zone=ZONES)
def test_instant_is_read_back_from_its_clocks_unless_it_is_refused(minutes, zone):
    instant = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)

    try:
        found = to_utc(local, zone)
    except AmbiguousLocalTime:
        return

    assert found == instant


def test_meeting_is_written_once_for_each_zone():
    meeting = Meeting(
        starts_at=datetime(2022, 6, 7, 12, tzinfo=UTC),
        ends_at=datetime(2022, 6, 7, 13, tzinfo=UTC),
        time_zone=GENEVA,
    )

    assert meeting_in_words(meeting, ["Asia/Tokyo", GENEVA, GENEVA]) == [
        "Tuesday 7 June 2022, 21:00 to 22:00 Tokyo (UTC+9)",
        "Tuesday 7 June 2022, 14:00 to 15:00 Geneva (UTC+2)",
    ]


@pytest.mark.parametrize(
    ("day", "starts_at", "hours"),
    [
        (date(2021, 10, 31), datetime(2021, 10, 30, 22, tzinfo=UTC), 25),
        (date(2022, 3, 27), datetime(2022, 3, 26, 23, tzinfo=UTC), 23),
    ],
)
def test_day_on_which_the_clocks_change_has_another_length(day, starts_at, hours):
    assert all_day_range(day, day, GENEVA) == (starts_at, starts_at + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("local", "refusal", "words"),
    [
        (
            "2022-03-27T02:30",
            NonexistentLocalTime,
            (
                "02:30 does not exist on this day in Geneva because the clocks go forward. Enter "
                "an earlier or a later time."
            ),
        ),
        (
            "2021-10-31T02:30",
            AmbiguousLocalTime,
            (
                "02:30 occurs twice on this day in Geneva because the clocks go back. Enter "
                "another time, or choose the time zone UTC and enter the time in UTC."
            ),
        ),
    ],
)
def test_time_that_the_clocks_leave_out_or_that_comes_twice_is_refused(local, refusal, words):
    with pytest.raises(refusal) as refused:
        to_utc(datetime.fromisoformat(local), GENEVA)

    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        (GENEVA, "Tuesday 7 June 2022, 14:00 Geneva (UTC+2)"),
        ("Asia/Kolkata", "Tuesday 7 June 2022, 17:30 Kolkata (UTC+5:30)"),
        ("America/St_Johns", "Tuesday 7 June 2022, 09:30 St. John’s (UTC−2:30)"),
        ("Africa/Accra", "Tuesday 7 June 2022, 12:00 Accra (UTC+0)"),
        ("UTC", "Tuesday 7 June 2022, 12:00 UTC"),
        ("Pacific/Kiritimati", "Wednesday 8 June 2022, 02:00 Kiritimati (UTC+14)"),
    ],
)
def test_moment_is_written_with_its_zone_and_offset(zone, words):
    at = datetime(2022, 6, 7, 12, tzinfo=UTC)

    assert format_datetime(at, zone) == words
    assert format_datetime_short(at, GENEVA) == "7 Jun 2022, 14:00 Geneva (UTC+2)"


@pytest.mark.parametrize(
    ("zone", "words", "zones"),
    [
        (
            "Africa/Nairobi",
            "Tuesday 7 June 2022, 15:00 Nairobi (14:00 Geneva)",
            ["Africa/Nairobi", GENEVA],
        ),
        (
            "Pacific/Kiritimati",
            "Wednesday 8 June 2022, 02:00 Kiritimati (Tuesday 7 June 2022, 14:00 Geneva)",
            ["Pacific/Kiritimati", GENEVA],
        ),
        ("UTC", "Tuesday 7 June 2022, 12:00 UTC (14:00 Geneva)", ["UTC", GENEVA]),
        # In winter, the clocks differ.
        ("Africa/Cairo", "Tuesday 7 June 2022, 14:00 Cairo (UTC+2)", ["Africa/Cairo"]),
        (GENEVA, "Tuesday 7 June 2022, 14:00 Geneva (UTC+2)", [GENEVA]),
        ("", "Tuesday 7 June 2022, 14:00 Geneva (UTC+2)", [GENEVA]),
    ],
)
def test_time_for_a_reader_has_geneva_time_beside_it_if_the_clocks_differ(zone, words, zones):
    at = datetime(2022, 6, 7, 12, tzinfo=UTC)

    assert (format_datetime_for(at, zone), reader_zones(at, zone)) == (words, zones)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "mardi 7 juin 2022 à 15:00, Nairobi (14:00 Genève)"),
        ("ar", "الثلاثاء 7 يونيو 2022، الساعة 15:00 بتوقيت نيروبي (14:00 جنيف)"),
        ("ru", "вторник, 7 июня 2022 г., 15:00, Найроби (14:00, Женева)"),
    ],
)
def test_time_for_a_reader_is_one_phrase_in_each_language(language, words):
    with override(language):
        assert format_datetime_for(datetime(2022, 6, 7, 12, tzinfo=UTC), "Africa/Nairobi") == words


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [("fr", "mardi 7 juin 2022", "juin 2022"), ("ar", "الثلاثاء 7 يونيو 2022", "يونيو 2022")],
)
def test_days_and_months_are_written_in_the_readers_language(language, day, month):
    with override(language):
        assert format_date(date(2022, 6, 7)) == day
        assert month_in_words(date(2022, 6, 7)) == month


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "words"),
    [
        (
            datetime(2022, 6, 7, 12, tzinfo=UTC),
            datetime(2022, 6, 7, 13, 30, tzinfo=UTC),
            "Tuesday 7 June 2022, 14:00 to 15:30 Geneva (UTC+2)",
        ),
        # Over midnight both days are named, and over a change of the clocks both offsets.
        (
            datetime(2022, 6, 7, 21, tzinfo=UTC),
            datetime(2022, 6, 7, 23, tzinfo=UTC),
            (
                "Tuesday 7 June 2022, 23:00 Geneva (UTC+2) to "
                "Wednesday 8 June 2022, 01:00 Geneva (UTC+2)"
            ),
        ),
        (
            datetime(2021, 10, 31, 0, 30, tzinfo=UTC),
            datetime(2021, 10, 31, 1, 30, tzinfo=UTC),
            (
                "Sunday 31 October 2021, 02:30 Geneva (UTC+2) to "
                "Sunday 31 October 2021, 02:30 Geneva (UTC+1)"
            ),
        ),
    ],
)
def test_span_names_day_and_zone_once_where_they_are_the_same(starts_at, ends_at, words):
    assert format_range(starts_at, ends_at, GENEVA) == words


@pytest.mark.parametrize(
    ("first", "last", "zone", "words"),
    [
        (
            date(2022, 6, 7),
            date(2022, 6, 9),
            "Africa/Kigali",
            "Tuesday 7 June 2022 to Thursday 9 June 2022, all day (Kigali)",
        ),
        (
            date(2021, 10, 31),
            date(2021, 10, 31),
            GENEVA,
            "Sunday 31 October 2021, all day (Geneva)",
        ),
    ],
)
def test_whole_days_are_never_converted(first, last, zone, words):
    starts_at, ends_at = all_day_range(first, last, zone)
    meeting = Meeting(starts_at=starts_at, ends_at=ends_at, time_zone=zone, is_all_day=True)

    assert meeting_in_words(meeting, ["Pacific/Kiritimati", GENEVA]) == [words]
