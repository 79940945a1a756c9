from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.time_zones import validate_time_zone
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from tests.factories import NOON, FocusAreaFactory, LinkFactory, MeetingFactory


@pytest.fixture
def no_meetings(db):
    """Start without the calendar that every migrate brings."""
    Meeting.objects.all().delete()


@pytest.mark.usefixtures("no_meetings")
def test_on_the_calendar_leaves_drafts_out_and_public_what_is_private():
    MeetingFactory(status=MeetingStatus.DRAFT, is_public=True)
    private = MeetingFactory(status=MeetingStatus.CANCELLED, is_public=False)
    public = MeetingFactory(status=MeetingStatus.SCHEDULED, is_public=True)

    assert set(Meeting.objects.scheduled_or_cancelled()) == {private, public}
    assert list(Meeting.objects.public()) == [public]


@pytest.mark.usefixtures("no_meetings")
def test_of_focus_area_keeps_its_own_and_the_coalitions():
    area = FocusAreaFactory(number=1)
    own, coalitions = MeetingFactory(focus_area=area), MeetingFactory(focus_area=None)
    MeetingFactory(focus_area=FocusAreaFactory(number=2))

    assert set(Meeting.objects.of_focus_area(area)) == {own, coalitions}


def test_meeting_must_end_after_it_starts():
    with pytest.raises(IntegrityError, match="meetings_meeting_ends_after_start"):
        MeetingFactory(starts_at=NOON, ends_at=NOON)


def test_meeting_is_of_a_known_kind():
    with pytest.raises(IntegrityError, match="meetings_meeting_known_kind"):
        MeetingFactory(kind="party")


def test_meeting_has_a_known_status():
    with pytest.raises(IntegrityError, match="meetings_meeting_known_status"):
        MeetingFactory(status="postponed")


def test_meeting_has_a_uid_of_its_own():
    meeting = MeetingFactory()

    with pytest.raises(IntegrityError, match="uid"):
        MeetingFactory(uid=meeting.uid)


def test_link_has_a_uid_of_its_own():
    link = LinkFactory()

    with pytest.raises(IntegrityError, match="uid"):
        LinkFactory(uid=link.uid)


@pytest.mark.parametrize("number", [0, 5])
def test_there_are_four_focus_areas(number):
    with pytest.raises(IntegrityError, match="focus_areas_focusarea_one_of_four"):
        FocusAreaFactory(number=number)


def test_there_is_one_focus_area_of_a_number():
    with pytest.raises(IntegrityError, match="number"):
        FocusArea.objects.create(number=1, slug="another")


def test_there_is_one_focus_area_of_a_slug():
    with pytest.raises(IntegrityError, match="slug"), transaction.atomic():
        FocusArea.objects.filter(number=2).update(slug="connecting-people-everywhere")


def test_area_that_has_meetings_is_kept():
    area = FocusAreaFactory(number=3)
    MeetingFactory(focus_area=area)

    with pytest.raises(IntegrityError):
        area.delete()


@pytest.mark.parametrize("zone", ["Europe/Zurich", "Africa/Kigali", "UTC"])
def test_zone_of_the_database_is_taken(zone):
    validate_time_zone(zone)


@pytest.mark.parametrize("zone", ["", "Geneva", "Europe/Geneva", "../etc/passwd", "+02:00"])
def test_what_is_no_zone_is_refused(zone):
    with pytest.raises(ValidationError, match="Choose a time zone from the list"):
        validate_time_zone(zone)


@pytest.mark.usefixtures("no_meetings")
def test_not_over_puts_the_next_first_and_over_the_latest():
    an_hour = timedelta(hours=1)
    earlier = MeetingFactory(starts_at=NOON - timedelta(days=3))
    just_over = MeetingFactory(starts_at=NOON - an_hour, ends_at=NOON)
    later = MeetingFactory(starts_at=NOON + 5 * an_hour)
    running = MeetingFactory(starts_at=NOON - an_hour, ends_at=NOON + timedelta(seconds=1))

    assert list(Meeting.objects.upcoming(NOON)) == [running, later]
    assert list(Meeting.objects.past(NOON)) == [just_over, earlier]
