"""Two colleagues at one meeting at once, in real transactions."""

from datetime import timedelta
from itertools import product

import pytest

from core.conflicts import Refused
from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import cancel_meeting, change_meeting, schedule_meeting
from tests.factories import NOON, MeetingFactory, UserFactory
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY

STEPS = {
    "put on the calendar": schedule_meeting,
    "move": lambda **who: change_meeting(starts_at=NOON, ends_at=NOON + timedelta(hours=1), **who),
    "move elsewhere": lambda **who: change_meeting(place="Kigali", **who),
    "cancel": cancel_meeting,
}
MEETINGS = {
    MeetingStatus.DRAFT: ("put on the calendar", "move"),
    MeetingStatus.SCHEDULED: ("move", "move elsewhere", "cancel"),
}
RAISE_THE_SEQUENCE = {"move", "move elsewhere", "cancel"}


def meet(first, second, *, status, **seen):
    """Let one step overtake another, and say what came of it all."""
    meeting = MeetingFactory(status=status)

    def done_by(step):
        of_their_own, officer = Meeting.objects.get(pk=meeting.pk), UserFactory()
        return lambda: STEPS[step](meeting=of_their_own, by=officer, at=NOON, **seen)

    won, lost = overtaken(done_by(first), done_by(second), at="meetings_meeting")

    meeting.refresh_from_db()
    return {
        "won": isinstance(won, Meeting),
        "refused": isinstance(lost, Refused) and str(lost) != "",
        "version": meeting.version,
        "sequence": meeting.sequence,
        "history": meeting.history.count(),
    }


def one_wins(first, status):
    is_on_the_calendar = status == MeetingStatus.SCHEDULED
    return {
        "won": True,
        "refused": True,
        "version": 2,
        "sequence": int(is_on_the_calendar and first in RAISE_THE_SEQUENCE),
        "history": 2,
    }


def everybody_meets(status):
    steps = MEETINGS[status]
    return {
        (first, second): meet(first, second, status=status, version=1)
        for first, second in product(steps, steps)
    }


@pytest.mark.parametrize("status", MEETINGS)
def test_of_two_steps_at_once_one_is_made_and_one_refused(status):
    met = everybody_meets(status)

    assert met == {(first, second): one_wins(first, status) for first, second in met}


@pytest.mark.parametrize("status", MEETINGS)
def test_steps_at_once_need_the_lock(status):
    with without_locks():
        met = everybody_meets(status)

    assert [pair for pair, came in met.items() if came == one_wins(pair[0], status)] == []


@pytest.mark.parametrize("step", STEPS)
def test_step_by_two_at_once_without_a_version_is_made_once(step):
    status = MeetingStatus.DRAFT if step == "put on the calendar" else MeetingStatus.SCHEDULED

    assert meet(step, step, status=status) == one_wins(step, status)
