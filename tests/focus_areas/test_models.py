from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from core.time_zones import validate_time_zone
from focus_areas.models import Link
from meetings.models import Meeting, MeetingStatus
from tests.factories import NOON, FocusAreaFactory, MeetingFactory


@pytest.fixture
def no_meetings(db):
    """Start without the calendar that every migrate brings."""
    Meeting.objects.all().delete()


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
def test_on_the_calendar_leaves_drafts_out():
    MeetingFactory(status=MeetingStatus.DRAFT)
    scheduled = MeetingFactory(status=MeetingStatus.SCHEDULED)
    cancelled = MeetingFactory(status=MeetingStatus.CANCELLED)

    assert set(Meeting.objects.scheduled_or_cancelled()) == {scheduled, cancelled}


@pytest.mark.usefixtures("no_meetings")
def test_public_leaves_drafts_and_private_meetings_out():
    MeetingFactory(status=MeetingStatus.DRAFT, is_public=True)
    MeetingFactory(status=MeetingStatus.SCHEDULED, is_public=False)
    public = MeetingFactory(status=MeetingStatus.SCHEDULED, is_public=True)

    assert list(Meeting.objects.public()) == [public]


@pytest.mark.usefixtures("no_meetings")
def test_of_focus_area_keeps_its_own_and_the_coalitions():
    area = FocusAreaFactory(number=1)
    own = MeetingFactory(focus_area=area)
    coalitions = MeetingFactory(focus_area=None)
    MeetingFactory(focus_area=FocusAreaFactory(number=2))

    assert set(Meeting.objects.of_focus_area(area)) == {own, coalitions}


@pytest.mark.usefixtures("no_meetings")
def test_not_over_keeps_what_still_runs_and_puts_the_next_first():
    later = MeetingFactory(starts_at=NOON + timedelta(hours=5))
    running = MeetingFactory(starts_at=NOON - timedelta(hours=1), ends_at=NOON + timedelta(hours=1))
    MeetingFactory(starts_at=NOON - timedelta(hours=1), ends_at=NOON)

    assert list(Meeting.objects.upcoming(NOON)) == [running, later]


@pytest.mark.usefixtures("no_meetings")
def test_over_keeps_what_has_ended_and_puts_the_latest_first():
    earlier = MeetingFactory(starts_at=NOON - timedelta(days=3))
    just_over = MeetingFactory(starts_at=NOON - timedelta(hours=1), ends_at=NOON)
    MeetingFactory(starts_at=NOON - timedelta(hours=1), ends_at=NOON + timedelta(seconds=1))

    assert list(Meeting.objects.past(NOON)) == [just_over, earlier]


def test_rows_say_what_they_are():
    assert str(FocusAreaFactory(number=4)) == "Incentivizing Investments"
    assert str(MeetingFactory(title="Kick-off")) == "Kick-off"
    assert str(Link(title="Concept Note")) == "Concept Note"
