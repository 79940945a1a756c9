"""A working group's meetings, links and pages, as its members see them."""

from icalendar import Calendar

from members.services.private_links import LinkPurpose, token_for
from tests.participation.people import LINK, SOON, meeting_of
from tests.participation.people import signed_in_as as browser_of

__all__ = ["LINK", "SOON", "browser_of", "meeting_of"]


def page_of(focal_point, language="en"):
    return f"/{language}/working-group/{token_for(focal_point, LinkPurpose.WORKING_GROUP)}/"


def feed_of(focal_point):
    return f"/calendar/private/{token_for(focal_point, LinkPurpose.FEED)}.ics"


def summaries(response):
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(response.content).events]
