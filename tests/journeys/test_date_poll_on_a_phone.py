"""A member says on a phone which dates suit, from the email and without a password."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from meetings.models import Meeting
from outbox.models import Message
from participation.models import DateChoice, DateReply
from participation.services.date_polls import take_date
from tests.factories import NOON, UserFactory
from tests.participation.date_polls import asked_for_a_date, choices_in, later
from tests.participation.people import focal_point_in

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 320, "height": 700}
NOW = timedelta(days=(timezone.now() - NOON).days + 1)
TAP = 44


@pytest.fixture
def poll():
    Meeting.objects.all().delete()
    area = FocusArea.objects.get(number=1)
    for number in range(3):
        focal_point_in(area, f"Agency {number}", time_zone="Asia/Tokyo")
    focal_point_in(area, email="chikondi@example.org", time_zone="Africa/Blantyre")
    return asked_for_a_date(area, **later(NOW))


def link_in_mail():
    message = Message.objects.get(recipient="chikondi@example.org")
    return "/en/" + message.private_links.strip().split("/en/")[1]


@pytest.mark.parametrize("has_script", [True, False])
def test_dates_are_answered_from_the_mail_and_changed_until_one_is_taken(
    new_page, broken_rules, poll, has_script
):
    page = new_page(viewport=PHONE, java_script_enabled=has_script)
    page.goto(link_in_mail())
    dates = page.get_by_role("main").get_by_role("group").all()
    assert len(dates) == 3
    for label in page.locator(".three label").all():
        assert label.bounding_box()["height"] >= TAP
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    if has_script:
        assert broken_rules(page, also_dark=True, also_narrow=True) == []

    page.get_by_role("button", name="Send my answers").click()

    expect(page.get_by_text("There are 3 errors")).to_be_visible()
    if has_script:
        assert broken_rules(page, also_dark=True, also_narrow=True) == []

    for date, choice in zip(dates, ("Yes", "If need be", "No"), strict=True):
        date.get_by_text(choice, exact=True).click()
    page.get_by_label("A word to the coordinators (optional)").fill("Not on Fridays.")
    page.get_by_role("button", name="Send my answers").click()

    expect(page.get_by_text("Your answers were saved on")).to_be_visible()
    reply = DateReply.objects.get()
    assert choices_in(reply) == [DateChoice.YES, DateChoice.IF_NEED_BE, DateChoice.NO]
    assert reply.word == "Not on Fridays."

    page.get_by_role("button", name="None of these").click()

    expect(page.get_by_role("radio", name="No", exact=True).first).to_be_checked()
    assert choices_in(reply) == [DateChoice.NO] * 3

    take_date(proposal=poll.proposals.first(), by=UserFactory(), at=timezone.now())
    page.get_by_role("button", name="Change my answers").click()

    expect(page.get_by_text("The search for a date has ended in the meantime.")).to_be_visible()
    expect(page.get_by_text("A date was taken:")).to_be_visible()
