"""The changes of a meeting, as participants see them."""

from datetime import timedelta

import pytest

from meetings.services.change_log import change_log
from meetings.services.meetings import (
    cancel_meeting,
    change_meeting,
    draft_meeting,
    move_meeting,
    schedule_meeting,
)
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LINK = "https://meet.example.org/room"


@pytest.fixture
def meeting():
    by = UserFactory()
    meeting = draft_meeting(
        by=by,
        at=NOON - 5 * HOUR,
        kind="meeting",
        title="Meeting",
        starts_at=NOON,
        ends_at=NOON + HOUR,
        time_zone="Europe/Zurich",
    )
    change_meeting(meeting=meeting, by=by, at=NOON - 5 * HOUR, place="Before it was told")
    return schedule_meeting(meeting=meeting, by=by, at=NOON - 4 * HOUR)


def told(meeting, zone="Europe/Zurich"):
    return [(move.at, move.words) for move in change_log(meeting, zone=zone)]


def test_nothing_is_told_of_what_happened_before_it_was_on_the_calendar(meeting):
    assert told(meeting) == []


def test_move_is_told_with_what_it_was_on_the_readers_clocks(meeting):
    move_meeting(
        meeting=meeting,
        starts_at=NOON + HOUR,
        ends_at=NOON + 2 * HOUR,
        by=UserFactory(),
        at=NOON - 3 * HOUR,
    )

    assert told(meeting, "Africa/Nairobi") == [
        (
            "Monday 25 October 2021, 12:00 Nairobi (UTC+3)",
            ["Rescheduled. Previously: Monday 25 October 2021, 15:00 to 16:00 Nairobi (UTC+3)."],
        )
    ]


def test_changes_are_told_the_latest_first_and_links_are_kept_to_oneself(meeting):
    by = UserFactory()
    change_meeting(meeting=meeting, by=by, at=NOON - 3 * HOUR, join_link=LINK, is_tentative=True)
    change_meeting(
        meeting=meeting, by=by, at=NOON - 2 * HOUR, join_link=f"{LINK}-2", place="Kigali"
    )
    change_meeting(meeting=meeting, by=by, at=NOON - 2 * HOUR, title="Another title")
    change_meeting(meeting=meeting, by=by, at=NOON - 2 * HOUR, is_tentative=False)
    cancel_meeting(meeting=meeting, by=by, at=NOON - HOUR)

    words = [words for _at, words in told(meeting)]

    assert words == [
        ["Cancelled."],
        ["The time is confirmed."],
        ["Place changed. Previously: Before it was told.", "The join link was changed."],
        ["A join link was added."],
    ]


def test_place_and_join_link_that_come_or_are_taken_away_are_not_told_as_others(
    meeting, django_assert_num_queries
):
    by = UserFactory()
    change_meeting(meeting=meeting, by=by, at=NOON - 3 * HOUR, join_link=LINK)
    change_meeting(meeting=meeting, by=by, at=NOON - 2 * HOUR, place="", join_link="")
    change_meeting(meeting=meeting, by=by, at=NOON - HOUR, place="Kigali")

    with django_assert_num_queries(1):
        words = [words for _at, words in told(meeting)]

    assert words[:2] == [
        ["Place added."],
        [
            "Place removed. Previously: Before it was told.",
            "The join link was removed.",
        ],
    ]
