"""A focal point answers and joins a meeting by the links in its mails, on a phone."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from meetings.models import Meeting
from participation.models import Rsvp
from participation.services.mail_links import LinksOfMail
from tests.journeys.steps import PHONE
from tests.participation.people import LINK, focal_point_in, meeting_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_focal_point_replies_by_mail_changes_their_mind_and_joins(
    new_page, broken_rules, assert_fits, has_scripts
):
    area = FocusArea.objects.get(number=2)
    person = focal_point_in(area, "Ministry of Communications and the Digital Economy")
    starts_at = timezone.now() + timedelta(minutes=20)
    meeting = meeting_of(area, title="Fourth meeting", place="Kigali", starts_at=starts_at)
    links = LinksOfMail("en")
    links.reply(person, meeting)
    links.join(person, meeting)
    yes, _remote, _no, join = (urlsplit(each).path for each in links.addresses)
    page = new_page(**PHONE, java_script_enabled=has_scripts)

    def look():
        assert broken_rules(page, also_dark=True) == []
        assert_fits(page)

    page.goto(yes)
    expect(page.get_by_role("heading", name=f"The reply of {person.full_name}")).to_be_visible()
    look()
    page.get_by_role("button", name="Reply “Yes, in person”").click()
    expect(page.get_by_text("Your reply: Yes, in person")).to_be_visible()
    look()
    page.get_by_role("link", name="No", exact=True).click()
    page.get_by_role("button", name="Change my reply to “No”").press("Enter")
    expect(page.get_by_text("Your reply: No")).to_be_visible()
    assert Rsvp.objects.get().choice == "no"

    page.goto(join)
    expect(page.get_by_text("You can join from")).to_be_visible()
    look()
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=timezone.now() + timedelta(minutes=10))
    # The browser of these tests reaches no other host.
    assert page.request.get(join, max_redirects=0).headers["location"] == LINK
    page.goto(join[:-2] + "x/")
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    look()
