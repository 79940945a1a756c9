"""Participants find their meetings and answer, and coordinators see it, in a browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from papers.models import PaperKind
from participation.models import Attendance, Presence, Rsvp, RsvpChoice
from tests.factories import PaperFactory, PaperVersionFactory, RsvpFactory, UserFactory
from tests.participation.people import account_of, focal_point_in, meeting_of
from tests.triage.staff import coordinator

pytestmark = pytest.mark.django_db(transaction=True)

# In the middle of a month, so that it is the same month in every zone.
NOW = timezone.now()
LATER = (NOW + timedelta(days=40)).replace(day=15, hour=12, minute=0)
LATERS_MONTH = f"?month={LATER:%Y-%m}"


@pytest.fixture
def areas():
    Meeting.objects.all().delete()
    return [FocusArea.objects.get(number=number) for number in (2, 3)]


@pytest.fixture
def person(areas):
    """A person with roles in two organisations, each in another area."""
    facts = {"email": "wanjiku@example.org", "time_zone": "Africa/Nairobi"}
    person = focal_point_in(areas[0], given_name="Wanjiku", family_name="Kamau", **facts)
    focal_point_in(areas[1], "A network with a name that is long " * 4, **facts)
    return person


@pytest.fixture
def kick_off(areas):
    return meeting_of(areas[0], title="Kick-off", starts_at=LATER, place="Kigali")


@pytest.fixture
def full_calendar(areas, person, kick_off):
    """One meeting of each kind that a month may contain."""
    meeting_of(areas[0], title="Called off", starts_at=LATER, status=MeetingStatus.CANCELLED)
    meeting_of(None, title="Not sure yet", starts_at=LATER, is_tentative=True)
    meeting_of(areas[1], title="اجتماع", language="ar", starts_at=LATER + timedelta(days=1))
    answered = meeting_of(areas[0], title="Answered", starts_at=LATER)
    RsvpFactory(meeting=answered, focal_point=person, choice=RsvpChoice.REMOTE)
    moved = meeting_of(areas[0], title="Moved", starts_at=LATER)
    RsvpFactory(meeting=moved, focal_point=person, starts_at=NOW)
    past = meeting_of(
        areas[0],
        title="Past",
        starts_at=NOW - timedelta(days=1),
        recording_link="https://videos.example.org/1",
    )
    for meeting, kind in ((past, PaperKind.MINUTES), (kick_off, PaperKind.AGENDA)):
        paper = PaperFactory(meeting=meeting, kind=kind, title=f"A paper of {meeting.title}")
        PaperVersionFactory(paper=paper, uploaded_at=NOW)
        PaperVersionFactory(paper=paper, number=2, uploaded_at=NOW)
        PaperVersionFactory(paper=paper, number=2, language="ar", uploaded_at=NOW)
    return {"past": past, "kick-off": kick_off, "moved": moved}


@pytest.fixture
def look(broken_rules):
    """Return the violations of a page in light, in dark, and in narrow windows."""

    def look_at(page, path):
        page.goto(path)
        return broken_rules(page, also_dark=True, also_narrow=True)

    return look_at


def pages_of(meetings):
    return [
        "my/",
        "my/calendar/",
        f"my/calendar/{LATERS_MONTH}",
        f"my/calendar/{LATERS_MONTH}&view=list",
        "my/calendar/?month=2021-02",
        "my/papers/",
        "my/preferences/",
        *(f"my/meetings/{meeting.uid}/" for meeting in meetings.values()),
    ]


@pytest.mark.timeout(180)
def test_pages_of_who_takes_part_are_accessible_also_in_the_dark_and_narrow(
    page_of, person, full_calendar, look
):
    page = page_of(account_of(person))

    found = [each for path in pages_of(full_calendar) for each in look(page, f"/en/{path}")]

    assert found == []


def test_pages_of_who_takes_part_are_accessible_when_they_are_empty(page_of, person, look):
    page = page_of(account_of(person))

    found = [each for path in ("/en/my/", "/en/my/calendar/") for each in look(page, path)]

    assert found == []


@pytest.mark.sample
def test_somebody_answers_by_keyboard_and_changes_their_mind(page_of, person, kick_off):
    page = page_of(account_of(person))
    page.goto("/en/my/")
    page.get_by_role("link", name="Kick-off").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/meetings/**")

    yes = page.get_by_role("button", name="Yes, in person")
    yes.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Your reply for “Kick-off”: Yes, in person.")
    expect(yes).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="No").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="No")).to_have_attribute("aria-pressed", "true")
    assert Rsvp.objects.get().choice == RsvpChoice.NO


def test_somebody_goes_through_the_months_on_a_phone(page_of, person, kick_off):
    page = page_of(account_of(person), viewport={"width": 360, "height": 800})
    page.goto(f"/en/my/calendar/{LATERS_MONTH}")

    # Here, the table of weeks is a list of days.
    expect(page.get_by_text(LATER.strftime("%A %-d %B %Y"))).to_be_visible()
    expect(page.get_by_text(LATER.replace(day=1).strftime("%A 1 %B %Y"))).to_be_hidden()
    expect(page.get_by_role("columnheader", name="Mon")).to_have_count(0)
    page.get_by_role("link", name="Next month").click()
    expect(page.get_by_text("No meetings in")).to_be_visible()
    page.get_by_role("link", name="Previous month").click()
    page.get_by_role("link", name="Kick-off").click()
    expect(page.get_by_role("heading", name="Kick-off", level=1)).to_be_visible()


def test_weeks_are_a_table_to_who_hears_the_page(page_of, person, kick_off):
    page = page_of(account_of(person))
    page.goto(f"/en/my/calendar/{LATERS_MONTH}")

    table = page.get_by_role("table", name=f"Your meetings in {LATER:%B %Y}, one week per row")

    expect(table.get_by_role("columnheader")).to_have_count(7)
    cell = table.get_by_role("cell").filter(has=page.get_by_role("link", name="Kick-off"))
    expect(cell).to_contain_text(LATER.strftime("%A 15 %B %Y"))
    expect(cell).to_contain_text("15:00 to 16:00")


def test_answer_is_seen_by_the_coordinator_who_takes_attendance(page_of, areas, person, look):
    meeting = meeting_of(areas[0], title="Just begun", starts_at=NOW - timedelta(minutes=5))
    page = page_of(account_of(person))
    page.goto(f"/en/my/meetings/{meeting.uid}/")
    page.get_by_role("button", name="Yes, remotely").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")

    desk = page_of(coordinator(areas[0], name="Ada"))
    for name in ("expected", "attendance"):
        found = look(desk, f"/admin/meetings/meeting/{meeting.pk}/{name}/")
        assert found == []
    desk.goto(f"/admin/meetings/meeting/{meeting.pk}/change/")
    desk.get_by_role("link", name="RSVPs").click()
    row = desk.get_by_role("row").filter(has_text="Wanjiku Kamau")
    expect(row).to_contain_text("Yes, remotely")
    desk.get_by_role("link", name="Record attendance").click()
    group = desk.get_by_role("group", name="Wanjiku Kamau, Ministry of Somewhere")
    expect(group.get_by_label("Attended remotely")).to_be_checked()
    tops = {radio.bounding_box()["y"] for radio in group.get_by_role("radio").all()}
    assert len(tops) == 1, "the choices of a person are not in one line"
    group.get_by_label("Attended in person").check()
    desk.get_by_role("button", name="Save attendance").click()

    expect(desk.get_by_text("Attendance recorded for 1 person.")).to_be_visible()
    assert Attendance.objects.get().presence == Presence.ONSITE


def test_who_stands_for_nobody_is_told_so_accessibly(page_of, assert_accessible):
    page = page_of(UserFactory(is_staff=False))

    page.goto("/en/my/")

    expect(page.get_by_role("heading", name="No working group")).to_be_visible()
    assert_accessible(page)
