from urllib.parse import parse_qs, urlsplit

import pytest

from meetings.services.subscription_links import subscription_links

FEED = "https://portal.example/calendar/private/a:b.ics"
NAME = "Partner2Connect: Empowering Communities & more"


def asked_by(address):
    """Return the query parameters of a URL."""
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


@pytest.mark.parametrize(
    ("way", "host", "asked"),
    [
        ("google_address", "calendar.google.com", {"cid": FEED.replace("https", "webcal")}),
        ("microsoft_at_work", "outlook.office.com", {"url": FEED, "name": NAME}),
        ("microsoft_at_home", "outlook.live.com", {"url": FEED, "name": NAME}),
    ],
)
def test_calendar_on_the_web_is_given_the_feed(way, host, asked):
    ways = subscription_links(FEED, name=NAME)

    assert urlsplit(ways[way]).hostname == host
    assert asked_by(ways[way]) == asked
    assert ways["webcal_address"] == FEED.replace("https", "webcal")
