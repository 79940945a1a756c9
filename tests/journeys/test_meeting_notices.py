"""An officer changes meetings, and reads when the participants are told."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from tests.meetings.desk import staff_with
from tests.participation.notices import told_meeting

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def test_officer_cancels_two_meetings_and_reads_when_the_participants_are_told(
    page_of, assert_accessible
):
    area = FocusArea.objects.get(number=2)
    for title, begins_in in (("Urgent", HOUR), ("Later", 30 * 24 * HOUR)):
        told_meeting(area, title=title, starts_at=timezone.now() + begins_in)
    page = page_of(staff_with("view_meeting", "change_meeting", "cancel_meeting"))

    for title, when in (
        ("Urgent", "Participants get an email about it at once."),
        ("Later", "Participants get an email about it in ten minutes."),
    ):
        page.goto("/admin/meetings/meeting/")
        page.get_by_role("link", name=title, exact=True).click()
        page.get_by_role("link", name="Cancel meeting").click()
        page.get_by_label("Reason").fill("The hall is closed.")
        page.get_by_role("button", name="Cancel meeting").click()

        expect(page.get_by_text(f"“{title}” is cancelled.")).to_be_visible()
        expect(page.get_by_text(when)).to_be_visible()
        assert_accessible(page)
