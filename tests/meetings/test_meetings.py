from datetime import UTC, date, datetime, timedelta

import pytest

from core.time_zones import zones_by_continent
from focus_areas.models import FocusArea
from meetings.forms.meetings import MeetingForm, time_zones
from tests.factories import NOON, MeetingFactory
from tests.meetings.repeated import whole_days

LEFT_OUT = (
    "02:30 does not exist on this day in Geneva because the clocks go forward. Enter an earlier or "
    "a later time."
)
TWICE = (
    "02:30 occurs twice on this day in Geneva because the clocks go back. Enter another time, or "
    "choose the time zone UTC and enter the time in UTC."
)
LINK = "https://meet.example.org/abc"
WHOLE = {"is_all_day": "on", "start_time": "", "end_time": ""}


def typed(**answers):
    """Return the form data of one meeting, with some changes."""
    return {
        "kind": "meeting",
        "title": "Kick-off",
        "language": "en",
        "focus_area": "",
        "time_zone": "Europe/Zurich",
        "first_day": "2021-10-25",
        "start_time": "14:00",
        "last_day": "",
        "end_time": "15:30",
        "place": "",
        "join_link": "",
        "agenda": "",
        **answers,
    }


def as_shown(meeting, **answers):
    """Return the form data of an existing meeting as shown, with some changes."""
    shown = MeetingForm(instance=meeting)
    values = {
        name: shown[name].value() for name in shown.fields if shown[name].value() not in (None, "")
    }
    boxes = ("is_all_day", "is_tentative", "is_public", "is_join_public", "is_recording_public")
    return {name: value for name, value in values.items() if name not in boxes or value} | answers


def facts_of(sent, meeting=None):
    form = MeetingForm(sent, instance=meeting)
    assert form.is_valid(), form.errors
    return form.facts()


def test_times_are_taken_on_the_clocks_of_the_meetings_zone():
    area = FocusArea.objects.get(number=3)

    assert facts_of(typed(time_zone="Asia/Kolkata", focus_area=str(area.pk))) == {
        "focus_area": area,
        "part": None,
        "kind": "meeting",
        "title": "Kick-off",
        "language": "en",
        "starts_at": datetime(2021, 10, 25, 8, 30, tzinfo=UTC),
        "ends_at": datetime(2021, 10, 25, 10, 0, tzinfo=UTC),
        "time_zone": "Asia/Kolkata",
        "is_all_day": False,
        "is_tentative": False,
        "is_public": False,
        "is_join_public": False,
        "place": "",
        "join_link": "",
        "agenda": "",
        "recording_link": "",
        "is_recording_public": False,
    }


def test_times_are_shown_on_the_clocks_of_the_meetings_zone():
    meeting = MeetingFactory(
        starts_at=datetime(2021, 10, 25, 20, 30, tzinfo=UTC),
        ends_at=datetime(2021, 10, 25, 22, 0, tzinfo=UTC),
        time_zone="Asia/Kolkata",
    )

    days = whole_days(date(2022, 6, 7), date(2022, 6, 9), "Africa/Kigali")

    form = MeetingForm(instance=meeting)
    of_days = MeetingForm(instance=MeetingFactory(**days))

    assert str(form["first_day"].value()) == "2021-10-26"
    assert str(form["start_time"].value()) == "02:00:00"
    assert 'value="02:00"' in str(form["start_time"])
    assert 'value="2021-10-26"' in str(form["first_day"])
    assert str(form["end_time"].value()) == "03:30:00"
    shown = [of_days[name].value() for name in ("first_day", "last_day", "start_time")]
    assert shown == [date(2022, 6, 7), date(2022, 6, 9), None]


@pytest.mark.parametrize(
    ("answers", "ends_at"),
    [
        ({"last_day": "2021-10-26", "end_time": "01:00"}, datetime(2021, 10, 25, 23, tzinfo=UTC)),
        ({**WHOLE, "last_day": "2021-10-26"}, datetime(2021, 10, 26, 22, tzinfo=UTC)),
        # 25 hours.
        ({**WHOLE, "first_day": "2021-10-31"}, datetime(2021, 10, 31, 23, tzinfo=UTC)),
    ],
)
def test_last_day_may_be_another_and_of_whole_days_needs_no_time(answers, ends_at):
    assert facts_of(typed(**answers))["ends_at"] == ends_at


