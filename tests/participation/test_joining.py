"""The portal's own address to join a meeting, for invited people and for everybody."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from meetings.models import MeetingStatus
from meetings.services.joining import (
    JoinState,
    join_address,
    join_state,
    joining,
    public_join_address,
)
from meetings.services.meetings import change_meeting
from tests.factories import NOON
from tests.participation.people import LINK, SOON, focal_point_in, meeting_of, signed_in_as

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
NOW_OPEN = {"starts_at": timezone.now() + 10 * MINUTE}
OPEN_TO_ALL = {"is_public": True, "is_join_public": True}


def mine_of(meeting):
    return f"/en/my/meetings/{meeting.uid}/join/"


def public_of(meeting):
    return f"/en/calendar/{meeting.uid}/join/"


@pytest.mark.parametrize(
    ("facts", "before", "state"),
    [
        ({}, 15 * MINUTE + timedelta(seconds=1), JoinState.EARLY),
        ({}, 15 * MINUTE, JoinState.OPEN),
        ({}, -60 * MINUTE + timedelta(seconds=1), JoinState.OPEN),
        ({}, -60 * MINUTE, JoinState.OVER),
        ({"join_link": ""}, 15 * MINUTE, JoinState.NO_ROOM),
        ({"status": MeetingStatus.CANCELLED}, 15 * MINUTE, JoinState.CANCELLED),
    ],
)
def test_meeting_is_open_from_fifteen_minutes_before_until_its_end(area, facts, before, state):
    meeting = meeting_of(area, starts_at=SOON, ends_at=SOON + 60 * MINUTE, **facts)

    assert join_state(meeting, at=SOON - before) == state


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=1), "1 minute"),
        (22 * MINUTE, "22 minutes"),
        (SOON - SOON + 26 * 60 * MINUTE, "1 day, 2 hours"),
    ],
)
def test_time_left_is_in_words_and_never_none(area, left, words):
    meeting = meeting_of(area, starts_at=NOON + 15 * MINUTE + left)

    join = joining(meeting, address="/", zone="Africa/Nairobi", at=NOON)

    assert join.time_left.replace("\N{NO-BREAK SPACE}", " ") == words
    assert join.seconds_left == left.total_seconds()


def test_invited_person_is_led_to_the_room_and_nobody_else_learns_it(mine, area, other_area):
    meeting = meeting_of(area, **NOW_OPEN)
    outsider = signed_in_as(focal_point_in(other_area))

    joined = mine.get(mine_of(meeting))
    others = [client.get(mine_of(meeting)) for client in (outsider, Client())]

    assert (joined.status_code, joined["Location"]) == (302, LINK)
    assert joined["Referrer-Policy"] == "no-referrer"
    assert "no-store" in joined["Cache-Control"]
    assert [other.status_code for other in others] == [404, 302]
    assert others[1]["Location"].startswith("/accounts/sign-in/")
    assert LINK not in "".join(f"{other.headers}{other.text}" for other in others)


def test_too_early_the_page_says_how_long_in_the_zone_of_the_reader(mine, area):
    meeting = meeting_of(area, starts_at=timezone.now() + 37 * MINUTE)

    page = mine.get(mine_of(meeting))

    assert page.status_code == 200
    assert "Nairobi (UTC+3)" in page.text
    assert "Time until then: 22\N{NO-BREAK SPACE}minutes." in page.text
    assert 1250 < page.context["join"].seconds_left <= 1320
    assert LINK not in page.text


def test_other_room_has_the_same_address(mine, area):
    meeting = meeting_of(area, **NOW_OPEN)
    address = join_address(meeting)
    other = "https://meet.example.org/other"

    change_meeting(meeting=meeting, by=None, at=timezone.now(), join_link=other)

    assert (join_address(meeting), mine.get(mine_of(meeting))["Location"]) == (address, other)


def test_everybody_joins_a_public_meeting_only_if_staff_allow_it(client, area):
    joinable = meeting_of(area, **OPEN_TO_ALL, **NOW_OPEN)
    public = meeting_of(area, is_public=True, **NOW_OPEN)
    draft = meeting_of(area, **OPEN_TO_ALL, **NOW_OPEN, status=MeetingStatus.DRAFT)

    answers = [client.get(public_of(each)) for each in (joinable, public, draft)]
    pages = [client.get(f"/en/calendar/{each.uid}/").text for each in (joinable, public)]

    assert [(each.status_code, each.get("Location")) for each in answers] == [
        (302, LINK),
        (404, None),
        (404, None),
    ]
    assert [public_of(joinable) in pages[0], "/join/" in pages[1]] == [True, False]
    assert LINK not in "".join(pages)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "You can join from"),
        ({"status": MeetingStatus.CANCELLED}, "There is nothing to join."),
        ({"starts_at": NOON}, "There is nothing to join any more."),
        ({"join_link": ""}, "This meeting has no join link at the moment."),
    ],
)
def test_public_address_says_why_it_does_not_open(client, area, facts, words):
    meeting = meeting_of(area, **OPEN_TO_ALL, **facts)

    page = client.get(public_of(meeting))

    assert (page.status_code, words in page.text, LINK in page.text) == (200, True, False)
    assert page["X-Robots-Tag"] == "noindex, nofollow"


def test_public_calendar_has_the_public_address_of_what_everybody_can_join(client, area):
    joinable = meeting_of(area, **OPEN_TO_ALL)
    meeting_of(area, is_public=True)

    feed = client.get("/calendar/all.ics").text.replace("\r\n ", "")

    assert feed.count("CONFERENCE") == 1
    assert public_join_address(joinable) in feed
    assert LINK not in feed
