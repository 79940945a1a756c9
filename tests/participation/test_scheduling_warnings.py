from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import Meeting, MeetingKind, MeetingStatus
from participation.services.scheduling_warnings import scheduling_warnings
from tests.factories import NOON, FocalPointFactory, MeetingFactory
from tests.meetings.desk import staff_with, staff_within_reach
from tests.meetings.repeated import TUESDAYS, at_three, to_come
from tests.meetings.series_desk import LIST, page_of, rule_typed
from tests.meetings.test_meetings import as_shown
from tests.participation.people import focal_point_in, meeting_of

A_DAY, DAY = timedelta(days=1), TUESDAYS[2]


@pytest.fixture
def officer(client):
    user = staff_with("view_meeting", "add_meeting", "change_meeting", "cancel_meeting")
    client.force_login(user)
    return user


def remarks_on(meeting, by=None):
    [remarks] = scheduling_warnings([meeting], by=by or staff_with())
    return remarks


def at_noon(area, **facts):
    """A meeting from 12:00 to 13:00 in Geneva on a day of November, when that is 11:00 UTC."""
    return MeetingFactory(
        **{"focus_area": area, "starts_at": at_three(DAY, hour=12), "title": "Ours", **facts}
    )


# Clashes


def test_meeting_at_the_same_time_in_the_same_area_is_pointed_out(area):
    ours = at_noon(area)
    at_noon(area, title="Other", starts_at=ours.starts_at + timedelta(minutes=30))

    [said] = remarks_on(ours)
    assert said == (
        f"Overlaps with “Other” ({area.name}): Tuesday 9 November 2021, 12:30 to 13:30 Geneva "
        "(UTC+1)."
    )


def test_meeting_of_the_whole_coalition_clashes_with_one_of_an_area(area):
    of_all, of_an_area = at_noon(None), at_noon(area)

    assert [len(remarks_on(of_all)), len(remarks_on(of_an_area))] == [1, 1]


def test_meeting_of_other_people_or_at_another_time_is_no_clash(area, other_area):
    ours = at_noon(area)
    at_noon(other_area)
    at_noon(area, starts_at=ours.ends_at)
    at_noon(area, starts_at=ours.starts_at - timedelta(hours=1))
    cancelled = at_noon(area, status=MeetingStatus.CANCELLED)
    deadline = at_noon(area, kind=MeetingKind.DEADLINE)

    assert [remarks_on(each) for each in (ours, cancelled, deadline)] == [[], [], []]


def test_sittings_of_one_meeting_or_one_after_the_other_do_not_clash(area):
    ours = at_noon(area)
    second = at_noon(area, sitting_of=ours)
    third = at_noon(area, sitting_of=ours)
    next_one = at_noon(area, starts_at=ours.ends_at)
    meetings = [ours, second, third, next_one]

    for planned in (meetings, meetings[::-1]):
        assert scheduling_warnings(planned, by=staff_with()) == [[], [], [], []]


def test_meetings_are_judged_as_they_will_be_and_not_as_they_are_stored(area):
    ours, other = at_noon(area), at_noon(area, title="Other")
    other.starts_at += A_DAY
    other.ends_at += A_DAY
    new = Meeting(
        focus_area=area,
        kind=MeetingKind.MEETING,
        title="New",
        starts_at=other.starts_at,
        ends_at=other.ends_at,
        time_zone="Europe/Zurich",
    )

    of_ours, of_other, of_new = scheduling_warnings([ours, other, new], by=staff_with())

    assert of_ours == []
    assert "“New”" in of_other[0]
    assert "“Other”" in of_new[0]


def test_many_clashes_are_counted(area):
    ours = at_noon(area)
    for _number in range(5):
        at_noon(area)

    assert len(remarks_on(ours)) == 4
    assert remarks_on(ours)[3] == "Overlaps with 2 more meetings."


def test_draft_beyond_reach_is_not_told_of(area):
    coordinator = staff_within_reach("view_meeting")
    area.coordinators.add(coordinator)
    ours = at_noon(area)
    at_noon(None, status=MeetingStatus.DRAFT)

    assert remarks_on(ours, by=coordinator) == []
    assert len(remarks_on(ours)) == 1


# Nights


def people_in(area, **numbers):
    for zone, number in numbers.items():
        for _number in range(number):
            focal_point_in(area, time_zone=zone.replace("__", "/"))


