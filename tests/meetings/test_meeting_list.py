from datetime import UTC, date, datetime, timedelta

from core.dates import all_day_range
from meetings.services.meeting_list import group_by_month
from tests.factories import MeetingFactory


def entry_of(meeting, **reader):
    [month] = group_by_month([meeting], **reader)
    [entry] = month.entries
    return entry


def test_zone_whose_clocks_agree_with_the_readers_is_not_named_again():
    meeting = MeetingFactory(
        starts_at=datetime(2022, 6, 7, 12, tzinfo=UTC),
        ends_at=datetime(2022, 6, 7, 13, tzinfo=UTC),
        time_zone="Europe/Berlin",
    )

    entry = entry_of(meeting, reader_zone="Europe/Paris")

    assert entry.when == "Tuesday 7 June 2022, 14:00 to 15:00 Paris (UTC+2)"
    assert entry.beside == ["Tuesday 7 June 2022, 14:00 to 15:00 Geneva (UTC+2)"]


def test_zone_whose_clocks_part_from_the_readers_while_the_meeting_lasts_stands_beside():
    # The clocks of Paris go forward during it; those of Algiers, equal until then, do not.
    meeting = MeetingFactory(
        starts_at=datetime(2022, 3, 27, 0, 30, tzinfo=UTC),
        ends_at=datetime(2022, 3, 27, 1, 30, tzinfo=UTC),
        time_zone="Africa/Algiers",
    )

    entry = entry_of(meeting, reader_zone="Europe/Paris")

    assert entry.when == (
        "Sunday 27 March 2022, 01:30 Paris (UTC+1) to Sunday 27 March 2022, 03:30 Paris (UTC+2)"
    )
    assert entry.beside[-1] == "Sunday 27 March 2022, 01:30 to 02:30 Algiers (UTC+1)"


def test_whole_day_stands_in_its_own_month_wherever_the_reader_is():
    starts_at, ends_at = all_day_range(date(2022, 6, 1), date(2022, 6, 1), "Pacific/Kiritimati")
    meeting = MeetingFactory(
        starts_at=starts_at, ends_at=ends_at, time_zone="Pacific/Kiritimati", is_all_day=True
    )

    [month] = group_by_month([meeting], reader_zone="Pacific/Honolulu")

    assert month.name == "June 2022"
    assert [entry.starts for entry in month.entries] == ["2022-06-01"]


def test_month_stands_once_where_the_months_of_meetings_are_of_different_zones():
    meetings = [
        MeetingFactory(
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), time_zone=time_zone
        )
        for starts_at, time_zone in (
            (datetime(2021, 12, 31, 20, tzinfo=UTC), "Pacific/Auckland"),
            (datetime(2021, 12, 31, 21, tzinfo=UTC), "America/New_York"),
            (datetime(2022, 1, 3, 9, tzinfo=UTC), "Europe/Zurich"),
        )
    ]

    months = group_by_month(meetings)

    assert sorted(len(month.entries) for month in months) == [1, 2]
