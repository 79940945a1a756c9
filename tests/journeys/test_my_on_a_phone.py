"""A participant answers for two series on a phone, with and without script."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from focus_areas.models import FocusArea
from meetings.models import Meeting
from participation.models import Rsvp, RsvpChoice
from tests.factories import PaperFactory, PaperVersionFactory
from tests.participation.people import account_of, focal_point_in
from tests.participation.test_my_series import TODAY, series_of

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 800}
MAX_HEIGHT = 3500


@pytest.fixture
def area():
    Meeting.objects.all().delete()
    return FocusArea.objects.get(number=1)


@pytest.fixture
def person(area):
    """One of eighty members of a group with two series and five new papers."""
    for number in range(79):
        focal_point_in(area, f"Organisation {number}")
    series_of(area, number=13)
    series_of(area, number=26, every=1, first=TODAY + timedelta(days=4))
    for number in range(5):
        paper = PaperFactory(focus_area=area, title=f"A paper with a rather long name {number}")
        PaperVersionFactory(paper=paper, uploaded_at=timezone.now())
    return focal_point_in(area, time_zone="Asia/Kathmandu")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("has_script", [True, False])
def test_two_series_are_answered_on_a_phone_in_two_taps(page_of, person, language, has_script):
    page = page_of(account_of(person), viewport=PHONE, java_script_enabled=has_script)
    page.goto(f"/{language}/my/")
    height = page.locator("body").bounding_box()["height"]
    first, second = page.locator('form[action*="/series/"]').all()

    tops = []
    for form in (second, first):
        key = form.locator("xpath=ancestor::li").get_attribute("id")
        form.get_by_role("button").first.click()
        expect(page.locator(f"#{key}")).to_be_in_viewport()
        tops.append(page.url.partition("#")[2] == key)

    assert height <= MAX_HEIGHT
    assert tops == [True, True]
    assert set(Rsvp.objects.values_list("choice", flat=True)) == {RsvpChoice.REMOTE}
    assert Rsvp.objects.count() == 3 + 6
