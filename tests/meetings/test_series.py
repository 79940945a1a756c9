"""Creating, cancelling and scheduling a series, changing its days, and conflicts."""

from datetime import date, timedelta

import pytest

from core.conflicts import NothingChanged
from meetings.models import Frequency, Meeting, MeetingStatus, Series, Week, Weekday
from meetings.services.meetings import (
    AlreadyCancelled,
    cancel_meeting,
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
    put_back_occurrences,
    schedule_occurrences,
)
from meetings.services.series_plan import (
    DateSetByRule,
    OccurrenceOutcome,
    Scope,
)
from tests.factories import MeetingFactory, PaperFactory, RsvpFactory, SeriesFactory, UserFactory
from tests.meetings.desk import staff_with
from tests.meetings.repeated import (
    BEFORE,
    MEANWHILE,
    TUESDAYS,
    WEDNESDAYS,
    at_three,
    change_days,
    identity,
    moved_by_hand,
    occurrences_of,
    on_the_clocks,
    outcomes,
    planned,
    refused,
    rule,
    said,
    stored,
)


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
            "no_occurrences",
            {"count": None, "last_day": date(2021, 10, 27), "first_day": date(2021, 10, 27)},
            {},
        ),
        ("too_many_occurrences", {"count": None, "last_day": date(2031, 1, 1)}, {}),
        ("ends_before_it_starts", {}, {"ends_at": at_three(TUESDAYS[0], hour=14)}),
        ("not_all_day", {}, {"is_all_day": True}),
    ],
)
def test_draft_series_refuses_what_cannot_be(refusal, its_rule, facts):
    refused(refusal, draft_series, rule=rule(**its_rule), **said(**facts))


REACH = pytest.mark.parametrize(
    ("scope", "reached"),
    [
        (Scope.THIS, [False, False, True, False]),
        (Scope.LATER, [False, False, True, True]),
        (Scope.ALL, [True, True, True, True]),
    ],
)


@REACH
@pytest.mark.parametrize("is_draft", [True, False])
def test_cancel_reaches_as_far_as_its_scope_and_deletes_drafts(scope, reached, is_draft):
    meetings, officer = planned(on_the_calendar=not is_draft), staff_with()

    plan = cancel_occurrences(meeting=meetings[2], scope=scope, by=officer, at=BEFORE)

    left = list(Meeting.objects.filter(series__isnull=False).order_by("occurrence"))
    if is_draft:
        assert [meeting not in left for meeting in meetings] == reached
        assert set(outcomes(plan)) == {OccurrenceOutcome.DELETED}
    else:
        assert [meeting.status == MeetingStatus.CANCELLED for meeting in left] == reached
        assert [meeting.sequence for meeting in left] == [int(is_off) for is_off in reached]
        assert left[2].history.latest("history_id").history_user == officer
        assert identity(left) == identity(meetings)


@REACH
def test_scheduling_reaches_as_far_as_its_scope(scope, reached):
    meetings = planned(on_the_calendar=False)

    schedule_occurrences(meeting=meetings[2], scope=scope, by=None, at=BEFORE)

    left = stored(meetings)
    assert [meeting.status == MeetingStatus.SCHEDULED for meeting in left] == reached
    assert {meeting.sequence for meeting in left} == {0}


@REACH
def test_putting_back_reaches_as_far_as_its_scope(scope, reached):
    meetings = planned()
    cancel_occurrences(meeting=meetings[0], scope=Scope.ALL, by=None, at=BEFORE)

    put_back_occurrences(meeting=meetings[2], scope=scope, by=None, at=BEFORE)

    left = stored(meetings)
    assert [meeting.status == MeetingStatus.SCHEDULED for meeting in left] == reached
    assert [meeting.sequence for meeting in left] == [1 + is_back for is_back in reached]
    assert identity(left) == identity(meetings)


