"""Links that add a feed to a person's own calendar program."""

from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

# The slug of the feed with all public meetings.
ALL: Final = "all"
# Web calendars that add a feed by its address. Google needs a webcal address, or it imports the
# file only once. Microsoft has one page for organisations and one for private accounts.
GOOGLE: Final = "https://calendar.google.com/calendar/r"
OUTLOOK_OFFICE: Final = "https://outlook.office.com/calendar/0/addfromweb"
OUTLOOK_LIVE: Final = "https://outlook.live.com/calendar/0/addfromweb"


def public_feed_address(slug: str) -> str:
    """Return the absolute URL of a public feed."""
    return settings.SITE_URL + reverse("meetings:public_feed", args=[slug])


def subscription_links(address: str, *, name: str) -> dict[str, str]:
    """Return the URLs that add a feed to a calendar, for the page that offers them.

    `name` is the name of the calendar, for programs that need one.
    """
    webcal = "webcal" + address[address.index("://") :]
    on_the_web = urlencode({"url": address, "name": name})
    return {
        "feed_address": address,
        "webcal_address": webcal,
        "google_address": f"{GOOGLE}?{urlencode({'cid': webcal})}",
        "microsoft_at_work": f"{OUTLOOK_OFFICE}?{on_the_web}",
        "microsoft_at_home": f"{OUTLOOK_LIVE}?{on_the_web}",
    }
