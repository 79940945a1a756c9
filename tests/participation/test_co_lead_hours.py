"""The hours of the day on the form with which a co-lead proposes a meeting."""

import pytest

from participation.models import MeetingProposal
from tests.participation.people import focal_point_in, signed_in_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def form_page(area):
    return f"/en/my/groups/{area.slug}/propose/"


def test_co_lead_sees_the_hours_of_the_day_and_nothing_is_saved(co_lead, area, form_page):
    for zone in ("Europe/Zurich", "Pacific/Auckland"):
        focal_point_in(area, time_zone=zone)
    client = signed_in_as(co_lead)
    sent = {"title": "Kept", "day": "2030-11-05", "minutes": "60", "show_hours": "1"}

    shown = client.post(form_page, sent)
    start = shown.context["proposals"][0].starts[0]
    taken = client.post(form_page, {**sent, "take": start.value})

    assert shown.status_code == taken.status_code == 200
    assert f'name="take" value="{start.value}"' in shown.text
    assert taken.context["form"]["start_time"].value() == start.value.partition("T")[2]
    assert taken.context["form"]["title"].value() == "Kept"
    assert list(MeetingProposal.objects.all()) == []


def test_form_asks_for_a_day_first_and_ignores_a_start_that_is_none(co_lead, form_page):
    client = signed_in_as(co_lead)

    without = client.post(form_page, {"title": "Kept", "show_hours": "1"})
    wrong = client.post(form_page, {"title": "Kept", "take": "soon"})

    for response in (without, wrong):
        assert response.status_code == 200
        assert "Enter a day first." in response.text


def test_first_page_has_the_button_and_takes_no_query_for_hours(co_lead, form_page):
    response = signed_in_as(co_lead).get(form_page)

    assert 'name="show_hours"' in response.text
    assert "hours" not in response.context


def test_meeting_without_place_and_tick_is_online(co_lead, form_page):
    sent = {
        "title": "Online",
        "kind": "meeting",
        "language": "en",
        "day": "2030-11-05",
        "start_time": "10:00",
        "minutes": "60",
    }

    signed_in_as(co_lead).post(form_page, sent)

    proposal = MeetingProposal.objects.get()
    assert (proposal.is_online, proposal.place) == (True, "")