def test_meeting_without_a_typed_end_lasts_an_hour():
    facts = facts_of(typed(start_time="23:30", end_time=""))

    assert facts["ends_at"] - facts["starts_at"] == timedelta(hours=1)


@pytest.mark.parametrize(
    ("answers", "field", "sentence"),
    [
        ({"first_day": "2022-03-27", "start_time": "02:30"}, "start_time", LEFT_OUT),
        ({"first_day": "2021-10-31", "start_time": "02:30"}, "start_time", TWICE),
        ({"start_time": ""}, "start_time", "Enter a time, or tick “all day”."),
        (
            {"end_time": "", "last_day": "2021-10-26"},
            "end_time",
            "Enter a time, or tick “all day”.",
        ),
        ({"end_time": "14:00"}, "end_time", "The end must be after the start."),
        ({"last_day": "2021-10-24"}, "last_day", "The last day must not be before the first day."),
        (
            {"is_all_day": "on", "end_time": ""},
            "start_time",
            "An all-day meeting has no times. Clear this field, or untick “all day”.",
        ),
        (
            {"time_zone": "Geneva"},
            "time_zone",
            "Select a valid choice. Geneva is not one of the available choices.",
        ),
        (
            {"recording_link": LINK, "is_recording_public": "on"},
            "__all__",
            "A recording can be public only if the meeting is public and has a link to it.",
        ),
        ({"is_join_public": "on"}, "__all__", "Everybody can join only a public meeting."),
    ],
)
def test_answers_that_cannot_be_are_refused_at_their_field(answers, field, sentence):
    assert MeetingForm(typed(**answers)).errors == {field: [sentence]}


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "0202-10-25"])
@pytest.mark.parametrize("times", [{}, WHOLE])
def test_day_at_which_no_calendar_is_is_refused_at_its_field(day, times):
    form = MeetingForm(typed(first_day=day, last_day=day, time_zone="Asia/Tokyo", **times))

    assert "first_day" in form.errors


@pytest.mark.parametrize(
    ("answers", "join_link"), [({"join_link": ""}, LINK), ({"remove_join_link": "on"}, "")]
)
def test_empty_join_link_keeps_the_one_that_is_there_unless_it_is_removed(answers, join_link):
    meeting = MeetingFactory(join_link=LINK)

    assert facts_of(as_shown(meeting, title="Better", **answers), meeting)["join_link"] == join_link


def test_untouched_instants_stay_exact_in_the_hour_that_comes_twice():
    # 02:30 for the second time in Geneva, and both times with seconds.
    times = {
        "starts_at": datetime(2021, 10, 31, 1, 30, 15, tzinfo=UTC),
        "ends_at": datetime(2021, 10, 31, 3, 0, 45, tzinfo=UTC),
    }
    meeting = MeetingFactory(**times, time_zone="Europe/Zurich")
    # Browsers send no seconds.
    sent = as_shown(meeting, title="Better", start_time="02:30", end_time="04:00")

    facts = facts_of(sent, meeting)

    assert {name: facts[name] for name in times} == times


def test_another_zone_keeps_the_clocks_and_moves_the_instant():
    meeting = MeetingFactory(starts_at=NOON, time_zone="Europe/Zurich")

    facts = facts_of(as_shown(meeting, time_zone="UTC"), meeting)

    assert facts["starts_at"] == NOON + timedelta(hours=2)


def test_form_without_its_version_is_refused():
    meeting = MeetingFactory()
    sent = as_shown(meeting)
    del sent["version_shown"]

    form = MeetingForm(sent, instance=meeting)

    assert form.non_field_errors() == ["The form was incomplete. Open the meeting again."]


def test_zone_that_is_offered_no_more_stays_where_it_is():
    meeting = MeetingFactory(time_zone="US/Eastern")

    facts = facts_of(as_shown(meeting, title="Better"), meeting)

    assert facts["time_zone"] == "US/Eastern"
    # Others are offered the zones of the members' list.
    assert time_zones() == [*zones_by_continent(), ("UTC", "UTC")]
