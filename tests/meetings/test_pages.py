from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from meetings.models import MeetingStatus
from meetings.services.meetings import change_meeting
from meetings.services.subscription_links import subscription_links
from members.models import MemberStatus
from tests.factories import NOON, FocalPointFactory, FocusAreaFactory, MeetingFactory
from tests.meetings.repeated import whole_days
from tests.meetings.test_calendar import titles_in
from tests.participation.group import feed_of

pytestmark = pytest.mark.usefixtures("no_meetings")
FEEDS = ["/calendar/all.ics", "/calendar/empowering-communities.ics"]
CONDITIONS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
SOON = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
LINK = "https://meet.example.org/room"


def public_meeting(area, **facts):
    public = {"focus_area": area, "is_public": True, "starts_at": SOON, "join_link": LINK}
    return MeetingFactory(**{**public, **facts})


def titles_of(response):
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(response.content).events]


def test_feed_of_an_area_holds_its_own_and_the_coalitions_public_meetings(client, area):
    public_meeting(area, title="Own")
    public_meeting(None, title="Of the coalition", starts_at=SOON + timedelta(days=1))
    public_meeting(FocusAreaFactory(number=1), title="Of another area")
    public_meeting(area, title="Private", is_public=False)

    feed = client.get(FEEDS[1])

    assert titles_of(feed) == ["Own", "Of the coalition"]
    assert Calendar.from_ical(feed.content)["NAME"] == "Partner2Connect: Empowering Communities"
    assert client.get("/calendar/something-else.ics").status_code == 404


def test_calendar_lists_what_is_public_by_month_in_its_zone_with_genevas_beside(client, area):
    public_meeting(area, title="Later", starts_at=SOON + timedelta(days=40))
    public_meeting(None, title="Sooner", starts_at=SOON)
    public_meeting(area, title="Long ago", starts_at=NOON, time_zone="Asia/Tokyo")
    public_meeting(area, title="Private", is_public=False)
    public_meeting(area, title="Draft", status=MeetingStatus.DRAFT)

    response = client.get("/en/calendar/")

    months = response.context
    assert [titles_in([month]) for month in months["next_months"]] == [["Sooner"], ["Later"]]
    assert [(month.name, titles_in([month])) for month in months["past_months"]] == [
        ("October 2021", ["Long ago"])
    ]
    assert (
        '<time datetime="2021-10-25T21:00:00+09:00"'
        ' data-visitor-words="{time} where you are ({zone})">'
        "Monday 25 October 2021, 21:00 to 22:00 Tokyo (UTC+9)</time>"
    ) in response.text
    assert "Monday 25 October 2021, 14:00 to 15:00 Geneva (UTC+2)" in response.text


def test_whole_days_and_cancelled_meetings_have_no_time_where_the_visitor_is(client, area):
    public_meeting(area, title="Timed", is_tentative=True)
    public_meeting(area, title="Called off", status=MeetingStatus.CANCELLED)
    public_meeting(area, title="Day", **whole_days(SOON.date(), SOON.date()))

    response = client.get("/en/calendar/")

    months = response.context["next_months"]
    assert sum(len(month.entries) for month in months) == 3
    assert response.text.count("data-visitor-words") == 1
    assert "js/local-time.js" in response.text
    # The page states that a meeting is tentative or cancelled.
    assert "<s>Called off</s>" in response.text
    assert '<strong class="chip is-ended">Cancelled</strong>' in response.text
    assert '<strong class="chip">To be confirmed</strong>' in response.text


def test_calendar_without_a_meeting_says_what_will_appear(client):
    response, feed = client.get("/en/calendar/"), client.get("/calendar/all.ics")
    past = client.get("/en/calendar/past/")

    assert "No past meetings." in past.text
    assert "No meetings yet." in response.text
    assert "Past meetings" not in response.text
    assert titles_of(feed) == []


@pytest.mark.parametrize("address", ["/en/calendar/", *FEEDS])
def test_join_link_is_never_public(client, area, address):
    public_meeting(area)

    response = client.get(address)

    assert "Meeting" in response.text
    assert "meet.example.org" not in response.text.replace("\r\n ", "")


def test_public_feed_of_the_coalition_holds_everything_public(client, area):
    public_meeting(area, title="Of an area")
    public_meeting(None, title="Of the coalition", starts_at=SOON + timedelta(days=1))
    public_meeting(area, title="Long ago", starts_at=NOON)
    public_meeting(area, title="Private", is_public=False)
    public_meeting(area, title="Draft", status=MeetingStatus.DRAFT)

    response, head = client.get("/calendar/all.ics"), client.head("/calendar/all.ics")

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Vary"] == "Cookie, Accept-Language, Accept-Encoding"
    assert titles_of(response) == ["Long ago", "Of an area", "Of the coalition"]
    assert Calendar.from_ical(response.content)["NAME"] == "Partner2Connect Digital Coalition"
    assert (head.content, head["ETag"]) == (b"", response["ETag"])


