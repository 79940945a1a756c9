"""An officer cancels meetings and reads when the participants are told; a member reads the mail."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from meetings.services.meetings import change_meeting
from outbox.models import Message
from outbox.services.delivery import compose
from participation.services.notices import send_notices
from tests.factories import SeriesFactory
from tests.meetings.desk import staff_with
from tests.participation.notices import told_meeting
from tests.participation.people import focal_point_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_meetings")]


def test_member_reads_on_a_phone_every_meeting_that_an_officer_cancelled(
    page_of, new_page, assert_fits
):
    area = FocusArea.objects.get(number=2)
    focal_point_in(area, email="wanjiku@example.org", time_zone="Africa/Nairobi")
    start, series = timezone.now() + timedelta(days=3), SeriesFactory()
    days = [start + week * timedelta(days=7) for week in range(8)]
    meetings = [
        told_meeting(area, title=f"Call {day:%j}", starts_at=day, series=series, occurrence=day)
        for day in days
    ]
    kept = told_meeting(area, title="The meeting that is kept", starts_at=start)
    change_meeting(meeting=kept, place="Kigali", by=None, at=timezone.now())
    desk = page_of(staff_with("view_meeting", "change_meeting", "cancel_meeting"))

    desk.goto(f"/admin/meetings/meeting/{meetings[0].pk}/series/cancel/?scope=all")
    desk.get_by_role("button", name="Cancel meetings", exact=True).click()
    expect(desk.get_by_text("Cancelled: 8")).to_be_visible()
    expect(desk.get_by_text("Participants get an email about it in ten minutes.")).to_be_visible()
    send_notices(at=timezone.now() + timedelta(minutes=11))

    [mail] = (compose(message) for message in Message.objects.all())
    assert mail.subject.startswith("Cancelled: ")
    assert mail.subject.endswith("(and 7 more; changed: 1)")
    phone = new_page(viewport={"width": 320, "height": 640})
    phone.set_content(mail.alternatives[0][0])
    names = [each.title for each in meetings]
    for name in names:
        expect(phone.get_by_text(name, exact=True)).to_be_visible()
    expect(phone.get_by_role("listitem")).to_have_count(2)
    text = phone.locator("body").inner_text()
    assert max(map(text.rindex, names)) < text.index("The meeting that is kept")
    assert_fits(phone)
