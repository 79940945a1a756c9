from urllib.parse import parse_qs, urlsplit

import pytest

from meetings.services.subscription_links import subscription_links

FEED = "https://portal.example/calendar/private/a:b.ics"
NAME = "Partner2Connect: Empowering Communities & more"


def asked_by(address):
    """Return what an address hands over, by name."""
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


def test_google_is_given_the_feed_as_webcal():
    ways = subscription_links(FEED, name=NAME)

    assert asked_by(ways["google_address"]) == {
        "cid": "webcal://portal.example/calendar/private/a:b.ics"
    }


@pytest.mark.parametrize(
    ("way", "host"),
    [
        ("microsoft_at_work", "outlook.office.com"),
        ("microsoft_at_home", "outlook.live.com"),
    ],
)
def test_outlook_is_given_the_feed_with_its_name(way, host):
    address = subscription_links(FEED, name=NAME)[way]

    assert urlsplit(address).hostname == host
    assert asked_by(address) == {"url": FEED, "name": NAME}


def test_program_of_the_device_is_given_the_feed_as_webcal():
    ways = subscription_links("http://127.0.0.1:8000/calendar/all.ics", name=NAME)

    assert ways["webcal_address"] == "webcal://127.0.0.1:8000/calendar/all.ics"
