"""The pictures of the chapter on meetings and papers."""

import re
from datetime import timedelta
from itertools import cycle

from django.utils import timezone

from accounts.models import User
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import draft_meeting
from participation.models import RsvpChoice
from participation.services.expected_attendees import invited_focal_points
from participation.services.member_accounts import sync_member_account
from participation.services.rsvps import record_rsvp

MEETINGS = "/admin/meetings/meeting/"
TUESDAY = 1


def next_tuesday():
    day = timezone.localdate() + timedelta(days=14)
    return day + timedelta(days=(TUESDAY - day.weekday()) % 7)


def label(text):
    """Match a whole label, with its colon."""
    return re.compile(rf"^{text}\W*$")


def answer(meeting, *, every):
    """Answer for some of those who are invited."""
    choices = cycle([RsvpChoice.YES, RsvpChoice.REMOTE, RsvpChoice.REMOTE, RsvpChoice.NO])
    at = timezone.now()
    for person, choice in zip(invited_focal_points(meeting)[::every], choices, strict=False):
        sync_member_account(focal_point=person, at=at)
        by = User.objects.get(email=person.email)
        record_rsvp(meeting=meeting, focal_point=person, choice=choice, by=by, at=at)


def test_hours_that_suit_most_people(desk, take, words):
    page = desk("coordinator")
    page.goto(f"{MEETINGS}add/")
    page.get_by_label(words("Focus area")).select_option(index=1)
    page.get_by_label(words("First day")).fill(f"{next_tuesday():%Y-%m-%d}")
    page.get_by_label(label(words("From"))).fill("15:00")
    page.get_by_label(label(words("Until"))).fill("16:30")
    page.get_by_role("button", name=words("Show the hours of this day")).click()

    hours = page.get_by_role("region", name=words("Hours that suit most people"))
    take(
        page,
        "meetings-hours",
        [hours.get_by_text(words("As entered")), hours.get_by_role("figure")],
    )


def test_next_meetings(desk, take, words):
    area = FocusArea.objects.get(number=1)
    first, second = Meeting.objects.filter(
        focus_area=area, status=MeetingStatus.SCHEDULED, starts_at__gt=timezone.now()
    ).order_by("starts_at", "pk")[:2]
    answer(first, every=2)
    answer(second, every=9)
    starts_at = second.starts_at + timedelta(days=2)
    draft_meeting(
        by=None,
        at=timezone.now(),
        focus_area=area,
        kind="meeting",
        title="Affordable devices",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )
    page = desk("coordinator", viewport={"width": 1100, "height": 800})
    page.goto(f"{MEETINGS}next/")

    todo = page.get_by_role("link", name=words("Attendance is not recorded")).last
    take(page, "meetings-next", [page.get_by_role("table").first, todo])
