from datetime import UTC, date, datetime, time, timedelta

import pytest

from meetings.models import MAX_OCCURRENCES, Frequency, Meeting, Series, Week, Weekday
from meetings.services.recurrence import (
    dst_warning,
    is_by_the_rule,
    occurrence_days,
    rule_in_words,
    times_on,
)


def series(**facts):
    return Series(
        **{
            "frequency": Frequency.WEEKLY,
            "weekday": Weekday.TUESDAY,
            "first_day": date(2021, 10, 25),
            "count": 3,
            "local_time": time(15),
            "duration": timedelta(minutes=90),
            "time_zone": "Europe/Zurich",
            **facts,
        }
    )


def occurrence(of, day, **facts):
    return Meeting(series=of, occurrence=day, **{**times_on(of, day), **facts})


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({}, ["2021-10-26", "2021-11-02", "2021-11-09"]),
        ({"interval": 2}, ["2021-10-26", "2021-11-09", "2021-11-23"]),
        # The week begins on Monday: Sunday is the last day of the week of the first day.
        (
            {"interval": 2, "weekday": Weekday.SUNDAY, "first_day": date(2021, 10, 26)},
            ["2021-10-31", "2021-11-14", "2021-11-28"],
        ),
        ({"weekday": Weekday.MONDAY, "count": 1}, ["2021-10-25"]),
        ({"count": None, "last_day": date(2021, 11, 2)}, ["2021-10-26", "2021-11-02"]),
        ({"count": None, "last_day": date(2021, 10, 25)}, []),
        (
            {"frequency": Frequency.MONTHLY, "week": Week.LAST, "weekday": Weekday.FRIDAY},
            ["2021-10-29", "2021-11-26", "2021-12-31"],
        ),
        (
            {"frequency": Frequency.MONTHLY, "week": Week.FIRST, "weekday": Weekday.MONDAY},
            ["2021-11-01", "2021-12-06", "2022-01-03"],
        ),
        (
            {"frequency": Frequency.MONTHLY, "week": Week.LAST, "interval": 6},
            ["2021-10-26", "2022-04-26", "2022-10-25"],
        ),
    ],
)
def test_days_of_a_rule(facts, days):
    assert [day.isoformat() for day in occurrence_days(series(**facts))] == days


def test_days_of_a_rule_that_goes_on_for_ever_are_counted_to_one_too_many():
    endless = series(count=None, last_day=date(9999, 1, 1))

    assert len(occurrence_days(endless)) == MAX_OCCURRENCES + 1


@pytest.mark.parametrize(
    ("day", "starts_at", "warning"),
    [
        (
            date(2022, 3, 27),
            datetime(2022, 3, 27, 1, 30, tzinfo=UTC),
            (
                "Sunday 27 March 2022: 02:30 does not exist in Geneva because the clocks go "
                "forward. The meeting begins at 03:30."
            ),
        ),
        (
            date(2021, 10, 31),
            datetime(2021, 10, 31, 0, 30, tzinfo=UTC),
            (
                "Sunday 31 October 2021: 02:30 occurs twice in Geneva because the clocks go back. "
                "The meeting begins at the first of the two."
            ),
        ),
    ],
)
def test_time_that_does_not_exist_or_comes_twice_is_by_the_clocks_before(day, starts_at, warning):
    meeting = occurrence(series(local_time=time(2, 30)), day)

    assert (meeting.starts_at, meeting.local_time) == (starts_at, time(2, 30))
    assert dst_warning(meeting) == warning


def test_nothing_is_odd_about_other_days_and_about_whole_ones():
    whole = series(local_time=None, duration=timedelta(days=1))

    assert dst_warning(occurrence(series(), date(2021, 10, 31))) == ""
    assert dst_warning(occurrence(whole, date(2021, 10, 31))) == ""


@pytest.mark.parametrize("day", [date(2021, 10, 31), date(2022, 3, 27), date(2022, 6, 7)])
@pytest.mark.parametrize(
    "facts", [{"local_time": time(2, 30)}, {"local_time": None, "duration": timedelta(days=1)}]
)
def test_occurrence_is_by_the_rule_whatever_the_clocks_do_on_its_day(facts, day):
    assert is_by_the_rule(occurrence(series(**facts), day))


def test_occurrence_moved_by_hand_is_not_by_the_rule_and_a_meeting_alone_is():
    moves = [
        {"local_day": date(2021, 11, 3)},
        {"local_time": time(16)},
        {"time_zone": "Europe/Paris"},
        {"ends_at": datetime(2021, 11, 2, 15, tzinfo=UTC)},
    ]

    moved = [occurrence(series(), date(2021, 11, 2), **facts) for facts in moves]

    assert [is_by_the_rule(meeting) for meeting in (*moved, Meeting())] == [*[False] * 4, True]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "every week on Tuesday at 15:00 (Geneva), 3 times"),
        (
            {"interval": 2, "count": 1, "time_zone": "Africa/Nairobi"},
            "every 2 weeks on Tuesday at 15:00 (Nairobi), 1 time",
        ),
        (
            {
                "frequency": Frequency.MONTHLY,
                "week": Week.LAST,
                "weekday": Weekday.FRIDAY,
                "count": None,
                "last_day": date(2022, 6, 7),
            },
            "every month on the last Friday at 15:00 (Geneva), until Tuesday 7 June 2022",
        ),
        (
            {
                "frequency": Frequency.MONTHLY,
                "week": Week.FIRST,
                "interval": 3,
                "local_time": None,
                "duration": timedelta(days=1),
            },
            "every 3 months on the first Tuesday, all day (Geneva), 3 times",
        ),
    ],
)
def test_rule_in_words(facts, words):
    assert rule_in_words(series(**facts)) == words
