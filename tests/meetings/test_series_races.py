"""Two colleagues at one series at once, in real transactions."""

import pytest

from core.conflicts import Refused
from meetings.models import Meeting, Series, Weekday
from meetings.services.meetings import change_meeting
from meetings.services.series import (
    SeriesConflict,
    cancel_occurrences,
    change_occurrences,
    change_recurrence,
    schedule_occurrences,
)
from meetings.services.series_plan import Scope, SeriesPlan
from tests.meetings.desk import staff_with
from tests.meetings.repeated import BEFORE, TUESDAYS, at_three, occurrences_of, planned, rule
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY

STEPS = {
    "another place": lambda **who: change_occurrences(place="Kigali", **who),
    "another time": lambda **who: change_occurrences(
        starts_at=at_three(TUESDAYS[2], hour=10), ends_at=at_three(TUESDAYS[2], hour=11), **who
    ),
    "another day": lambda **who: change_recurrence(
        rule=rule(weekday=Weekday.THURSDAY, first_day=TUESDAYS[2], count=2), **who
    ),
    "cancel": cancel_occurrences,
}


def meet(first, second, *, on_the_calendar=True, **seen):
    """Let one step overtake another, and say what came of both."""
    meetings = planned(on_the_calendar=on_the_calendar)
    versions = {meeting.pk: meeting.version for meeting in meetings[2:]}

    def done_by(step):
        of_their_own, officer = Meeting.objects.get(pk=meetings[2].pk), staff_with()
        return lambda: step(
            meeting=of_their_own,
            scope=Scope.LATER,
            by=officer,
            at=BEFORE,
            **({"versions": versions} if seen.get("read", True) else {}),
        )

    return meetings, *overtaken(done_by(first), done_by(second), at="meetings_meeting")


@pytest.mark.parametrize("second", STEPS)
@pytest.mark.parametrize("first", STEPS)
def test_of_two_steps_at_once_one_is_made_and_one_refused(first, second):
    meetings, won, lost = meet(STEPS[first], STEPS[second])

    assert isinstance(won, SeriesPlan)
    assert isinstance(lost, Refused)
    of_later = Meeting.objects.filter(pk__in=[meeting.pk for meeting in meetings[2:]])
    assert {meeting.version for meeting in of_later} <= {3, 4}
    divided = first in ("another time", "another day")
    assert Series.objects.count() == 1 + divided


def test_steps_at_once_need_the_lock():
    with without_locks():
        _meetings, _first, second = meet(STEPS["another place"], STEPS["another place"])

    assert isinstance(second, SeriesPlan)


def test_scheduling_by_two_at_once_is_done_once():
    meetings, won, lost = meet(schedule_occurrences, schedule_occurrences, on_the_calendar=False)

    assert isinstance(won, SeriesPlan)
    assert isinstance(lost, Refused)
    later = occurrences_of(meetings[0].series)[2:]
    assert [meeting.version for meeting in later] == [2, 2]


def test_whoever_waited_for_a_series_that_was_divided_changes_the_new_part():
    meetings, won, second = meet(STEPS["another time"], STEPS["another place"], read=False)

    assert isinstance(won, SeriesPlan)
    assert isinstance(second, SeriesPlan)
    later = [Meeting.objects.get(pk=meeting.pk) for meeting in meetings[2:]]
    assert [(meeting.place, meeting.starts_at.hour) for meeting in later] == [("Kigali", 9)] * 2
    assert len({meeting.series for meeting in later}) == 1


def test_step_on_drafts_that_a_colleague_deletes_at_once_is_refused():
    _meetings, won, lost = meet(cancel_occurrences, STEPS["another place"], on_the_calendar=False)

    assert isinstance(won, SeriesPlan)
    assert isinstance(lost, SeriesConflict)


def test_change_of_one_alone_at_once_waits_for_that_of_the_series():
    meetings = planned()
    of_one, officer = Meeting.objects.get(pk=meetings[3].pk), staff_with()
    of_all = Meeting.objects.get(pk=meetings[2].pk)

    won, lost = overtaken(
        lambda: change_occurrences(
            meeting=of_all, scope=Scope.LATER, by=officer, at=BEFORE, place="Kigali"
        ),
        lambda: change_meeting(
            meeting=of_one, by=officer, at=BEFORE, version=2, title="One of its own"
        ),
        at="meetings_meeting",
    )

    assert isinstance(won, SeriesPlan)
    assert isinstance(lost, Refused)
