import pytest
from django.test import Client

from members.services.private_links import LinkPurpose, token_for
from tests.participation.group import browser_of, feed_of, page_of, queries_of
from tests.participation.people import focal_point_in

FEED = "/en/my/feed/"


@pytest.fixture
def client(focal_point):
    return browser_of(focal_point)


def test_my_feed_shows_the_address_and_how_to_subscribe(client, focal_point):
    response = client.get(FEED)

    address = f"testserver{feed_of(focal_point)}"
    assert f'href="http://{address}"' in response.text
    assert f'href="webcal://{address}"' in response.text
    assert "Google Calendar refreshes once or twice a day." in response.text
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_my_feed_gives_a_new_address_and_ends_the_old_one(client, focal_point):
    old = feed_of(focal_point)

    response = client.post(FEED, {"feed_version": "0"})

    focal_point.refresh_from_db()
    assert response["Location"] == f"{FEED}?for={focal_point.pk}"
    page = client.get(response["Location"]).text
    assert "Your calendar link was reset. The old link no longer works." in page
    assert feed_of(focal_point) in page
    stranger = Client()
    assert stranger.get(old).status_code == 404
    assert stranger.get(feed_of(focal_point)).status_code == 200
    assert stranger.get(page_of(focal_point)).status_code == 200
    eoi = token_for(focal_point, LinkPurpose.EOI)
    assert stranger.get(f"/en/expression-of-interest/{eoi}/").status_code == 200


@pytest.mark.parametrize("sent", ["", "x", "-1", "7"])
def test_my_feed_is_not_renewed_by_what_no_page_sent(client, focal_point, sent):
    response = client.post(FEED, {"feed_version": sent}, follow=True)

    focal_point.refresh_from_db()
    assert focal_point.feed_version == 0
    assert "Your calendar link was already reset" in response.text
    # A second click does not renew it again.
    for _n in range(2):
        client.post(FEED, {"feed_version": 0})
    focal_point.refresh_from_db()
    assert focal_point.feed_version == 1


def test_my_feed_of_somebody_else_stays(client, other_area):
    other = focal_point_in(other_area)

    client.post(f"{FEED}?for={other.pk}", {"feed_version": "0"})

    other.refresh_from_db()
    assert other.feed_version == 0


def test_my_feed_is_about_the_organisation_that_is_chosen(client, focal_point, other_area):
    elsewhere = focal_point_in(other_area, email=focal_point.email, is_alternate=True)

    client.post(f"{FEED}?for={elsewhere.pk}", {"feed_version": "0"})

    focal_point.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (focal_point.feed_version, elsewhere.feed_version) == (0, 1)
    assert feed_of(elsewhere) in client.get(FEED, {"for": elsewhere.pk}).text


def test_my_feed_takes_as_many_queries_for_three_organisations_as_for_one(
    client, focal_point, other_area
):
    for_one = queries_of(client, FEED)
    for _n in range(2):
        focal_point_in(other_area, email=focal_point.email)

    assert queries_of(client, FEED) == for_one
