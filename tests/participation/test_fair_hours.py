"""The hours of the planned day on the form of a meeting."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode
from django.utils.translation import override

from core.time_zones import continent
from meetings.forms.meetings import MeetingForm
from meetings.models import Meeting, MeetingStatus, Series
from meetings.services.meetings import change_meeting
from participation.admin.fair_hours import fair_hours_of, plan_of, with_start
from participation.services.fair_hours import Plan, hours_in_words
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.meetings.desk import staff_with, staff_within_reach
from tests.meetings.repeated import to_come
from tests.meetings.series_desk import LIST, page_of, rule_typed
from tests.meetings.test_meetings import as_shown, typed
from tests.participation.people import focal_point_in, meeting_of

ADD = f"{LIST}add/"
HOUR = timedelta(hours=1)


@pytest.fixture
def officer(client):
    user = staff_with("view_meeting", "add_meeting", "change_meeting")
    client.force_login(user)
    return user


@pytest.fixture
def people(area, other_area):
    """Four people in Geneva, one in Auckland, one in Los Angeles, and others elsewhere."""
    for zone in (*["Europe/Zurich"] * 4, "Pacific/Auckland", "America/Los_Angeles"):
        focal_point_in(area, time_zone=zone)
    focal_point_in(other_area, time_zone="Asia/Kolkata")
    FocalPointFactory(time_zone="Asia/Kolkata")


def hours_for(area, **facts):
    return hours_in_words(
        Plan(
            **{
                "focus_area": area,
                "day": date(2021, 11, 9),
                "zone": "Europe/Zurich",
                "start": None,
                "length": HOUR,
                **facts,
            }
        )
    )


def value_of(response, name):
    return response.context["adminform"].form[name].value()


def planned(area, **answers):
    """What is typed about a meeting of an area on Tuesday 9 November 2021."""
    sent = {"first_day": "2021-11-09", "start_time": "10:00", "end_time": "11:00", **answers}
    return typed(focus_area=area.pk if area else "", **sent)


# The words


def test_proposals_say_why_in_words(area, people):
    work, awake, pair = hours_for(area).proposals

    assert work.title == "Most people at work"
    assert work.reason == "17:00 Geneva: 5 at work, 0 awake, 1 asleep."
    assert work.asleep == "Oceania 1"
    assert (awake.title, awake.asleep) == ("Fewest people asleep", "")
    assert awake.reason == "20:00 Geneva: 2 at work, 4 awake, 0 asleep."
    assert pair.title == "Two sittings: most people at work at one of them"
    assert pair.reason == "12:00 and 20:00 Geneva together reach everybody at work."


def test_start_as_entered_is_judged_also_between_full_hours(area, people):
    at_half_past, without = hours_for(area, start=time(17, 30)), hours_for(area)

    # After 18:00 nobody in Geneva is at work.
    assert at_half_past.typed.title == "As entered"
    assert at_half_past.typed.reason == "17:30 Geneva: 1 at work, 4 awake, 1 asleep."
    assert at_half_past.typed.asleep == "Oceania 1"
    assert without.typed is None


def test_pair_that_does_not_reach_everybody_says_how_many(area):
    for zone in ("Europe/Zurich", "Pacific/Auckland", "America/Los_Angeles", "Asia/Dhaka"):
        focal_point_in(area, time_zone=zone)

    [*_single, pair] = hours_for(area, length=12 * HOUR).proposals

    assert pair.reason == (
        "07:00 and 19:00 Geneva together reach 3 of 4 people awake, 0 of them at work."
    )
    assert pair.asleep == "Asia 1"


def test_coalition_is_everybody_and_an_area_its_own_people(area, people):
    assert (hours_for(None).number, hours_for(area).number) == (7, 6)


def test_one_person_and_nobody(area, other_area):
    focal_point_in(area, time_zone="Asia/Kathmandu")

    [proposal] = hours_for(area).proposals
    assert proposal.title == "Most people at work, fewest asleep"
    # 12:00 in Geneva is 16:45 in Kathmandu, and an hour later nobody works.
    assert proposal.reason == "12:00 Geneva: 1 at work, 0 awake, 0 asleep."
    assert hours_for(other_area) is None


def test_hour_that_occurs_twice_is_told_by_its_offset(area):
    focal_point_in(area)

    columns = hours_for(area, day=date(2021, 10, 31)).columns

    assert len(columns) == 25
    assert [column.words for column in columns[1:5]] == [
        "01:00 Geneva (UTC+2)",
        "02:00 Geneva (UTC+2)",
        "02:00 Geneva (UTC+1)",
        "03:00",
    ]


def test_continent_is_in_the_language_of_the_reader_and_utc_keeps_its_name():
    with override("fr"):
        assert [continent(zone) for zone in ("Pacific/Fiji", "Africa/Lagos", "UTC")] == [
            "Océanie",
            "Afrique",
            "UTC",
        ]


def test_hours_cost_one_query_for_one_person_and_for_many(area, people):
    for focus_area in (area, None):
        with CaptureQueriesContext(connection) as queries:
            hours_for(focus_area, start=time(14))
        assert len(queries) == 1
        assert "GROUP BY" in queries[0]["sql"]


# The form


def test_hours_of_a_new_meeting_are_shown_with_everything_that_was_typed(
    client, officer, area, people
):
    asked = client.get(ADD)
    sent = planned(area, title="Skills", agenda="Welcome", is_public="on", show_hours="1")
    shown = client.post(ADD, sent)

    assert "Enter the first day first." in asked.text
    assert shown.status_code == 200
    assert shown.context["fair_hours"].number == 6
    assert "17:00 Geneva: 5 at work, 0 awake, 1 asleep. Asleep: Oceania 1." in " ".join(
        shown.text.split()
    )
    kept = ("title", "agenda", "start_time", "focus_area", "is_public")
    assert [value_of(shown, name) for name in kept] == [
        "Skills",
        "Welcome",
        "10:00",
        str(area.pk),
        "on",
    ]
    # The Enter key presses the first button.
    assert shown.text.index('name="_save"') < shown.text.index('name="take"')
    assert not shown.context["adminform"].form.errors
    assert list(Meeting.objects.all()) == []


def test_start_is_taken_over_with_the_length_and_saved_by_the_form(client, officer, area, people):
    sent = planned(area, title="Skills", end_time="11:30")
    taken = client.post(ADD, {**sent, "take": "2021-11-09T23:00"})

    when = {
        name: value_of(taken, name)
        for name in ("first_day", "start_time", "last_day", "end_time", "time_zone")
    }
    assert when == {
        "first_day": "2021-11-09",
        "start_time": "23:00",
        "last_day": "2021-11-10",
        "end_time": "00:30",
        "time_zone": "Europe/Zurich",
    }
    assert "Nothing is saved yet." in taken.text
    client.post(ADD, {**sent, **when})
    meeting = Meeting.objects.get()
    assert meeting.starts_at == datetime(2021, 11, 9, 22, tzinfo=UTC)
    assert meeting.ends_at - meeting.starts_at == 1.5 * HOUR


def test_pair_is_taken_over_and_both_sittings_are_drafted(client, officer, area, people):
    taken = client.post(ADD, planned(area, take="2021-11-09T12:00 2021-11-09T20:00"))
    sent = planned(
        area,
        title="Skills",
        start_time=value_of(taken, "start_time"),
        end_time=value_of(taken, "end_time"),
        second_sitting="2021-11-09T20:00",
    )
    refused = client.post(ADD, {**sent, "title": ""})
    saved = client.post(ADD, sent, follow=True)

    for response in (taken, refused):
        assert 'name="second_sitting" value="2021-11-09T20:00" checked' in response.text
    first, second = Meeting.objects.order_by("starts_at")
    assert [each.starts_at.hour for each in (first, second)] == [11, 19]
    assert (second.sitting_of, second.title, second.status) == (
        first,
        "Skills",
        MeetingStatus.DRAFT,
    )
    assert second.ends_at - second.starts_at == HOUR
    assert second.history.get().history_user == officer
    assert "The second sitting is created as a draft, too: Tuesday 9 November 2021" in saved.text


def test_new_series_in_two_sittings_is_one_preview_and_two_linked_series(
    client, officer, area, people
):
    sent = rule_typed(focus_area=area.pk, second_sitting="2022-10-18T20:00")

    preview = client.post(ADD, sent)
    form = client.post(ADD, {**sent, "show_hours": "1"})
    client.post(ADD, {**sent, "confirmed": "1"})

    assert form.context["takes_pairs"] is True
    assert Meeting.objects.count() == len(preview.context["lines"])
    first, second = Series.objects.order_by("pk")
    assert (first.local_time, second.local_time) == (time(15), time(20))
    pairs = [
        (each.sitting_of.series, each.sitting_of.local_day, each.local_time)
        for each in second.meetings.all()
    ]
    days = first.meetings.order_by("occurrence").values_list("local_day", flat=True)
    assert sorted(pairs, key=lambda pair: pair[1]) == [(first, day, time(20)) for day in days]
    assert {each.status for each in Meeting.objects.all()} == {MeetingStatus.DRAFT}


def test_series_is_not_drafted_if_its_second_sitting_is_on_another_day(
    client, officer, area, people
):
    sent = rule_typed(focus_area=area.pk, second_sitting="2022-10-19T20:00", confirmed="1")

    refused = client.post(ADD, sent)

    assert refused.status_code == 409
    assert "must be at another time of the same day" in refused.text
    assert list(Meeting.objects.all()) == list(Series.objects.all()) == []


def test_meeting_that_exists_gets_a_second_sitting_in_one_act(client, officer, area, people):
    meeting = meeting_of(area, starts_at=datetime(2021, 11, 9, 9, tzinfo=UTC))
    sent = as_shown(meeting, second_sitting="2021-11-09T20:00")

    client.post(page_of(meeting), sent)

    [second] = Meeting.objects.exclude(pk=meeting.pk)
    assert (second.sitting_of, second.status) == (meeting, MeetingStatus.DRAFT)
    assert second.starts_at == datetime(2021, 11, 9, 19, tzinfo=UTC)
    meeting.refresh_from_db()
    assert meeting.version == 1


def test_third_sitting_is_linked_with_the_first(client, officer, area, people):
    first = meeting_of(area, starts_at=datetime(2021, 11, 9, 9, tzinfo=UTC))
    second = meeting_of(area, starts_at=datetime(2021, 11, 9, 19, tzinfo=UTC), sitting_of=first)

    client.post(page_of(second), as_shown(second, second_sitting="2021-11-09T06:00"))

    third = Meeting.objects.latest("pk")
    assert third.sitting_of == first


def test_no_second_sitting_is_created_for_several_meetings_at_once(client, officer, area, people):
    meeting, *others = to_come()
    sent = as_shown(meeting, title="Other", second_sitting="2021-11-09T20:00", scope="all")

    page = client.post(page_of(meeting), sent)

    assert "No second sitting was created" in page.text
    assert Meeting.objects.count() == 1 + len(others)


def test_move_page_shows_the_hours_at_once_and_takes_a_start_over(client, officer, area, people):
    meeting = meeting_of(area, starts_at=datetime(2021, 11, 9, 9, tzinfo=UTC))
    sent = as_shown(meeting, title="Typed")

    opened = client.get(page_of(meeting))
    taken = client.post(page_of(meeting), {**sent, "take": "2021-11-09T17:00"})

    chosen = [column.words for column in opened.context["fair_hours"].columns if column.is_chosen]
    assert chosen == ["10:00"]
    assert [value_of(taken, name) for name in ("title", "start_time")] == ["Typed", "17:00"]
    meeting.refresh_from_db()
    assert (meeting.version, meeting.title != "Typed") == (1, True)


def test_change_of_a_colleague_is_still_noticed_after_a_start_was_taken_over(
    client, officer, area, people
):
    meeting = meeting_of(area)
    sent = as_shown(meeting, title="Mine")
    change_meeting(meeting=meeting, by=UserFactory(), at=NOON, title="Theirs")
    taken = client.post(page_of(meeting), {**sent, "take": "2021-11-09T17:00"})

    version = value_of(taken, "version_shown")
    refused = client.post(page_of(meeting), {**sent, "version_shown": version})

    assert (taken.status_code, version, refused.status_code) == (200, "1", 409)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"first_day": "soon"}, "Enter the first day first."),
        ({"is_all_day": "on"}, "An all-day meeting has no hours to compare."),
        ({"kind": "deadline"}, "Nobody attends a deadline"),
        ({"last_day": "2021-11-10"}, "The meeting lasts a day or longer"),
        ({"time_zone": "Mars/Base"}, "Choose the focus area and the time zone first."),
        ({"first_day": "2011-12-30", "time_zone": "Pacific/Apia"}, "This day does not exist"),
    ],
)
def test_reason_is_given_if_there_are_no_hours_to_show(area, answers, said):
    focal_point_in(area)

    hours, reason = fair_hours_of(plan_of(MeetingForm(planned(area, **answers))))

    assert hours is None
    assert reason.startswith(said)


def test_nobody_concerned_is_said(area, other_area):
    focal_point_in(area)

    hours, reason = fair_hours_of(plan_of(MeetingForm(planned(other_area))))

    assert (hours, reason) == (
        None,
        "No focal points are concerned yet: there are no admitted members.",
    )


@pytest.mark.parametrize("start", ["", "soon", "2021-11-09T17:00 never", "9999-99-99T17:00"])
def test_start_that_is_no_time_changes_nothing(area, start):
    sent = QueryDict(urlencode(planned(area, take=start)))

    assert with_start(sent, MeetingForm(sent)) == sent


def test_days_of_a_series_show_the_hours_of_the_typed_first_day(client, area, people):
    client.force_login(
        staff_with("view_meeting", "change_meeting", "schedule_meeting", "cancel_meeting")
    )
    [meeting, *_others] = to_come(focus_area=area)
    page = page_of(meeting, "series/days")
    saturday = {"first_day": "2030-06-15", "repeats": "weekly", "times": "3", "scope": "later"}

    opened = client.get(page).context["fair_hours"]
    shown = client.post(page, {**saturday, "again": "1"})

    assert [column.words for column in opened.columns if column.is_chosen] == ["15:00"]
    assert max(column.hour.reach.at_work for column in opened.columns) > 1
    assert shown.context["fair_hours"].day == "Saturday 15 June 2030"
    # On that day it is Friday in Los Angeles for some hours.
    assert {column.hour.reach.at_work for column in shown.context["fair_hours"].columns} == {0, 1}
    assert shown.context["form"]["times"].value() == "3"
    assert 'name="take"' not in shown.text


def test_coordinator_sees_no_numbers_of_another_area(client, area, other_area, people):
    user = staff_within_reach("view_meeting", "add_meeting")
    area.coordinators.add(user)
    client.force_login(user)

    numbers = [
        client.post(ADD, planned(each, show_hours="1")).context["fair_hours"]
        for each in (area, other_area, None)
    ]

    assert [numbers[0].number, *numbers[1:]] == [6, None, None]


def test_person_who_may_not_edit_gets_no_hours(client, area, people):
    client.force_login(staff_with("view_meeting"))
    meeting = meeting_of(area)

    assert "fair-hours" not in client.get(page_of(meeting)).text


def test_form_needs_one_query_more_with_hours_than_without(client, officer, area, people):
    def queries(**answers):
        with CaptureQueriesContext(connection) as captured:
            assert client.post(ADD, planned(area, show_hours="1", **answers)).status_code == 200
        return len(captured)

    queries()
    # Without a day, the area is looked up, but no people are counted.
    assert queries() - queries(first_day="") == 1
