"""The page of the next meetings, and the list of meetings that begins with the nearest one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.models import MeetingStatus
from participation.models import RsvpChoice
from tests.factories import MeetingFactory, RsvpFactory
from tests.meetings.desk import staff_with
from tests.meetings.series_desk import LIST, page_of
from tests.participation.people import focal_point_in, meeting_of
from tests.queries import queries_of
from tests.triage.staff import coordinator, officer, read, signed_in

NEXT = f"{LIST}next/"
FRONT_PAGE = "/admin/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = timezone.now().replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def desk(area):
    return signed_in(coordinator(area, name="Ada"))


def shown(client, **asked):
    return [meeting.title for meeting in client.get(LIST, asked).context["cl"].result_list]


def test_next_meetings_show_answers_and_what_is_missing(desk, area, other_area):
    soon = meeting_of(area, title="Soon", starts_at=AT + DAY, is_tentative=True)
    for choice in (RsvpChoice.YES, RsvpChoice.REMOTE):
        RsvpFactory(meeting=soon, focal_point=focal_point_in(area), choice=choice)
    focal_point_in(area)
    meeting_of(other_area, title="Elsewhere", starts_at=AT + DAY)
    draft = meeting_of(area, title="Draft", starts_at=AT + 2 * DAY, status=MeetingStatus.DRAFT)
    over = meeting_of(area, title="Over", starts_at=AT - DAY)

    page = read(desk.get(NEXT))

    for meeting in (soon, draft, over):
        assert f'href="{page_of(meeting)}"' in page
    assert "Elsewhere" not in page
    assert f'<a href="{page_of(soon, "expected")}">1 of 3</a>' in page
    assert page.count("To be confirmed") == 1
    assert page.count("No agenda") == 2
    assert "Nobody is invited to a draft." in page
    assert f'<a href="{page_of(over, "attendance")}">Attendance is not recorded</a>' in page
    assert "Minutes are missing" in page


def test_next_meetings_show_a_month_in_the_time_zone_of_the_coordinator(area):
    client = signed_in(coordinator(area, name="Ada", time_zone="Asia/Tokyo"))
    late = timezone.datetime(2030, 6, 14, 20, tzinfo=timezone.get_fixed_timezone(0))
    meeting_of(area, title="Night", starts_at=late)

    month = client.get(NEXT, {"month": "2030-06"}).context["month"]

    assert [(str(day.date), len(day.meetings)) for day in month.days] == [("2030-06-15", 1)]


def test_page_without_meetings_says_what_will_appear(desk):
    page = desk.get(NEXT).text

    assert "Meetings that you add appear here" in page
    assert "Nothing to do" in page
    assert "No meetings in this month." in page


def test_front_page_of_a_coordinator_shows_the_five_nearest_meetings_of_the_area(
    desk, area, other_area
):
    soon = meeting_of(area, title="Soon", starts_at=AT + DAY)
    RsvpFactory(meeting=soon, focal_point=focal_point_in(area), choice=RsvpChoice.NO)
    focal_point_in(area)
    for days in range(2, 8):
        meeting_of(area, title=f"In {days} days", starts_at=AT + days * DAY, agenda="1. Welcome")
    meeting_of(other_area, title="Elsewhere", starts_at=AT + DAY)
    over = meeting_of(area, title="Over", starts_at=AT - DAY)

    page = desk.get(FRONT_PAGE)

    rows = [row.meeting.title for row, _when in page.context["upcoming"]]
    assert rows == ["Soon", *(f"In {days} days" for days in (2, 3, 4, 5))]
    assert [row.meeting for row, _when in page.context["to_follow_up"]] == [over]
    markup = read(page)
    assert f'<a href="{page_of(soon, "expected")}">1 of 2 people have answered</a>' in markup
    assert markup.count("No agenda") == 1
    assert "Minutes are missing" in markup
    assert f'<a href="{NEXT}">All next meetings</a>' in markup


def test_front_page_of_an_officer_has_no_meetings(area):
    meeting_of(area, title="Soon", starts_at=AT + DAY)

    assert "Soon" not in signed_in(officer()).get(FRONT_PAGE).text


def test_front_page_needs_as_many_queries_for_five_meetings_as_for_one(desk, area):
    focal_point_in(area)
    meeting_of(area, starts_at=AT + HOUR)
    desk.get(FRONT_PAGE)
    for_one = queries_of(desk, FRONT_PAGE)
    for _number in range(4):
        meeting_of(area, starts_at=AT + HOUR)

    assert queries_of(desk, FRONT_PAGE) == for_one


def test_list_opens_with_the_nearest_meeting_and_has_past_ones_by_a_filter(client):
    client.force_login(staff_with("view_meeting"))
    for title, starts_at in (
        ("Far", AT + 9 * DAY),
        ("Near", AT + DAY),
        ("Now", AT),
        ("Yesterday", AT - DAY),
        ("Long ago", AT - 9 * DAY),
    ):
        MeetingFactory(title=title, starts_at=starts_at, ends_at=starts_at + 2 * HOUR)

    assert shown(client) == ["Now", "Near", "Far"]
    assert shown(client, when="past") == ["Yesterday", "Long ago"]
    assert shown(client, when="all") == ["Far", "Near", "Now", "Yesterday", "Long ago"]
    assert shown(client, q="o") == ["Now", "Long ago"]
    assert shown(client, when="never") == ["Now", "Near", "Far"]


def test_page_that_schedules_a_meeting_warns_of_the_night(client, area):
    client.force_login(staff_with("view_meeting", "schedule_meeting"))
    meeting = meeting_of(area, status=MeetingStatus.DRAFT, starts_at=AT.replace(hour=12) + DAY)
    focal_point_in(area, time_zone="Pacific/Auckland")

    page = client.get(page_of(meeting, "put-on-the-calendar")).text

    assert "At night for 1 of 1 people." in page
