from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from meetings.models import Frequency, Meeting, Series, Weekday
from tests.factories import MeetingFactory, SeriesFactory


def refused_by(name, make):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make()


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("meetings_series_week_of_a_month", {"frequency": Frequency.MONTHLY, "week": None}),
        ("meetings_series_week_of_a_month", {"frequency": Frequency.MONTHLY, "week": 5}),
        ("meetings_series_week_of_a_month", {"frequency": Frequency.WEEKLY, "week": 1}),
        ("meetings_series_week_of_a_month", {"frequency": "daily"}),
        ("meetings_series_interval_within_a_year", {"interval": 0}),
        ("meetings_series_interval_within_a_year", {"interval": 53}),
        ("meetings_series_known_weekday", {"weekday": 7}),
        ("meetings_series_ends_one_way", {"count": None, "last_day": None}),
        ("meetings_series_ends_one_way", {"count": 4, "last_day": date(2022, 1, 1)}),
        ("meetings_series_ends_one_way", {"count": 0}),
        ("meetings_series_ends_one_way", {"count": 101}),
        ("meetings_series_ends_one_way", {"count": None, "last_day": date(2021, 10, 31)}),
        ("meetings_series_lasts", {"duration": timedelta()}),
    ],
)
def test_database_refuses_a_series_that_cannot_be(name, facts):
    refused_by(name, lambda: SeriesFactory(**facts))


@pytest.mark.parametrize(
    "facts",
    [
        {"frequency": Frequency.MONTHLY, "week": -1, "weekday": Weekday.FRIDAY},
        {"frequency": Frequency.WEEKLY, "week": None, "interval": 52},
        {"count": 100},
        {"count": None, "last_day": date(2021, 11, 1)},
        {"local_time": None, "duration": timedelta(days=2)},
    ],
)
def test_database_takes_a_series_that_can_be(facts):
    assert Series.objects.filter(pk=SeriesFactory(**facts).pk).exists()


def test_database_refuses_a_time_of_whole_days_and_none_of_others():
    name = "meetings_meeting_whole_days_have_no_time"

    refused_by(name, lambda: MeetingFactory(is_all_day=True, local_time=time(0)))
    refused_by(name, lambda: MeetingFactory(is_all_day=False, local_time=None))


def test_database_refuses_an_occurrence_without_its_series_and_the_other_way_round():
    name, series = "meetings_meeting_occurrence_of_a_series", SeriesFactory()

    refused_by(name, lambda: MeetingFactory(occurrence=date(2021, 11, 1)))
    refused_by(name, lambda: MeetingFactory(series=series))


def test_database_refuses_two_meetings_of_one_occurrence():
    series, day = SeriesFactory(), date(2021, 11, 1)
    MeetingFactory(series=series, occurrence=day)
    MeetingFactory(series=SeriesFactory(), occurrence=day)

    # meetings_meeting_one_an_occurrence; SQLite names the columns instead.
    refused_by(
        "one_an_occurrence|series_id, meetings_meeting.occurrence",
        lambda: MeetingFactory(series=series, occurrence=day),
    )


def test_database_refuses_a_sitting_of_itself():
    meeting = MeetingFactory()

    refused_by(
        "meetings_meeting_no_sitting_of_itself",
        lambda: Meeting.objects.filter(pk=meeting.pk).update(sitting_of=meeting.pk),
    )


def test_of_sittings_keeps_what_is_one_of_several():
    first = MeetingFactory()
    second = MeetingFactory(sitting_of=first)
    MeetingFactory()

    assert set(Meeting.objects.of_sittings()) == {first, second}
