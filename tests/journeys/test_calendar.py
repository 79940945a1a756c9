"""The public calendar in another time zone, and in right-to-left text."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from playwright.sync_api import expect

from meetings.models import Meeting, MeetingKind, MeetingStatus
from tests.factories import MeetingFactory

pytestmark = pytest.mark.django_db(transaction=True)

TOMORROW = timezone.now().replace(hour=12, minute=0) + timedelta(days=1)


@pytest.fixture(autouse=True)
def _kick_off():
    Meeting.objects.all().delete()
    MeetingFactory(
        title="Kick-off",
        starts_at=TOMORROW,
        ends_at=TOMORROW + timedelta(hours=1),
        is_public=True,
        status=MeetingStatus.SCHEDULED,
    )


@pytest.mark.sample
@pytest.mark.parametrize(
    ("zone", "own"),
    [("Asia/Tokyo", ["21:00 where you are (Japan Standard Time)"]), ("Europe/Zurich", [])],
)
def test_visitor_elsewhere_reads_their_own_time(new_page, zone, own):
    page = new_page(timezone_id=zone)

    page.goto("/en/calendar/")

    expect(page.get_by_role("heading", name="Kick-off")).to_be_visible()
    shown = page.get_by_text("where you are").all_inner_texts()
    assert [text.partition(" at ")[2] for text in shown] == own


def test_visitors_own_time_is_in_the_language_of_the_page(new_page):
    page = new_page(timezone_id="Asia/Tokyo", locale="en-GB")

    page.goto("/ar/calendar/")

    words = page.locator(".visitor-time").inner_text()
    assert "21:00" in words
    assert "توقيت اليابان" in words
    assert re.findall("[A-Za-z\u0660-\u0669]", words) == []


def test_text_in_another_direction_stands_with_the_rest(new_page):
    page = new_page(locale="ar", viewport={"width": 800, "height": 900})

    page.goto("/ar/calendar/")
    with override("ar"):
        texts = [_("Calendar"), _("Next meetings"), "Kick-off", str(MeetingKind.MEETING.label)]

    ends = [
        page.evaluate(
            """text => {
              const found = document.createTreeWalker(document.querySelector("main"), 4);
              while (found.nextNode()) {
                if (found.currentNode.data.trim() === text) {
                  const range = document.createRange();
                  range.selectNodeContents(found.currentNode);
                  return Math.round(range.getBoundingClientRect().right);
                }
              }
            }""",
            text,
        )
        for text in texts
    ]
    # The meeting's own lines are beside its date.
    assert (ends[0], ends[2]) == (ends[1], ends[3])
