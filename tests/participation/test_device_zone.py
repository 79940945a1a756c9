"""The time zone of a person's device becomes theirs, for the account and all roles."""

import pytest

from members.models import TimelineEntry
from tests.participation.people import account_of, focal_point_in, signed_in_as

ADDRESS = "/en/my/time-zone/"


@pytest.fixture
def person(area):
    return focal_point_in(area, time_zone="Africa/Nairobi")


def zones_of(*people):
    for person in people:
        person.refresh_from_db()
    return [person.time_zone for person in people]


@pytest.mark.parametrize(("back", "page"), [("my", "/en/my/"), ("calendar", "/en/my/calendar/")])
def test_zone_holds_for_all_roles_and_for_the_account(area, person, back, page):
    other_role = focal_point_in(area, "Second organisation", email=person.email)
    colleague = focal_point_in(area, "Third organisation", time_zone="Asia/Tokyo")
    client = signed_in_as(person)

    response = client.post(ADDRESS, {"time_zone": "America/New_York", "back": back}, follow=True)

    assert response.redirect_chain == [(page, 302)]
    assert "Times are now in your time zone, New York." in response.text
    assert zones_of(person, other_role, colleague) == ["America/New_York"] * 2 + ["Asia/Tokyo"]
    assert account_of(person).time_zone == "America/New_York"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "x" * 10_000, "localtime"])
def test_unknown_zone_leads_to_the_list_and_changes_nothing(person, zone):
    client = signed_in_as(person)

    response = client.post(ADDRESS, {"time_zone": zone}, follow=True)

    assert response.redirect_chain == [("/en/my/preferences/", 302)]
    assert "Choose a time zone from the list." in response.text
    assert zones_of(person) == ["Africa/Nairobi"]
    assert not TimelineEntry.objects.filter(member=person.member, kind="corrected").exists()


def test_same_zone_a_second_time_is_no_correction(person):
    client = signed_in_as(person)
    client.post(ADDRESS, {"time_zone": "Asia/Tokyo"})
    before = TimelineEntry.objects.count()

    response = client.post(ADDRESS, {"time_zone": "Asia/Tokyo"})

    assert response.status_code == 302
    assert TimelineEntry.objects.count() == before


def test_get_changes_nothing(person):
    response = signed_in_as(person).get(ADDRESS, {"time_zone": "Asia/Tokyo"})

    assert (response.status_code, response.url) == (302, "/en/my/")
    assert zones_of(person) == ["Africa/Nairobi"]
