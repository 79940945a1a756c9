"""Staff create a series, change a part of it, and cancel the rest."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus, Weekday
from tests.factories import MeetingFactory
from tests.journeys.steps import press
from tests.meetings.desk import staff_with
from tests.meetings.repeated import occurrences_of
from tests.participation.people import focal_point_in

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/meetings/meeting/"


@pytest.fixture
def first_day():
    Meeting.objects.all().delete()
    today = timezone.now().date()
    return today + timedelta(days=30 + (Weekday.TUESDAY - today.weekday()) % 7)


@pytest.fixture
def officer():
    return staff_with(
        "view_meeting", "add_meeting", "change_meeting", "schedule_meeting", "cancel_meeting"
    )


def rows_of(page):
    return page.get_by_role("table").get_by_role("row")


def test_series_is_planned_changed_and_called_off(page_of, assert_accessible, officer, first_day):
    area = FocusArea.objects.get(number=2)
    MeetingFactory(focus_area=None, title="Other", starts_at=timezone.now() + timedelta(days=1))
    for zone in ("Europe/Zurich", "America/Los_Angeles"):
        focal_point_in(area, time_zone=zone)
    page = page_of(officer)

    page.goto(f"{LIST}add/")
    page.get_by_label("Kind").select_option("Meeting")
    page.get_by_label("Title").fill("Every week")
    page.get_by_label("Focus area:").select_option(area.name)
    page.get_by_label("First day").fill(first_day.isoformat())
    page.get_by_role("textbox", name="From").fill("15:00")
    page.get_by_label("Until:", exact=True).fill("16:00")
    press(page, "Show the hours of this day")
    assert_accessible(page)
    # The nearest hour at which a person in Geneva and one in Los Angeles are both awake.
    press(page, "Use 17:00")
    expect(page.get_by_label("Title")).to_have_value("Every week")
    expect(page.get_by_label("Until:", exact=True)).to_have_value("18:00")
    page.get_by_text("All hours as a table").click()
    page.get_by_role("row", name="15:00").get_by_role("button").press("Enter")
    expect(page.get_by_role("textbox", name="From")).to_have_value("15:00")
    page.get_by_label("Repeats").select_option("weekly")
    page.get_by_label("Number of meetings").fill("4")
    press(page, "Save")
    # A heading, and each meeting.
    expect(rows_of(page)).to_have_count(5)
    assert_accessible(page)
    press(page, "Create draft meetings")
    expect(page.get_by_text("4 draft meetings created.")).to_be_visible()

    page.get_by_role("link", name="Schedule", exact=True).click()
    press(page, "Schedule")
    expect(page.get_by_text("Scheduled: 4")).to_be_visible()

    third = rows_of(page).nth(3).get_by_role("link")
    third.click()
    page.get_by_label("Place").fill("Kigali")
    page.get_by_label("This and following meetings").check()
    press(page, "Save")
    expect(rows_of(page)).to_have_count(3)
    assert_accessible(page)
    press(page, "Back to the form")
    expect(page.get_by_label("Place")).to_have_value("Kigali")
    page.get_by_label("Place").fill("Nairobi")
    press(page, "Save")
    press(page, "Change several meetings")
    expect(page.get_by_text("Changed: 2")).to_be_visible()

    page.get_by_role("link", name="Cancel meetings", exact=True).click()
    page.get_by_label("Only this meeting", exact=True).check()
    press(page, "Preview changes")
    expect(rows_of(page)).to_have_count(2)
    press(page, "Cancel meetings")
    expect(page.get_by_text("Cancelled: 1")).to_be_visible()

    meetings = occurrences_of(Meeting.objects.get(place="Nairobi", status="cancelled").series)
    assert [(meeting.place, meeting.status) for meeting in meetings] == [
        ("", MeetingStatus.SCHEDULED),
        ("", MeetingStatus.SCHEDULED),
        ("Nairobi", MeetingStatus.CANCELLED),
        ("Nairobi", MeetingStatus.SCHEDULED),
    ]
