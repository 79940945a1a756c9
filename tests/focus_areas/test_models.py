from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils.translation import override

from core.languages import language_shown
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


def test_area_that_has_meetings_is_kept():
    area = FocusAreaFactory(number=3)
    MeetingFactory(focus_area=area)

    with pytest.raises(IntegrityError):
        area.delete()


@pytest.mark.usefixtures("no_meetings")
def test_not_over_puts_the_next_first_and_over_the_latest():
    an_hour = timedelta(hours=1)
    earlier = MeetingFactory(starts_at=NOON - timedelta(days=3))
    just_over = MeetingFactory(starts_at=NOON - an_hour, ends_at=NOON)
    later = MeetingFactory(starts_at=NOON + 5 * an_hour)
    running = MeetingFactory(starts_at=NOON - an_hour, ends_at=NOON + timedelta(seconds=1))

    assert list(Meeting.objects.upcoming(NOON)) == [running, later]
    assert list(Meeting.objects.past(NOON)) == [just_over, earlier]


@pytest.mark.parametrize(
    ("reader", "texts", "shown"),
    [
        ("es", {"es": "Nota", "fr": "Note", "en": "Paper"}, "es"),
        ("es", {"fr": "Note", "en": "Paper"}, "en"),
        ("es", {"fr": "Note"}, "fr"),
        ("es", {"en": "Paper"}, "en"),
        ("en", {"fr": "Note", "en": "Paper"}, "en"),
        ("fr", {}, "en"),
    ],
)
def test_text_is_shown_in_the_readers_language_else_english_else_french(reader, texts, shown):
    link = LinkFactory(**{f"description_{language}": text for language, text in texts.items()})

    with override(reader):
        assert language_shown(link, "description") == shown
        assert link.description == texts.get(shown, "")
