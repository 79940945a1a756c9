"""Creating a series, cancelling and scheduling its meetings, and conflicts with unseen changes."""

from datetime import date, timedelta

import pytest

from core.conflicts import NothingChanged
from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import (
    DraftInUse,
    EndsBeforeItStarts,
    NotAllDay,
    change_meeting,
    draft_meeting,
)
from meetings.services.series import (
    OccurrenceConflict,
    SeriesConflict,
    cancel_occurrences,
    change_occurrences,
    change_recurrence,
    draft_series,
    schedule_occurrences,
)
from meetings.services.series_plan import (
    AlreadyOver,
    NoOccurrences,
    NotInASeries,
    OccurrenceOutcome,
    Scope,
    TooManyOccurrences,
)
from tests.factories import MeetingFactory, UserFactory
from tests.meetings.desk import staff_with
from tests.meetings.repeated import (
    BEFORE,
    MEANWHILE,
    TUESDAYS,
    at_three,
    identity,
    occurrences_of,
    on_the_clocks,
    outcomes,
    planned,
    refused,
    rule,
    said,
    stored,
)

# Creating


def test_draft_series_drafts_a_meeting_for_each_day_whose_clocks_show_the_same():
    officer = staff_with()

    series = draft_series(rule=rule(), by=officer, at=BEFORE, **said(title="Weekly"))

    meetings = occurrences_of(series)
    assert [meeting.occurrence for meeting in meetings] == TUESDAYS
    assert [on_the_clocks(meeting)[11:] for meeting in meetings] == ["15:00"] * 4
    # Before and after the clocks went back.
    assert [meeting.starts_at.hour for meeting in meetings] == [13, 14, 14, 14]
    assert {(m.title, m.status, m.version) for m in meetings} == {("Weekly", "draft", 1)}
    assert len({meeting.uid for meeting in meetings}) == 4
    assert {meeting.history.get().history_user for meeting in meetings} == {officer}
    assert series.history.get().history_user == officer


def test_draft_series_of_whole_days():
    until = at_three(date(2021, 10, 28), hour=0)
    whole = {"is_all_day": True, "starts_at": at_three(TUESDAYS[0], hour=0), "ends_at": until}

    series = draft_series(rule=rule(count=2), by=None, at=BEFORE, **said(**whole))

    assert (series.local_time, series.duration) == (None, timedelta(days=2))
    assert [(m.local_day, m.local_time) for m in occurrences_of(series)] == [
        (TUESDAYS[0], None),
        (TUESDAYS[1], None),
    ]


@pytest.mark.parametrize(
    ("refusal", "its_rule", "facts"),
    [
        (
            NoOccurrences,
            {"count": None, "last_day": date(2021, 10, 27), "first_day": date(2021, 10, 27)},
            {},
        ),
        (TooManyOccurrences, {"count": None, "last_day": date(2031, 1, 1)}, {}),
        (EndsBeforeItStarts, {}, {"ends_at": at_three(TUESDAYS[0], hour=14)}),
        (NotAllDay, {}, {"is_all_day": True}),
    ],
)
def test_draft_series_refuses_what_cannot_be(refusal, its_rule, facts):
    refused(refusal, draft_series, rule=rule(**its_rule), **said(**facts))


# Cancelling and scheduling


REACH = pytest.mark.parametrize(
    ("scope", "reached"),
    [
        (Scope.THIS, [False, False, True, False]),
        (Scope.LATER, [False, False, True, True]),
        (Scope.ALL, [True, True, True, True]),
    ],
)


@REACH
def test_cancel_reaches_as_far_as_its_scope(scope, reached):
    meetings, officer = planned(), staff_with()

    cancel_occurrences(meeting=meetings[2], scope=scope, by=officer, at=BEFORE)

    left = stored(meetings)
    assert [meeting.status == MeetingStatus.CANCELLED for meeting in left] == reached
    assert [meeting.sequence for meeting in left] == [int(is_off) for is_off in reached]
    assert left[2].history.latest("history_id").history_user == officer
    assert identity(left) == identity(meetings)


@REACH
def test_cancel_deletes_drafts(scope, reached):
    meetings = planned(on_the_calendar=False)

    plan = cancel_occurrences(meeting=meetings[2], scope=scope, by=None, at=BEFORE)

    left = set(Meeting.objects.values_list("pk", flat=True))
    assert [meeting.pk not in left for meeting in meetings] == reached
    assert set(outcomes(plan)) == {OccurrenceOutcome.DELETED}


@REACH
def test_scheduling_reaches_as_far_as_its_scope(scope, reached):
    meetings = planned(on_the_calendar=False)

    schedule_occurrences(meeting=meetings[2], scope=scope, by=None, at=BEFORE)

    left = stored(meetings)
    assert [meeting.status == MeetingStatus.SCHEDULED for meeting in left] == reached
    assert {meeting.sequence for meeting in left} == {0}


@pytest.mark.parametrize("scope", Scope)
def test_cancelling_and_scheduling_refuse_what_cannot_be(scope):
    meetings = planned()
    alone = MeetingFactory(starts_at=at_three(TUESDAYS[3]))

    for deed in (cancel_occurrences, schedule_occurrences):
        refused(NotInASeries, deed, meeting=alone, scope=scope)
        refused(AlreadyOver, deed, meeting=meetings[0], scope=scope, at=MEANWHILE)
    refused(NothingChanged, schedule_occurrences, meeting=meetings[2], scope=scope)
    cancel_occurrences(meeting=meetings[2], scope=Scope.ALL, by=None, at=BEFORE)
    refused(NothingChanged, cancel_occurrences, meeting=meetings[2], scope=scope)


def test_cancelling_a_draft_on_which_another_sitting_hangs_is_refused():
    meetings = planned(on_the_calendar=False)
    draft_meeting(by=None, at=BEFORE, sitting_of=meetings[3], **said())

    refusal = refused(DraftInUse, cancel_occurrences, meeting=meetings[0], scope=Scope.ALL)

    assert "Tuesday 16 November 2021" in str(refusal)


# Conflicts


STEPS = {
    change_occurrences: {"place": "Kigali"},
    change_recurrence: {"rule": rule(count=3)},
    cancel_occurrences: {},
}


@pytest.mark.parametrize("deed", STEPS)
def test_step_over_other_than_what_was_read_is_refused(deed):
    meetings = planned()
    seen = {meeting.pk: meeting.version for meeting in meetings}
    fewer, more = dict(list(seen.items())[:-1]), {**seen, 0: 1}

    def refuses(refusal, versions):
        who = {"meeting": meetings[0], "scope": Scope.ALL, "versions": versions}
        return str(refused(refusal, deed, **who, **STEPS[deed]))

    for read in (fewer, more):
        refuses(SeriesConflict, read)
    change_meeting(meeting=meetings[3], by=UserFactory(name="Amina"), at=BEFORE, title="Theirs")
    words = refuses(OccurrenceConflict, seen)
    Meeting.objects.filter(pk=meetings[0].pk).delete()
    refuses(SeriesConflict, None)

    assert "Amina changed the meeting of Tuesday 16 November 2021" in words
