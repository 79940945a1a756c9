"""Simultaneous changes of several meetings of a series are announced in one message."""

from datetime import date, timedelta

import pytest

from meetings.models import Weekday
from meetings.services.dst_changes import apply_dst_changes
from meetings.services.series import (
    change_occurrences,
    change_recurrence,
    schedule_occurrences,
)
from meetings.services.series_plan import Scope
from participation.services.notices import mark_all_as_announced, send_notices
from tests.meetings.repeated import BEFORE, occurrences_of, planned, rule
from tests.meetings.test_dst_changes import planned_by_other_rules
from tests.participation.notices import subject, written

pytestmark = pytest.mark.django_db
LATER = BEFORE + timedelta(hours=1)
SETTLED = LATER + timedelta(minutes=10)
WHO = {"by": None, "at": LATER}


@pytest.fixture
def meetings(area, focal_point):
    """Four Tuesdays that were announced."""
    meetings = planned(focus_area=area)
    mark_all_as_announced(at=BEFORE)
    return meetings


def test_series_that_comes_onto_the_calendar_is_one_mail(area, focal_point):
    meetings = planned(on_the_calendar=False, focus_area=area)
    assert send_notices(at=SETTLED) == 0

    schedule_occurrences(meeting=meetings[0], scope=Scope.ALL, **WHO)

    assert send_notices(at=SETTLED) == 1
    assert send_notices(at=SETTLED) == 0


def test_series_that_is_divided_is_one_mail_of_what_moves_and_what_falls_away(meetings):
    thursdays = rule(weekday=Weekday.THURSDAY, first_day=date(2021, 11, 4), count=1)

    change_recurrence(meeting=meetings[1], scope=Scope.LATER, rule=thursdays, **WHO)

    assert send_notices(at=SETTLED) == 1
    assert written() == [
        (
            subject(
                "Cancelled", "Weekly and 1 more meeting; 1 other change", "Tuesday 9 November 2021"
            ),
            "wanjiku@example.org",
        )
    ]


def test_series_of_which_nothing_changes_for_its_readers_is_no_mail(meetings):
    change_occurrences(meeting=meetings[0], scope=Scope.ALL, agenda="Welcome", **WHO)

    assert send_notices(at=SETTLED) == 0
    assert len(occurrences_of(meetings[0].series)) == 4


def test_meeting_that_is_held_to_its_clocks_is_told(area, focal_point):
    planned_by_other_rules(focus_area=area)
    mark_all_as_announced(at=BEFORE)

    apply_dst_changes(at=LATER)

    assert send_notices(at=SETTLED) == 1