@pytest.mark.parametrize("scope", Scope)
def test_cancelling_and_scheduling_refuse_what_cannot_be(scope):
    meetings = planned()
    alone = MeetingFactory(starts_at=at_three(TUESDAYS[3]))

    for deed in (cancel_occurrences, put_back_occurrences, schedule_occurrences):
        refused("not_in_a_series", deed, meeting=alone, scope=scope)
        refused("already_over", deed, meeting=meetings[0], scope=scope, at=MEANWHILE)
    for deed in (put_back_occurrences, schedule_occurrences):
        refused(NothingChanged, deed, meeting=meetings[2], scope=scope)
    cancel_occurrences(meeting=meetings[2], scope=Scope.ALL, by=None, at=BEFORE)
    refused(NothingChanged, cancel_occurrences, meeting=meetings[2], scope=scope)


@pytest.mark.parametrize("is_paper", [True, False])
def test_draft_with_papers_or_another_sitting_is_not_deleted_with_others(is_paper):
    meetings = planned(on_the_calendar=False)
    if is_paper:
        PaperFactory(meeting=meetings[3])
    else:
        draft_meeting(by=None, at=BEFORE, sitting_of=meetings[3], **said())
    first = {"meeting": meetings[0], "scope": Scope.ALL}

    refusals = [
        refused("draft_in_use", cancel_occurrences, **first),
        refused("draft_in_use", change_recurrence, rule=rule(count=2), **first),
    ]

    assert ["Tuesday 16 November 2021" in str(refusal) for refusal in refusals] == [True] * 2


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


def test_database_takes_the_longest_interval_and_the_most_meetings():
    series = SeriesFactory(interval=52, count=100)

    assert Series.objects.filter(pk=series.pk).exists()


def test_of_sittings_keeps_what_is_one_of_several():
    first = MeetingFactory()
    second = MeetingFactory(sitting_of=first)
    MeetingFactory()

    assert set(Meeting.objects.of_sittings()) == {first, second}


def test_change_of_the_days_moves_each_and_keeps_its_identity_its_papers_and_answers():
    meetings = planned()
    paper, answer = PaperFactory(meeting=meetings[1]), RsvpFactory(meeting=meetings[1])

    plan = change_days(meetings[0], Scope.ALL, **WEDNESDAYS)

    moved = stored(meetings)
    assert outcomes(plan) == [OccurrenceOutcome.MOVED] * 4
    assert identity(moved) == identity(meetings)
    assert [on_the_clocks(meeting) for meeting in moved] == [
        f"{day + timedelta(days=1)} 15:00" for day in TUESDAYS
    ]
    assert [meeting.occurrence for meeting in moved] == [meeting.local_day for meeting in moved]
    paper.refresh_from_db()
    answer.refresh_from_db()
    assert (paper.meeting, answer.meeting) == (moved[1], moved[1])
    assert Series.objects.get().weekday == Weekday.WEDNESDAY


def test_change_of_the_days_of_later_ones_divides_the_series():
    meetings = planned()

    thursdays = {"weekday": Weekday.THURSDAY, "first_day": date(2021, 11, 11), "count": 3}
    change_days(meetings[2], Scope.LATER, **thursdays)

    old, new = Series.objects.order_by("pk")
    assert [meeting.occurrence for meeting in occurrences_of(old)] == TUESDAYS[:2]
    later = occurrences_of(new)
    assert [meeting.occurrence.day for meeting in later] == [11, 18, 25]
    assert [meeting.pk for meeting in later[:2]] == [meeting.pk for meeting in meetings[2:]]
    assert (old.last_day, old.count) == (TUESDAYS[1], None)
    # New ones are scheduled like the others.
    assert (later[2].status, later[2].title) == (MeetingStatus.SCHEDULED, "Weekly")


def test_change_to_fewer_days_cancels_what_falls_away_and_lets_it_go():
    meetings = planned()

    plan = change_days(meetings[0], Scope.ALL, interval=2, count=2)

    left = stored(meetings)
    assert [(meeting.status, meeting.series is None) for meeting in left] == [
        (MeetingStatus.SCHEDULED, False),
        (MeetingStatus.CANCELLED, True),
    ] * 2
    assert len(plan.with_outcome(OccurrenceOutcome.CANCELLED)) == 2
    assert [meeting.local_day for meeting in left] == TUESDAYS