def test_night_of_those_concerned_is_counted_by_the_hour_at_which_it_begins(area, other_area):
    people_in(area, Europe__Zurich=3, Pacific__Auckland=2, America__Bogota=1)
    people_in(other_area, Pacific__Auckland=4)
    FocalPointFactory(time_zone="Pacific/Auckland")

    of_an_area, of_all = (
        remarks_on(at_noon(area)),
        remarks_on(at_noon(None, starts_at=at_three(TUESDAYS[3], hour=12))),
    )

    assert of_an_area == ["At night for 3 of 6 people. Local start: 00:00 for 2, 06:00 for 1."]
    assert of_all == ["At night for 7 of 10 people. Local start: 00:00 for 6, 06:00 for 1."]


@pytest.mark.parametrize(
    ("hour", "lasts", "is_night"),
    [(7, 60, False), (6, 60, True), (21, 60, False), (21, 61, True), (22, 30, True), (0, 30, True)],
)
def test_night_is_from_ten_to_seven(area, hour, lasts, is_night):
    people_in(area, Europe__Zurich=1)
    starts_at = at_three(DAY, hour=hour)

    meeting = at_noon(area, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=lasts))

    assert bool(remarks_on(meeting)) == is_night


def test_whole_days_are_at_no_hour(area):
    people_in(area, Europe__Zurich=1)
    midnight = at_three(DAY, hour=0)

    assert (
        remarks_on(at_noon(area, starts_at=midnight, ends_at=midnight + A_DAY, is_all_day=True))
        == []
    )


def test_many_hours_are_summed_up(area):
    people_in(
        area,
        Pacific__Auckland=1,
        America__Bogota=1,
        Australia__Sydney=1,
        America__Denver=1,
        America__Los_Angeles=1,
    )

    [said] = remarks_on(at_noon(area))
    assert said == (
        "At night for 5 of 5 people. Local start: 00:00 for 1, 03:00 for 1, 04:00 for 1, other "
        "times for 2."
    )


def test_foresight_asks_the_database_twice_for_one_and_for_nine(area):
    people_in(area, Europe__Zurich=1, Pacific__Auckland=1)
    meetings, officer = [at_noon(area) for _number in range(9)], staff_with()
    officer = type(officer).objects.get(pk=officer.pk)
    officer.has_perm("focus_areas.view_every_area")

    for some in (meetings[:1], meetings):
        with CaptureQueriesContext(connection) as queries:
            scheduling_warnings(some, by=officer)
        assert len(queries) == 2


# At the desk


def test_meeting_form_points_out_and_saves_all_the_same(client, officer, area):
    people_in(area, Pacific__Auckland=1)
    ours, _other = meeting_of(area, title="Ours"), meeting_of(area, title="Other")
    is_over, _too = meeting_of(area, starts_at=NOON), meeting_of(area, starts_at=NOON)

    shown = client.get(page_of(ours))
    saved = client.post(page_of(ours), as_shown(ours, title="Still ours"), follow=True)
    sent = as_shown(is_over, recording_link="https://videos.example.org/1")
    saved_when_over = client.post(page_of(is_over), sent, follow=True)

    for response in (shown, saved):
        assert "Overlaps with “Other”" in response.text
    assert Meeting.objects.get(pk=ours.pk).title == "Still ours"
    assert "Overlaps with" not in saved_when_over.text


def test_warning_is_shown_once_if_the_form_is_shown_again(client, officer, area):
    ours = meeting_of(area)
    meeting_of(area, title="Other")

    sent = as_shown(ours, title="Still ours", _continue="1")
    saved = client.post(page_of(ours), sent, follow=True)

    assert saved.text.count("Overlaps with “Other”") == 1


def test_preview_of_a_series_points_out_at_each_meeting(client, officer, area):
    people_in(area, Pacific__Auckland=1)
    MeetingFactory(focus_area=None, title="Other", starts_at=at_three(DAY.replace(year=2022)))
    sent = rule_typed(focus_area=area.pk, first_day="2022-11-02", start_time="15:00")

    response = client.post(f"{LIST}add/", sent)
    falls_away = client.get(page_of(to_come(focus_area=area)[0], "series/cancel"))

    said = [remarks for _line, remarks in response.context["lines"]]
    assert [len(remarks) for remarks in said] == [1, 2, 1]
    assert "“Other”" in said[1][0]
    assert "At night for 1 of 1 people" in response.text
    assert "At night" not in falls_away.text
