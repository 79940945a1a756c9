"""A person who travels is asked once whether times are to be those of their device."""

import pytest
from playwright.sync_api import expect

from tests.participation.people import account_of, focal_point_in

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = "Your device’s time zone is Eastern Standard Time. Use it?"


def opened(page_of, person, zone):
    page = page_of(account_of(person), timezone_id=zone)
    page.goto("/en/my/calendar/")
    return page


def test_person_uses_the_zone_of_the_device(page_of, area, assert_sound):
    person = focal_point_in(area, time_zone="Africa/Nairobi")
    page = opened(page_of, person, "America/Panama")
    expect(page.get_by_text(QUESTION)).to_be_visible()
    assert_sound(page)

    page.get_by_role("button", name="Use this time zone").click()

    expect(page.get_by_text("Times are now in your time zone, Panama.")).to_be_visible()
    expect(page.get_by_text(QUESTION)).to_be_hidden()


def test_who_keeps_their_zone_is_not_asked_again(page_of, area):
    page = opened(page_of, focal_point_in(area, time_zone="Africa/Nairobi"), "America/Panama")
    page.get_by_role("button", name="Keep the present one").click()
    expect(page.get_by_text(QUESTION)).to_be_hidden()

    page.goto("/en/my/")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(QUESTION)).to_be_hidden()


def test_zone_with_the_same_clock_all_year_is_no_question(page_of, area):
    page = opened(page_of, focal_point_in(area, time_zone="Europe/Paris"), "Europe/Zurich")

    expect(page.get_by_role("button", name="Use this time zone")).to_be_hidden()
