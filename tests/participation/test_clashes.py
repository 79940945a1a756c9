"""Meetings at the same time, as a person sees them in their own lists."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings.models import MeetingKind, MeetingStatus
from members.models import FocalPoint
from participation.models import RsvpChoice
from participation.services.my_meetings import my_meetings
from tests.factories import NOON
from tests.participation.notices import DAY, HOUR, MINUTE, THEN
from tests.participation.people import (
    focal_point_in,
    meeting_of,
    signed_in_as,
)
from tests.participation.sittings import answered

pytestmark = pytest.mark.django_db


def clashes_of(meeting, *people, at=NOON):
    roles = FocalPoint.objects.select_related("member").filter(pk__in=[each.pk for each in people])
    return my_meetings([meeting], people=roles, at=at)[meeting.pk].clashes


@pytest.mark.parametrize(
    ("facts", "clash"),
    [
        ({}, True),
        ({"starts_at": THEN + 59 * MINUTE}, True),
        ({"starts_at": THEN + HOUR}, False),
        ({"starts_at": THEN - 59 * MINUTE}, True),
        ({"starts_at": THEN - HOUR}, False),
        ({"status": MeetingStatus.CANCELLED}, False),
        ({"status": MeetingStatus.DRAFT}, False),
        ({"kind": MeetingKind.DEADLINE}, False),
        ({"focus_area": None}, True),
    ],
)
def test_clash_is_another_meeting_of_the_person_that_overlaps(area, focal_point, facts, clash):
    meeting = meeting_of(area, starts_at=THEN)
    other = meeting_of(area, **{"starts_at": THEN, **facts})

    assert clashes_of(meeting, focal_point) == ([other] if clash else [])


def test_clash_is_between_the_groups_of_one_person_only(area, other_area, focal_point):
    there = focal_point_in(other_area, email=focal_point.email)
    meeting = meeting_of(area, starts_at=THEN)
    other = meeting_of(other_area, starts_at=THEN)

    assert clashes_of(meeting, focal_point) == []
    assert clashes_of(meeting, focal_point, there) == [other]


def test_declined_meetings_and_other_sittings_are_no_clash(area, focal_point):
    meeting = meeting_of(area, starts_at=THEN)
    declined = meeting_of(area, starts_at=THEN)
    chosen = meeting_of(area, starts_at=THEN + DAY)
    sitting = meeting_of(area, starts_at=THEN, sitting_of=chosen)
    assert clashes_of(meeting, focal_point) == [declined, sitting]

    answered(declined, focal_point, RsvpChoice.NO)
    answered(chosen, focal_point)

    assert clashes_of(meeting, focal_point) == []
    assert clashes_of(declined, focal_point) == []


def test_two_sittings_of_one_meeting_and_what_is_over_are_no_clash(area, focal_point):
    first = meeting_of(area, starts_at=THEN)
    meeting_of(area, starts_at=THEN, sitting_of=first)
    assert clashes_of(first, focal_point) == []

    meeting_of(area, starts_at=THEN)
    assert len(clashes_of(first, focal_point)) == 1
    assert clashes_of(first, focal_point, at=THEN + 2 * HOUR) == []


@pytest.mark.parametrize("page", ["", "calendar/", "calendar/?view=list", "meetings/{uid}/"])
def test_pages_name_the_other_meeting_with_a_link(area, focal_point, page):
    soon = timezone.now() + 40 * MINUTE
    meeting = meeting_of(area, starts_at=soon, title="Here")
    other = meeting_of(area, starts_at=soon, title="There")

    text = signed_in_as(focal_point).get(f"/en/my/{page.format(uid=meeting.uid)}").text

    assert "At the same time:" in text
    assert f'<a href="/en/my/meetings/{other.uid}/" lang="en"><bdi>There</bdi></a>' in text


@pytest.mark.parametrize("page", ["", "calendar/", "calendar/?view=list"])
def test_pages_read_clashes_of_many_meetings_in_the_queries_of_one(area, focal_point, page):
    client = signed_in_as(focal_point)
    soon = timezone.now() + 40 * MINUTE

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/en/my/{page}").status_code == 200
        return len(captured)

    for _number in range(2):
        meeting_of(area, starts_at=soon)
    few = queries()
    for _number in range(3):
        meeting_of(area, starts_at=soon)

    assert queries() == few
