"""Meetings on the days of a month and in a list, in the reader's time zone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from meetings.models import Meeting, MeetingStatus
from meetings.services.meeting_list import group_by_month
from meetings.services.month_calendar import (
    EARLIEST,
    LATEST,
    month_asked_for,
    month_of_weeks,
    weekdays_in_words,
)
from tests.factories import NOON, MeetingFactory
from tests.meetings.repeated import whole_days

pytestmark = pytest.mark.usefixtures("no_meetings")
TODAY = date(2021, 10, 25)
OCTOBER = date(2021, 10, 1)
DAY = timedelta(days=1)
LINK = "https://meet.example.org/room"


def month_of(zone="Europe/Zurich", first=OCTOBER, **more):
    return month_of_weeks(
        Meeting.objects.scheduled_or_cancelled(), first=first, today=TODAY, zone=zone, **more
    )


def shown_in(month):
    return {
        day.date.day: [(each.entry.meeting.title, each.when) for each in day.meetings]
        for day in month.days
    }


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("2022-02", date(2022, 2, 1)),
        ("2021-01", EARLIEST),
        ("2099-12", LATEST),
        *((typed, OCTOBER) for typed in ("", "2022-13", "2022-02-03", "2020-12", "2100-01")),
        *((typed, OCTOBER) for typed in ("0001-01", "99999-01", "\x00", "next")),
    ],
)
def test_month_asked_for_is_a_month_whatever_is_typed(typed, first):
    assert month_asked_for(typed, today=TODAY) == first


def test_month_is_of_weeks_that_begin_on_monday_and_leave_out_other_months():
    month = month_of()

    assert [[day and day.date.day for day in week] for week in month.weeks] == [
        [None, None, None, None, 1, 2, 3],
        [4, 5, 6, 7, 8, 9, 10],
        [11, 12, 13, 14, 15, 16, 17],
        [18, 19, 20, 21, 22, 23, 24],
        [25, 26, 27, 28, 29, 30, 31],
    ]
    assert [day.date for week in month.weeks for day in week if day and day.is_today] == [TODAY]
    assert (month.name, month.days) == ("October 2021", [])


def test_month_has_no_way_beyond_the_calendar():
    december = month_of(first=date(2021, 12, 1))

    assert (month_of(first=EARLIEST).previous, month_of(first=LATEST).next) == (None, None)
    assert (december.previous, december.next) == (date(2021, 11, 1), date(2022, 1, 1))


@pytest.mark.parametrize(
    ("zone", "october", "november"),
    [
        ("UTC", {31: "22:30 to 23:30"}, {}),
        ("America/Jamaica", {31: "17:30 to 18:30"}, {}),
        ("Asia/Tokyo", {}, {1: "07:30 to 08:30"}),
    ],
)
def test_meeting_stands_on_the_readers_day_in_the_readers_month(zone, october, november):
    MeetingFactory(title="Late", starts_at=datetime(2021, 10, 31, 22, 30, tzinfo=UTC))

    months = [month_of(zone), month_of(zone, first=date(2021, 11, 1))]

    assert [shown_in(month) for month in months] == [
        {day: [("Late", words)] for day, words in days.items()} for days in (october, november)
    ]


@pytest.mark.parametrize(
    ("lasts", "shown"),
    [
        # Until midnight, past midnight, and for several days.
        (timedelta(hours=1), {14: "23:00 to 00:00"}),
        (timedelta(hours=2), {14: "from 23:00", 15: "until 01:00"}),
        (timedelta(days=2), {14: "from 23:00", 15: "continues", 16: "until 23:00"}),
    ],
)
def test_meeting_over_midnight_stands_on_each_of_its_days(lasts, shown):
    start = datetime(2021, 10, 14, 21, tzinfo=UTC)
    MeetingFactory(title="Night", starts_at=start, ends_at=start + lasts)

    assert shown_in(month_of()) == {day: [("Night", words)] for day, words in shown.items()}


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Zurich"])
def test_whole_days_stand_on_their_own_dates_for_every_reader(zone):
    for title, last in (("Roundtable", date(2021, 11, 2)), ("Day", date(2021, 10, 31))):
        MeetingFactory(title=title, **whole_days(date(2021, 10, 31), last, "Africa/Kigali"))
    november = month_of(zone, first=date(2021, 11, 1))

    october = shown_in(month_of(zone))
    assert {day: set(shown) for day, shown in october.items()} == {
        31: {("Roundtable", "Day 1 of 3"), ("Day", "All day")}
    }
    assert shown_in(november) == {
        1: [("Roundtable", "Day 2 of 3")],
        2: [("Roundtable", "Day 3 of 3")],
    }
    assert [[each.is_first for each in day.meetings] for day in november.days] == [[True], [False]]
    assert [len(day.begun) for day in november.days] == [1, 0]


@pytest.mark.parametrize(
    ("zone", "in_geneva", "sees_links"),
    [
        ("Europe/Zurich", "", True),
        ("Africa/Nairobi", "14:00 Geneva", False),
        ("Pacific/Kiritimati", "Mon 14:00 Geneva", True),
    ],
)
def test_geneva_stands_beside_where_its_clocks_differ_and_links_for_who_may_see_them(
    zone, in_geneva, sees_links
):
    meeting = MeetingFactory(starts_at=NOON, join_link=LINK)
    link = f"http://testserver/en/my/meetings/{meeting.uid}/join/"

    [day] = month_of(zone, with_join_links=sees_links).days

    shown = [(each.in_geneva, each.entry.join_address) for each in day.meetings]
    assert shown == [(in_geneva, link if sees_links else "")]


def test_without_a_reader_a_meeting_stands_on_its_own_day():
    starts_at = datetime(2021, 10, 31, 23, 30, tzinfo=UTC)
    MeetingFactory(title="In Tokyo", starts_at=starts_at, time_zone="Asia/Tokyo")
    MeetingFactory(title="In Lima", starts_at=starts_at, time_zone="America/Lima")

    october, november = month_of(""), month_of("", first=date(2021, 11, 1))

    assert shown_in(october) == {31: [("In Lima", "18:30 to 19:30")]}
    assert shown_in(november) == {1: [("In Tokyo", "08:30 to 09:30")]}


@pytest.mark.parametrize("first", [date(2021, 3, 1), date(2021, 10, 1)])
@pytest.mark.parametrize("zone", ["Europe/Zurich", ""])
def test_month_in_which_the_clocks_change_has_each_day_once(first, zone):
    for number in range(31):
        starts_at = datetime(first.year, first.month, 1, 1, 30, tzinfo=UTC) + number * DAY
        MeetingFactory(starts_at=starts_at)

    month = month_of(zone, first=first)

    assert [day.date.day for day in month.days] == list(range(1, 32))
    assert [len(day.meetings) for day in month.days] == [1] * 31
    assert len(month.meetings) == 31


def test_meetings_of_a_day_come_in_the_order_of_time_and_drafts_not_at_all(
    django_assert_num_queries,
):
    second = MeetingFactory(title="Second", starts_at=NOON)
    first = MeetingFactory(title="First", starts_at=NOON - timedelta(hours=3))
    MeetingFactory(title="Draft", starts_at=NOON, status=MeetingStatus.DRAFT)
    MeetingFactory(title="In November", starts_at=NOON + timedelta(days=8))

    def about(meetings):
        assert meetings == [first, second]
        return {meeting.pk: f"{meeting.title} of mine" for meeting in meetings}

    with django_assert_num_queries(1):
        [day] = month_of(about=about).days

    assert [each.about for each in day.meetings] == ["First of mine", "Second of mine"]
    assert day.name == "Monday 25 October 2021"


def test_days_of_the_week_begin_with_monday_in_the_readers_language():
    with override("fr"):
        assert [full for _short, full in weekdays_in_words()][::6] == ["lundi", "dimanche"]
    assert weekdays_in_words()[0] == ("Mon", "Monday")


@pytest.mark.parametrize(
    ("starts_at", "zone", "when", "number", "last"),
    [
        (
            datetime(2022, 6, 7, 12, tzinfo=UTC),
            "Europe/Berlin",
            "Tuesday 7 June 2022, 14:00 to 15:00 Paris (UTC+2)",
            1,
            "Tuesday 7 June 2022, 14:00 to 15:00 Geneva (UTC+2)",
        ),
        # The clocks of Paris go forward during it; those of Algiers, equal until then, do not.
        (
            datetime(2022, 3, 27, 0, 30, tzinfo=UTC),
            "Africa/Algiers",
            (
                "Sunday 27 March 2022, 01:30 Paris (UTC+1) to "
                "Sunday 27 March 2022, 03:30 Paris (UTC+2)"
            ),
            2,
            "Sunday 27 March 2022, 01:30 to 02:30 Algiers (UTC+1)",
        ),
    ],
)
def test_zone_stands_beside_if_its_clocks_part_from_the_readers_while_the_meeting_lasts(
    starts_at, zone, when, number, last
):
    meeting = MeetingFactory(
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), time_zone=zone
    )

    [month] = group_by_month([meeting], reader_zone="Europe/Paris")

    [entry] = month.entries
    assert entry.when == when
    assert (len(entry.beside), entry.beside[-1]) == (number, last)


def test_whole_day_stands_in_its_own_month_wherever_the_reader_is():
    day = whole_days(date(2022, 6, 1), date(2022, 6, 1), "Pacific/Kiritimati")
    meeting = MeetingFactory(**day)

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