@pytest.mark.parametrize("address", FEEDS)
@pytest.mark.parametrize("header", CONDITIONS)
def test_public_feed_that_did_not_change_takes_one_query_and_is_not_sent_again(
    client, area, address, header, django_assert_num_queries
):
    public_meeting(area, changed_at=NOON)
    first = client.get(address)

    with django_assert_num_queries(1):
        second = client.get(address, headers={CONDITIONS[header]: first[header]})

    assert first["Last-Modified"] == "Mon, 25 Oct 2021 12:00:00 GMT"
    assert (second.status_code, second.content) == (304, b"")
    assert second["ETag"] == first["ETag"]
    assert second["Cache-Control"] == first["Cache-Control"]


@pytest.mark.parametrize("header", CONDITIONS)
@pytest.mark.parametrize(
    ("facts", "left"), [({"title": "Other"}, ["Stays", "Other"]), ({"is_public": False}, ["Stays"])]
)
def test_public_feed_that_changed_or_lost_a_meeting_is_sent_again(
    client, area, header, facts, left
):
    public_meeting(area, title="Stays", changed_at=NOON)
    meeting = public_meeting(area, title="Goes", changed_at=NOON + timedelta(minutes=1))
    first = client.get("/calendar/all.ics")
    change_meeting(meeting=meeting, by=None, at=NOON + timedelta(minutes=2), **facts)

    second = client.get("/calendar/all.ics", headers={CONDITIONS[header]: first[header]})

    assert second.status_code == 200
    assert titles_of(second) == left


def test_public_feed_is_not_dated_by_private_meetings(client, area):
    public_meeting(area, changed_at=NOON)
    withdrawn = public_meeting(area, changed_at=NOON)
    private = public_meeting(area, is_public=False, changed_at=NOON)
    drafted = public_meeting(area, status=MeetingStatus.DRAFT, changed_at=NOON)

    def dated(meeting, minutes, **facts):
        at = NOON + timedelta(minutes=minutes)
        change_meeting(meeting=meeting, by=None, at=at, **facts)
        return [client.get(address)["Last-Modified"][17:22] for address in FEEDS]

    assert dated(private, 1, place="Kigali") == ["12:00"] * len(FEEDS)
    assert dated(drafted, 2, place="Kigali") == ["12:00"] * len(FEEDS)
    assert dated(withdrawn, 3, is_public=False) == ["12:03"] * len(FEEDS)
    assert dated(withdrawn, 4, place="Kigali") == ["12:03"] * len(FEEDS)


def test_meeting_to_come_can_be_put_into_a_calendar_by_itself(client, area):
    meeting = public_meeting(area, title="Kick-off")
    past = public_meeting(area, starts_at=NOON)
    cancelled = public_meeting(area, status=MeetingStatus.CANCELLED)
    address = f"/calendar/meetings/{meeting.uid}.ics"

    pages = [client.get(f"/en/calendar/{each.uid}/") for each in (meeting, past, cancelled)]
    with CaptureQueriesContext(connection) as queries:
        file = client.get(address)

    assert [f'href="{address}"' in page.text for page in pages] == [True, False, False]
    assert ["Add to calendar" in page.text for page in pages] == [True, False, False]
    # The others are for its sittings and its agenda.
    assert len(queries) == 3
    assert file["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert file["Content-Disposition"] == f'attachment; filename="{meeting.uid}.ics"'
    [event] = Calendar.from_ical(file.content).events
    assert (event["SUMMARY"], event["UID"]) == ("Kick-off", str(meeting.uid))
    assert LINK.encode() not in file.content


@pytest.fixture
def addresses(area):
    meeting = public_meeting(area)
    person = FocalPointFactory(member__status=MemberStatus.ADMITTED)
    return [
        *FEEDS,
        f"/calendar/meetings/{meeting.uid}.ics",
        feed_of(person),
        "/calendar/private/no-token.ics",
    ]


@pytest.mark.parametrize(
    ("method", "status"),
    [
        # It is no CalDAV server.
        *(
            (method, 405)
            for method in ("PROPFIND", "REPORT", "POST", "PUT", "PATCH", "DELETE", "X")
        ),
        ("OPTIONS", 204),
    ],
)
def test_feed_refuses_other_methods_and_names_its_own(addresses, method, status):
    client = Client(enforce_csrf_checks=True)

    answers = [client.generic(method, address, b"<x/>", "text/xml") for address in addresses]

    assert {(one.status_code, one["Allow"], one.content) for one in answers} == {
        (status, "GET, HEAD", b"")
    }
    assert not any("DAV" in one for one in answers)


@pytest.mark.parametrize(("asked", "tag"), [("zh-hans", "zh-Hans"), ("fr", "fr")])
def test_feed_names_its_language_by_a_valid_tag(asked, tag):
    response = Client().get("/calendar/all.ics", headers={"Accept-Language": asked})

    assert response["Content-Language"] == tag


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
