"""After a change, staff read when the participants are told of it."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from focus_areas.models import FocusArea
from meetings.models import MeetingStatus
from participation.admin.meetings import notice_times_text
from participation.models import Announcement
from participation.services.notices import send_notices
from tests.factories import NOON, SeriesFactory
from tests.meetings.desk import staff_with
from tests.participation.notices import DAY, HOUR, MINUTE, changed, moved, told_meeting
from tests.participation.people import meeting_of

pytestmark = pytest.mark.django_db
AT_ONCE = "Participants get an email about it at once."
SHORTLY = "Participants get an email about it in two minutes."
USUALLY = "Participants get an email about it in ten minutes."
SOONER = "About meetings that begin within a day, they get an email sooner."


@pytest.fixture
def desk():
    client = Client()
    client.force_login(
        staff_with("view_meeting", "change_meeting", "schedule_meeting", "cancel_meeting")
    )
    return client


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(
    ("begins_in", "words"), [(HOUR, AT_ONCE), (5 * HOUR, SHORTLY), (30 * DAY, USUALLY)]
)
def test_cancelling_says_when_the_participants_are_told(desk, area, begins_in, words):
    meeting = told_meeting(area, starts_at=timezone.now() + begins_in)

    response = desk.post(f"/admin/meetings/meeting/{meeting.pk}/cancel/", {"version": 1})

    done, when = said(response)
    assert done == "“Fourth meeting” is cancelled. It stays on the calendar, struck through."
    assert when.startswith(words)
    assert when in desk.get(response.url).text


def test_cancellation_of_which_nobody_was_told_is_undone_with_one_button(desk, area):
    untold, told = (told_meeting(area, starts_at=timezone.now() + 30 * DAY) for _each in range(2))
    pages = [f"/admin/meetings/meeting/{each.pk}/" for each in (untold, told)]
    for page in pages:
        desk.post(f"{page}cancel/", {"version": 1})
    Announcement.objects.filter(meeting=told).update(status=MeetingStatus.CANCELLED)

    opened = [desk.get(f"{page}change/").text for page in pages]
    steps = [desk.get(f"{page}put-back/").text for page in pages]
    done = desk.post(f"{pages[0]}put-back/", {"version": 2})
    later = desk.post(f"{pages[1]}put-back/", {"version": 2})

    assert [f'value="2" formaction="{pages[0]}put-back/"' in opened[0], "Undo" in opened[1]] == [
        True,
        False,
    ]
    assert "Nobody was told yet that it is cancelled, so nobody gets an email." in steps[0]
    assert "Everybody who was told that it is cancelled is told that it takes place." in steps[1]
    assert said(done) == ["“Fourth meeting” takes place after all."]
    assert said(later)[-1].startswith(USUALLY)


def test_cancelling_a_series_says_that_some_are_told_sooner(desk, area):
    series, start = SeriesFactory(), timezone.now() + HOUR
    first, _later = (
        told_meeting(area, starts_at=at, series=series, occurrence=at.date())
        for at in (start, start + 7 * DAY)
    )
    page = f"/admin/meetings/meeting/{first.pk}/series/cancel/"
    form = desk.get(f"{page}?scope=all").context

    response = desk.post(
        page, {"scope": "all", "versions": form["versions"], "confirmed": "1", "reason": ""}
    )

    assert said(response)[-1].startswith(USUALLY)
    assert said(response)[-1].endswith(SOONER)


@pytest.mark.parametrize(
    "change",
    [
        lambda meeting: changed(meeting, agenda="1. Welcome"),
        lambda meeting: (moved(meeting), moved(meeting, to=meeting.starts_at - DAY)),
    ],
    ids=["agenda", "moved and moved back"],
)
def test_change_of_which_nobody_is_told_says_nothing(area, change):
    meeting = told_meeting(area, starts_at=NOON + 7 * DAY)

    change(meeting)

    assert notice_times_text([meeting], at=NOON) == ""


def test_nothing_is_said_of_drafts_and_of_what_is_over_or_was_told(area, focal_point):
    draft = meeting_of(area, starts_at=NOON + DAY, status=MeetingStatus.DRAFT)
    over, told = told_meeting(area), told_meeting(area)
    for meeting in (over, told):
        changed(meeting, place="Kigali")
    assert notice_times_text([told], at=NOON).startswith(USUALLY)
    assert send_notices(at=NOON + HOUR) == 1

    assert notice_times_text([draft, told], at=NOON + HOUR) == ""
    changed(over, place="Nairobi", at=NOON + 2 * HOUR)
    assert notice_times_text([over], at=over.ends_at) == ""


def test_meeting_that_leaves_a_group_is_told_to_the_group_that_loses_it(area):
    meeting = told_meeting(area, starts_at=NOON + 90 * MINUTE)

    changed(meeting, focus_area=FocusArea.objects.get(number=4))

    assert notice_times_text([meeting], at=NOON) == AT_ONCE


def test_times_take_one_query(area, django_assert_num_queries):
    meetings = [told_meeting(area, starts_at=NOON + day * DAY) for day in range(1, 4)]
    for meeting in meetings:
        changed(meeting, place="Kigali")

    with django_assert_num_queries(1):
        assert notice_times_text(meetings, at=NOON + timedelta(seconds=1)).endswith(SOONER)
