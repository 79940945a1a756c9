"""The state of a meeting during it, and from the moment when it ends."""

from datetime import timedelta

import pytest

from meetings.models import MeetingKind, MeetingStatus
from papers.models import PaperKind
from participation.services.my_meetings import my_meetings
from tests.factories import NOON, PaperFactory, PaperVersionFactory
from tests.participation.people import meeting_of

SECOND = timedelta(seconds=1)


@pytest.fixture
def meeting(area):
    return meeting_of(area, starts_at=NOON, recording_link="https://example.org/recording")


def seen(meeting, person, at):
    return my_meetings([meeting], people=[person], at=at)[meeting.pk]


def test_meeting_is_over_from_the_moment_of_its_end_on(meeting, focal_point):
    paper = PaperFactory(meeting=meeting, kind=PaperKind.MINUTES)
    minutes = PaperVersionFactory(paper=paper)

    before = seen(meeting, focal_point, meeting.ends_at - SECOND)
    then = seen(meeting, focal_point, meeting.ends_at)

    assert (before.is_open, before.is_over) == (True, False)
    assert (before.minutes, before.recording_link) == ([], "")
    assert (then.is_open, then.is_over) == (False, True)
    assert (then.minutes, then.recording_link) == ([minutes], "https://example.org/recording")


@pytest.mark.parametrize(
    "facts", [{"kind": MeetingKind.DEADLINE}, {"status": MeetingStatus.CANCELLED}]
)
def test_what_is_no_gathering_takes_no_answers(area, focal_point, facts):
    meeting = meeting_of(area, starts_at=NOON, **facts)

    assert seen(meeting, focal_point, NOON - SECOND).is_open is False
