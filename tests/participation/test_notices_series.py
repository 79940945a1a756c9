"""What is done to several meetings of a series at once is told in one mail."""

from datetime import date, timedelta

import pytest

from meetings.models import Weekday
from meetings.services.dst_changes import apply_dst_changes
from meetings.services.series import (
    cancel_occurrences,
    change_occurrences,
    change_recurrence,
    schedule_occurrences,
)
from meetings.services.series_plan import Scope
from participation.services.notices import mark_all_as_announced, send_notices
from tests.meetings.repeated import BEFORE, TUESDAYS, at_three, occurrences_of, planned, rule
from tests.meetings.test_dst_changes import planned_by_other_rules
from tests.participation.notices import written

pytestmark = pytest.mark.django_db
LATER = BEFORE + timedelta(hours=1)
SETTLED = LATER + timedelta(minutes=10)
WHO = {"by": None, "at": LATER}


@pytest.fixture
def meetings(area, focal_point):
    """Four Tuesdays of which everybody knows."""
    meetings = planned(focus_area=area)
    mark_all_as_announced(at=BEFORE)
    return meetings


def subjects():
    return [subject for subject, _address in written()]


def test_series_that_comes_onto_the_calendar_is_one_mail(area, focal_point):
    meetings = planned(on_the_calendar=False, focus_area=area)
    assert send_notices(at=SETTLED) == 0

    schedule_occurrences(meeting=meetings[0], scope=Scope.ALL, **WHO)

    assert send_notices(at=SETTLED) == 1
    assert send_notices(at=SETTLED) == 0


@pytest.mark.parametrize("scope", [Scope.LATER, Scope.ALL])
def test_series_at_another_time_is_one_mail(meetings, scope):
    times = {"starts_at": at_three(TUESDAYS[1], hour=9), "ends_at": at_three(TUESDAYS[1], hour=10)}

    change_occurrences(meeting=meetings[1], scope=scope, **WHO, **times)

    assert send_notices(at=SETTLED) == 1
    assert subjects() == ["Moved: Weekly"]


@pytest.mark.parametrize("scope", Scope)
def test_series_that_is_called_off_is_one_mail(meetings, scope):
    cancel_occurrences(meeting=meetings[1], scope=scope, **WHO)

    assert send_notices(at=SETTLED) == 1
    assert subjects() == ["Cancelled: Weekly"]


def test_series_with_fewer_days_is_one_mail_of_all_that_fall_away(meetings):
    change_recurrence(meeting=meetings[0], scope=Scope.ALL, rule=rule(count=1), **WHO)

    assert send_notices(at=SETTLED) == 1
    assert subjects() == ["Cancelled: Weekly"]


def test_series_that_is_divided_is_one_mail_of_what_moves_and_what_falls_away(meetings):
    thursdays = rule(weekday=Weekday.THURSDAY, first_day=date(2021, 11, 4), count=1)

    change_recurrence(meeting=meetings[1], scope=Scope.LATER, rule=thursdays, **WHO)

    assert send_notices(at=SETTLED) == 1
    assert subjects() == ["Changed: Weekly"]


def test_series_of_which_nothing_changes_for_its_readers_is_no_mail(meetings):
    change_occurrences(meeting=meetings[0], scope=Scope.ALL, agenda="Welcome", **WHO)

    assert send_notices(at=SETTLED) == 0
    assert len(occurrences_of(meetings[0].series)) == 4


def test_meeting_that_is_held_to_its_clocks_is_told(area, focal_point):
    planned_by_other_rules(focus_area=area)
    mark_all_as_announced(at=BEFORE)

    apply_dst_changes(at=LATER)

    assert send_notices(at=SETTLED) == 1