def test_change_to_fewer_days_deletes_drafts():
    meetings = planned(on_the_calendar=False)

    plan = change_days(meetings[0], Scope.ALL, count=2)

    assert len(plan.with_outcome(OccurrenceOutcome.DELETED)) == 2
    assert list(Meeting.objects.order_by("occurrence").filter(series__isnull=False)) == meetings[:2]
    assert not Meeting.objects.filter(pk=meetings[3].pk).exists()
    assert Meeting.history.filter(id=meetings[3].pk, history_type="-").exists()


def test_change_of_the_days_leaves_what_was_moved_by_hand_unless_told_otherwise():
    meetings = planned()
    moved_by_hand(meetings[1], date(2021, 11, 5), 15, 16)

    plan = change_days(meetings[0], Scope.ALL, **WEDNESDAYS)
    kept = stored(meetings)[1]
    assert outcomes(plan)[1] == OccurrenceOutcome.KEPT
    assert (kept.starts_at, kept.occurrence) == (at_three(date(2021, 11, 5)), date(2021, 11, 3))

    thursdays = {"weekday": Weekday.THURSDAY, "first_day": date(2021, 10, 28)}
    change_days(stored(meetings)[0], Scope.ALL, **thursdays, also_by_hand=True)
    assert on_the_clocks(stored(meetings)[1]) == "2021-11-04 15:00"


def test_change_of_the_days_after_some_are_over_leaves_those():
    meetings = planned()
    last_fridays = {"frequency": Frequency.MONTHLY, "week": Week.LAST, "weekday": Weekday.FRIDAY}

    begin = {"first_day": date(2021, 11, 26), "count": 2}
    change_days(meetings[2], Scope.ALL, at=MEANWHILE, **last_fridays, **begin)

    assert [m.local_day for m in stored(meetings)[:2]] == TUESDAYS[:2]
    new = Series.objects.latest("pk")
    assert [m.occurrence for m in occurrences_of(new)] == [date(2021, 11, 26), date(2021, 12, 31)]


@pytest.mark.parametrize("scope", [Scope.LATER, Scope.ALL])
def test_change_of_the_days_refuses_what_cannot_be(scope):
    meetings = planned()
    alone = MeetingFactory(starts_at=at_three(TUESDAYS[3]))
    as_it_is = {} if scope == Scope.ALL else {"count": 2, "first_day": TUESDAYS[2]}
    never = {"count": None, "first_day": date(2021, 11, 10), "last_day": date(2021, 11, 11)}
    for_ever = {"count": None, "first_day": date(2021, 11, 9), "last_day": date(2031, 1, 1)}

    def refuses(refusal, meeting=meetings[2], *, its_rule=WEDNESDAYS, **more):
        who = {"meeting": meeting, "scope": scope, "rule": rule(**its_rule), **more}
        refused(refusal, change_recurrence, **who)

    refuses("not_in_a_series", alone)
    refuses("already_over", meetings[0], at=MEANWHILE)
    refuses("no_occurrences", its_rule=never)
    refuses("too_many_occurrences", its_rule=for_ever)
    refuses(NothingChanged, its_rule=as_it_is)
    refuses("starts_in_the_past", meetings[0], its_rule={"first_day": date(2021, 10, 5)})
    # The series would have a day without a meeting.
    refuses(DateSetByRule, scope=Scope.THIS, its_rule={**WEDNESDAYS, "count": 1})
    cancel_meeting(meeting=meetings[2], by=None, at=BEFORE)
    refuses(AlreadyCancelled)


@pytest.mark.parametrize("begins", [WEDNESDAYS, {"first_day": TUESDAYS[1]}])
def test_change_of_the_days_of_later_ones_refuses_to_begin_among_earlier_ones(begins):
    refusal = refused(
        "overlaps_earlier_part",
        change_recurrence,
        meeting=planned()[2],
        scope=Scope.LATER,
        rule=rule(**begins),
    )

    assert "Tuesday 2 November 2021" in str(refusal)
