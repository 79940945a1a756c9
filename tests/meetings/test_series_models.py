from datetime import date, timedelta

import pytest

from meetings.models import Frequency, Meeting, Series, Weekday
from tests.factories import MeetingFactory, SeriesFactory


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


def test_of_sittings_keeps_what_is_one_of_several():
    first = MeetingFactory()
    second = MeetingFactory(sitting_of=first)
    MeetingFactory()

    assert set(Meeting.objects.of_sittings()) == {first, second}
