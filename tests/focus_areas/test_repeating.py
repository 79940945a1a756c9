from datetime import UTC, date, datetime, time, timedelta

import pytest

from focus_areas.models import Frequency, Meeting, MeetingStatus, Series, Week, Weekday
from focus_areas.planning import (
    AlreadyCancelled,
    EndsBeforeItStarts,
    NothingChanged,
    NotWholeDays,
    cancel_meeting,
    change_meeting,
    draft_meeting,
    move_meeting,
)
from focus_areas.plans import (
    AlreadyOver,
    BeforeTheOthers,
    BeginsTooEarly,
    BeyondReach,
    DaysFollowTheRule,
    NoDay,
    NotInASeries,
    Outcome,
    Scope,
    TooManyDays,
)
from focus_areas.repeating import (
    DraftIsHeld,
    OccurrenceChangedMeanwhile,
    SeriesChangedMeanwhile,
    cancel_occurrences,
    change_days,
    change_occurrences,
    draft_series,
    put_occurrences_on_the_calendar,
)
from tests.factories import (
    AnswerFactory,
    FocusAreaFactory,
    MeetingFactory,
    PaperFactory,
    UserFactory,
)
from tests.focus_areas.desk import staff_with, staff_within_reach
from tests.focus_areas.repeated import (
    BEFORE,
    TUESDAYS,
    at_three,
    everything,
    occurrences_of,
    on_the_clocks,
    planned,
    rule,
    said,
)

# After the second of the Tuesdays.
MEANWHILE = datetime(2021, 11, 3, 12, tzinfo=UTC)
WEDNESDAY = date(2021, 10, 27)
WEDNESDAYS = {"weekday": Weekday.WEDNESDAY, "first_day": WEDNESDAY}


def outcomes(plan):
    return [step.outcome for step in plan.steps]


def identity(meetings):
    return [(meeting.pk, meeting.uid) for meeting in meetings]


def stored(meetings):
    return [Meeting.objects.get(pk=meeting.pk) for meeting in meetings]


def refused(refusal, deed, **facts):
    """Assert that a deed is refused, and that nothing at all is written."""
    before = everything()
    with pytest.raises(refusal) as caught:
        deed(**{"by": None, "at": BEFORE, **facts})
    assert everything() == before
    assert str(caught.value)
    return caught.value


# Planning


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
    series = draft_series(
        rule=rule(times=2),
        by=None,
        at=BEFORE,
        **said(
            is_all_day=True,
            starts_at=at_three(TUESDAYS[0], hour=0),
            ends_at=at_three(date(2021, 10, 28), hour=0),
        ),
    )

    assert (series.local_time, series.duration) == (None, timedelta(days=2))
    assert [(m.local_day, m.local_time) for m in occurrences_of(series)] == [
        (TUESDAYS[0], None),
        (TUESDAYS[1], None),
    ]


@pytest.mark.parametrize(
    ("refusal", "its_rule", "facts"),
    [
        (
            NoDay,
            {"times": None, "last_day": date(2021, 10, 27), "first_day": date(2021, 10, 27)},
            {},
        ),
        (TooManyDays, {"times": None, "last_day": date(2031, 1, 1)}, {}),
        (EndsBeforeItStarts, {}, {"ends_at": at_three(TUESDAYS[0], hour=14)}),
        (NotWholeDays, {}, {"is_all_day": True}),
    ],
)
def test_draft_series_refuses_what_cannot_be(refusal, its_rule, facts):
    refused(refusal, draft_series, rule=rule(**its_rule), **said(**facts))


# Changing what is said


@pytest.mark.parametrize(
    ("scope", "places"),
    [
        (Scope.THIS, ["", "", "Kigali", ""]),
        (Scope.LATER, ["", "", "Kigali", "Kigali"]),
        (Scope.ALL, ["Kigali", "Kigali", "Kigali", "Kigali"]),
    ],
)
def test_change_of_a_place_reaches_as_far_as_its_scope(scope, places):
    meetings, officer = planned(), staff_with()

    change_occurrences(meeting=meetings[2], scope=scope, by=officer, at=BEFORE, place="Kigali")

    changed = stored(meetings)
    assert [meeting.place for meeting in changed] == places
    assert [meeting.sequence for meeting in changed] == [int(bool(place)) for place in places]
    assert [meeting.version for meeting in changed] == [2 + bool(place) for place in places]
    assert changed[2].history.latest("history_id").history_user == officer
    assert identity(changed) == identity(meetings)
    assert Series.objects.count() == 1


def test_change_of_all_leaves_what_is_over():
    meetings = planned()

    plan = change_occurrences(
        meeting=meetings[2], scope=Scope.ALL, by=None, at=MEANWHILE, title="Other"
    )

    assert [step.meeting.pk for step in plan.steps] == [meetings[2].pk, meetings[3].pk]
    assert [meeting.title for meeting in stored(meetings)] == ["Weekly"] * 2 + ["Other"] * 2


def test_change_keeps_what_another_occurrence_says_by_hand_unless_told_otherwise():
    meetings = planned()
    change_meeting(meeting=meetings[3], by=None, at=BEFORE, place="Room A")

    plan = change_occurrences(
        meeting=meetings[2], scope=Scope.LATER, by=None, at=BEFORE, place="Kigali", title="Other"
    )
    assert outcomes(plan) == [Outcome.CHANGED, Outcome.CHANGED]
    assert list(plan.steps[1].kept) == ["place"]
    assert (stored(meetings)[3].place, stored(meetings)[3].title) == ("Room A", "Other")

    change_occurrences(
        meeting=meetings[2],
        scope=Scope.LATER,
        by=None,
        at=BEFORE,
        also_by_hand=True,
        place="Addis Ababa",
    )
    assert stored(meetings)[3].place == "Addis Ababa"


def test_change_of_a_recording_is_of_one_alone():
    meetings, link = planned(), "https://video.example.org/1"

    change_occurrences(
        meeting=meetings[2], scope=Scope.ALL, by=None, at=BEFORE, recording_link=link, title="Other"
    )

    assert [meeting.recording_link for meeting in stored(meetings)] == ["", "", link, ""]
    assert {meeting.title for meeting in stored(meetings)} == {"Other"}


def test_change_of_the_time_of_one_alone_may_move_it_to_another_day_and_leaves_the_rule():
    meetings = planned()

    plan = change_occurrences(
        meeting=meetings[1],
        scope=Scope.THIS,
        by=None,
        at=BEFORE,
        starts_at=at_three(date(2021, 11, 4), hour=9),
        ends_at=at_three(date(2021, 11, 4), hour=10),
    )

    moved = stored(meetings)
    assert outcomes(plan) == [Outcome.MOVED]
    assert [on_the_clocks(meeting) for meeting in moved] == [
        "2021-10-26 15:00",
        "2021-11-04 09:00",
        "2021-11-09 15:00",
        "2021-11-16 15:00",
    ]
    assert (moved[1].occurrence, moved[1].local_day) == (TUESDAYS[1], date(2021, 11, 4))
    assert (moved[1].series, moved[1].sequence) == (meetings[1].series, 1)
    assert Series.objects.get().local_time == time(15)


def test_change_of_the_time_of_all_changes_the_rule_in_place():
    meetings = planned()

    change_occurrences(
        meeting=meetings[1],
        scope=Scope.ALL,
        by=None,
        at=BEFORE,
        starts_at=at_three(TUESDAYS[1], hour=10),
        ends_at=at_three(TUESDAYS[1], hour=12),
    )

    changed, series = stored(meetings), Series.objects.get()
    assert [on_the_clocks(meeting) for meeting in changed] == [f"{day} 10:00" for day in TUESDAYS]
    assert {meeting.ends_at - meeting.starts_at for meeting in changed} == {timedelta(hours=2)}
    assert (series.local_time, series.duration, series.times) == (time(10), timedelta(hours=2), 4)
    assert series.history.count() == 2
    assert identity(changed) == identity(meetings)


def test_change_of_the_time_of_later_ones_divides_the_series():
    meetings = planned()

    change_occurrences(
        meeting=meetings[2],
        scope=Scope.LATER,
        by=None,
        at=BEFORE,
        starts_at=at_three(TUESDAYS[2], hour=10),
        ends_at=at_three(TUESDAYS[2], hour=11),
    )

    changed = stored(meetings)
    old, new = Series.objects.order_by("pk")
    assert [meeting.series for meeting in changed] == [old, old, new, new]
    assert [meeting.occurrence for meeting in changed] == TUESDAYS
    assert (old.last_day, old.times, old.local_time) == (TUESDAYS[1], None, time(15))
    assert (new.first_day, new.times, new.local_time) == (TUESDAYS[2], 2, time(10))
    assert [on_the_clocks(meeting)[11:] for meeting in changed] == ["15:00"] * 2 + ["10:00"] * 2


def test_change_of_the_time_leaves_what_was_moved_by_hand_where_it_is():
    meetings = planned()
    move_meeting(
        meeting=meetings[3],
        starts_at=at_three(date(2021, 11, 18)),
        ends_at=at_three(date(2021, 11, 18), hour=16),
        by=None,
        at=BEFORE,
    )

    plan = change_occurrences(
        meeting=meetings[0],
        scope=Scope.ALL,
        by=None,
        at=BEFORE,
        starts_at=at_three(TUESDAYS[0], hour=10),
        ends_at=at_three(TUESDAYS[0], hour=11),
    )

    assert outcomes(plan) == [Outcome.MOVED] * 3 + [Outcome.KEPT]
    assert on_the_clocks(stored(meetings)[3]) == "2021-11-18 15:00"


def test_change_of_the_end_from_one_that_was_moved_by_hand_keeps_the_start_of_each():
    meetings = planned()
    move_meeting(
        meeting=meetings[1],
        starts_at=at_three(TUESDAYS[1], hour=17),
        ends_at=at_three(TUESDAYS[1], hour=18),
        by=None,
        at=BEFORE,
    )

    plan = change_occurrences(
        meeting=stored(meetings)[1],
        scope=Scope.LATER,
        by=None,
        at=BEFORE,
        ends_at=at_three(TUESDAYS[1], hour=19),
    )

    changed = stored(meetings)
    old, new = Series.objects.order_by("pk")
    assert outcomes(plan) == [Outcome.MOVED] * 3
    assert [on_the_clocks(meeting)[11:] for meeting in changed] == [
        "15:00",
        "17:00",
        "15:00",
        "15:00",
    ]
    assert [meeting.ends_at - meeting.starts_at for meeting in changed] == [
        timedelta(hours=1, minutes=30),
        *[timedelta(hours=2)] * 3,
    ]
    assert [meeting.local_time for meeting in changed[1:]] == [time(17), time(15), time(15)]
    assert [meeting.series for meeting in changed] == [old, new, new, new]
    assert (new.local_time, new.duration) == (time(15), timedelta(hours=2))


def test_change_of_the_time_leaves_the_rule_of_what_was_put_off_beyond_others():
    meetings = planned()
    put_off = date(2021, 12, 20)
    move_meeting(
        meeting=meetings[0],
        starts_at=at_three(put_off),
        ends_at=at_three(put_off, hour=16, minutes=30),
        by=None,
        at=BEFORE,
    )

    plan = change_occurrences(
        meeting=stored(meetings)[3],
        scope=Scope.ALL,
        by=None,
        at=datetime(2021, 11, 10, 12, tzinfo=UTC),
        starts_at=at_three(TUESDAYS[3], hour=10),
        ends_at=at_three(TUESDAYS[3], hour=11),
    )

    old, new = Series.objects.order_by("pk")
    assert (plan.series.first_day, plan.series.times) == (TUESDAYS[3], 1)
    assert (new.first_day, new.times, new.local_time) == (TUESDAYS[3], 1, time(10))
    assert (old.last_day, old.local_time) == (TUESDAYS[2], time(15))
    assert outcomes(plan) == [Outcome.KEPT, Outcome.MOVED]
    assert [on_the_clocks(meeting) for meeting in stored(meetings)] == [
        "2021-12-20 15:00",
        "2021-11-02 15:00",
        "2021-11-09 15:00",
        "2021-11-16 10:00",
    ]


def test_change_of_the_zone_keeps_the_wall_time_in_the_new_one():
    meetings = planned()

    change_occurrences(
        meeting=meetings[0],
        scope=Scope.ALL,
        by=None,
        at=BEFORE,
        starts_at=at_three(TUESDAYS[0], zone="Africa/Nairobi"),
        ends_at=at_three(TUESDAYS[0], hour=16, zone="Africa/Nairobi"),
        time_zone="Africa/Nairobi",
    )

    assert {meeting.starts_at.hour for meeting in stored(meetings)} == {12}
    assert Series.objects.get().time_zone == "Africa/Nairobi"


def test_change_leaves_a_cancelled_occurrence_as_it_is():
    meetings = planned()
    cancel_meeting(meeting=meetings[3], by=None, at=BEFORE)

    plan = change_occurrences(
        meeting=meetings[2], scope=Scope.LATER, by=None, at=BEFORE, title="Other"
    )

    assert outcomes(plan) == [Outcome.CHANGED, Outcome.AS_IT_IS]
    assert stored(meetings)[3].title == "Weekly"


@pytest.mark.parametrize("scope", Scope)
def test_change_refuses_what_cannot_be(scope):
    meetings = planned()
    alone = MeetingFactory(starts_at=at_three(TUESDAYS[3]))
    gone = {"starts_at": at_three(TUESDAYS[2]), "ends_at": at_three(TUESDAYS[2], hour=14)}

    refused(NotInASeries, change_occurrences, meeting=alone, scope=scope, place="Kigali")
    refused(NothingChanged, change_occurrences, meeting=meetings[2], scope=scope, place="")
    refused(
        AlreadyOver,
        change_occurrences,
        meeting=meetings[0],
        scope=scope,
        place="Kigali",
        at=MEANWHILE,
    )
    refused(EndsBeforeItStarts, change_occurrences, meeting=meetings[2], scope=scope, **gone)
    refused(NotWholeDays, change_occurrences, meeting=meetings[2], scope=scope, is_all_day=True)
    cancel_meeting(meeting=meetings[2], by=None, at=BEFORE)
    refused(AlreadyCancelled, change_occurrences, meeting=meetings[2], scope=scope, place="Kigali")


@pytest.mark.parametrize("scope", [Scope.LATER, Scope.ALL])
def test_change_of_several_refuses_another_day(scope):
    refused(
        DaysFollowTheRule,
        change_occurrences,
        meeting=planned()[2],
        scope=scope,
        starts_at=at_three(date(2021, 11, 10)),
        ends_at=at_three(date(2021, 11, 10), hour=16),
    )


def test_change_of_what_is_of_another_area_is_refused_to_a_coordinator_and_of_their_own_is_not():
    area, other = FocusAreaFactory(number=2), FocusAreaFactory(number=3)
    coordinator = staff_within_reach("change_meeting")
    area.coordinators.add(coordinator)
    meetings = planned(focus_area=area)
    change_meeting(meeting=meetings[3], by=None, at=BEFORE, focus_area=other)

    for deed, facts in (
        (change_occurrences, {"place": "Kigali"}),
        (change_days, {"rule": rule(**WEDNESDAYS)}),
        (cancel_occurrences, {}),
    ):
        refused(BeyondReach, deed, meeting=meetings[2], scope=Scope.ALL, by=coordinator, **facts)
    change_occurrences(
        meeting=meetings[2], scope=Scope.THIS, by=coordinator, at=BEFORE, place="Kigali"
    )

    assert [meeting.place for meeting in stored(meetings)] == ["", "", "Kigali", ""]


# Changing the days


def test_change_of_the_days_moves_each_and_keeps_its_identity_its_papers_and_answers():
    meetings = planned()
    paper, answer = PaperFactory(meeting=meetings[1]), AnswerFactory(meeting=meetings[1])

    plan = change_days(
        meeting=meetings[0], scope=Scope.ALL, rule=rule(**WEDNESDAYS), by=None, at=BEFORE
    )

    moved = stored(meetings)
    assert outcomes(plan) == [Outcome.MOVED] * 4
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

    change_days(
        meeting=meetings[2],
        scope=Scope.LATER,
        rule=rule(weekday=Weekday.THURSDAY, first_day=date(2021, 11, 11), times=3),
        by=None,
        at=BEFORE,
    )

    old, new = Series.objects.order_by("pk")
    assert [meeting.occurrence for meeting in occurrences_of(old)] == TUESDAYS[:2]
    later = occurrences_of(new)
    assert [meeting.occurrence.day for meeting in later] == [11, 18, 25]
    assert [meeting.pk for meeting in later[:2]] == [meeting.pk for meeting in meetings[2:]]
    assert (old.last_day, old.times) == (TUESDAYS[1], None)
    # As the others are, new ones are on the calendar.
    assert (later[2].status, later[2].title) == (MeetingStatus.SCHEDULED, "Weekly")


def test_change_to_fewer_days_cancels_what_falls_away_and_lets_it_go():
    meetings = planned()

    plan = change_days(
        meeting=meetings[0], scope=Scope.ALL, rule=rule(interval=2, times=2), by=None, at=BEFORE
    )

    left = stored(meetings)
    assert [meeting.status for meeting in left] == [
        MeetingStatus.SCHEDULED,
        MeetingStatus.CANCELLED,
        MeetingStatus.SCHEDULED,
        MeetingStatus.CANCELLED,
    ]
    assert len(plan.those(Outcome.CANCELLED)) == 2
    assert [meeting.series is None for meeting in left] == [False, True, False, True]
    assert [meeting.local_day for meeting in left] == TUESDAYS


def test_change_to_fewer_days_deletes_drafts():
    meetings = planned(on_the_calendar=False)

    plan = change_days(meeting=meetings[0], scope=Scope.ALL, rule=rule(times=2), by=None, at=BEFORE)

    assert len(plan.those(Outcome.DELETED)) == 2
    assert list(Meeting.objects.order_by("occurrence").filter(series__isnull=False)) == meetings[:2]
    assert not Meeting.objects.filter(pk=meetings[3].pk).exists()
    assert Meeting.history.filter(id=meetings[3].pk, history_type="-").exists()


def test_change_of_the_days_leaves_what_was_moved_by_hand_unless_told_otherwise():
    meetings = planned()
    by_hand = at_three(date(2021, 11, 5))
    move_meeting(
        meeting=meetings[1],
        starts_at=by_hand,
        ends_at=by_hand + timedelta(hours=1),
        by=None,
        at=BEFORE,
    )

    plan = change_days(
        meeting=meetings[0], scope=Scope.ALL, rule=rule(**WEDNESDAYS), by=None, at=BEFORE
    )
    kept = stored(meetings)[1]
    assert outcomes(plan)[1] == Outcome.KEPT
    assert (kept.starts_at, kept.occurrence) == (by_hand, date(2021, 11, 3))

    change_days(
        meeting=stored(meetings)[0],
        scope=Scope.ALL,
        rule=rule(weekday=Weekday.THURSDAY, first_day=date(2021, 10, 28)),
        by=None,
        at=BEFORE,
        also_by_hand=True,
    )
    assert on_the_clocks(stored(meetings)[1]) == "2021-11-04 15:00"


def test_change_of_the_days_after_some_are_over_leaves_those():
    meetings = planned()

    change_days(
        meeting=meetings[2],
        scope=Scope.ALL,
        rule=rule(
            frequency=Frequency.MONTHLY,
            week=Week.LAST,
            weekday=Weekday.FRIDAY,
            first_day=date(2021, 11, 26),
            times=2,
        ),
        by=None,
        at=MEANWHILE,
    )

    assert [m.local_day for m in stored(meetings)[:2]] == TUESDAYS[:2]
    new = Series.objects.latest("pk")
    assert [m.occurrence for m in occurrences_of(new)] == [date(2021, 11, 26), date(2021, 12, 31)]


@pytest.mark.parametrize("scope", [Scope.LATER, Scope.ALL])
def test_change_of_the_days_refuses_what_cannot_be(scope):
    meetings = planned()
    alone = MeetingFactory(starts_at=at_three(TUESDAYS[3]))
    wanted = {"scope": scope, "rule": rule(**WEDNESDAYS)}
    never = {"times": None, "first_day": date(2021, 11, 10), "last_day": date(2021, 11, 11)}
    for_ever = {"times": None, "first_day": date(2021, 11, 9), "last_day": date(2031, 1, 1)}

    refused(NotInASeries, change_days, meeting=alone, **wanted)
    refused(AlreadyOver, change_days, meeting=meetings[0], at=MEANWHILE, **wanted)
    wanted["rule"] = rule(**never)
    refused(NoDay, change_days, meeting=meetings[2], **wanted)
    wanted["rule"] = rule(**for_ever)
    refused(TooManyDays, change_days, meeting=meetings[2], **wanted)
    as_it_is = {Scope.ALL: rule(), Scope.LATER: rule(times=2, first_day=TUESDAYS[2])}
    wanted["rule"] = as_it_is[scope]
    refused(NothingChanged, change_days, meeting=meetings[2], **wanted)
    cancel_meeting(meeting=meetings[2], by=None, at=BEFORE)
    refused(AlreadyCancelled, change_days, meeting=meetings[2], **wanted)


def test_change_of_the_days_of_later_ones_refuses_to_begin_among_earlier_ones():
    refusal = refused(
        BeforeTheOthers,
        change_days,
        meeting=planned()[2],
        scope=Scope.LATER,
        rule=rule(**WEDNESDAYS),
    )

    assert "Tuesday 2 November 2021" in str(refusal)


def test_change_of_the_days_refuses_to_begin_on_a_day_that_is_over():
    refused(
        BeginsTooEarly,
        change_days,
        meeting=planned()[0],
        scope=Scope.ALL,
        rule=rule(first_day=date(2021, 10, 5)),
    )


def test_change_to_fewer_days_refuses_to_delete_a_draft_with_papers():
    meetings = planned(on_the_calendar=False)
    PaperFactory(meeting=meetings[3])

    refused(DraftIsHeld, change_days, meeting=meetings[0], scope=Scope.ALL, rule=rule(times=2))


# Cancelling and scheduling


@pytest.mark.parametrize(
    ("scope", "cancelled"),
    [
        (Scope.THIS, [False, False, True, False]),
        (Scope.LATER, [False, False, True, True]),
        (Scope.ALL, [True, True, True, True]),
    ],
)
def test_cancel_reaches_as_far_as_its_scope(scope, cancelled):
    meetings, officer = planned(), staff_with()

    cancel_occurrences(meeting=meetings[2], scope=scope, by=officer, at=BEFORE)

    left = stored(meetings)
    assert [meeting.status == MeetingStatus.CANCELLED for meeting in left] == cancelled
    assert [meeting.sequence for meeting in left] == [int(is_off) for is_off in cancelled]
    assert left[2].history.latest("history_id").history_user == officer
    assert identity(left) == identity(meetings)


@pytest.mark.parametrize(("scope", "left"), [(Scope.THIS, 3), (Scope.LATER, 2), (Scope.ALL, 0)])
def test_cancel_deletes_drafts(scope, left):
    meetings = planned(on_the_calendar=False)
    before = Meeting.objects.count()

    plan = cancel_occurrences(meeting=meetings[2], scope=scope, by=None, at=BEFORE)

    assert Meeting.objects.count() == before - 4 + left
    assert set(outcomes(plan)) == {Outcome.DELETED}


@pytest.mark.parametrize(
    ("scope", "scheduled"),
    [
        (Scope.THIS, [False, False, True, False]),
        (Scope.LATER, [False, False, True, True]),
        (Scope.ALL, [True, True, True, True]),
    ],
)
def test_scheduling_reaches_as_far_as_its_scope(scope, scheduled):
    meetings = planned(on_the_calendar=False)

    put_occurrences_on_the_calendar(meeting=meetings[2], scope=scope, by=None, at=BEFORE)

    left = stored(meetings)
    assert [meeting.status == MeetingStatus.SCHEDULED for meeting in left] == scheduled
    assert {meeting.sequence for meeting in left} == {0}


@pytest.mark.parametrize("scope", Scope)
def test_cancelling_and_scheduling_refuse_what_cannot_be(scope):
    meetings = planned()
    alone = MeetingFactory(starts_at=at_three(TUESDAYS[3]))

    for deed in (cancel_occurrences, put_occurrences_on_the_calendar):
        refused(NotInASeries, deed, meeting=alone, scope=scope)
        refused(AlreadyOver, deed, meeting=meetings[0], scope=scope, at=MEANWHILE)
    refused(NothingChanged, put_occurrences_on_the_calendar, meeting=meetings[2], scope=scope)
    cancel_occurrences(meeting=meetings[2], scope=Scope.ALL, by=None, at=BEFORE)
    refused(NothingChanged, cancel_occurrences, meeting=meetings[2], scope=scope)


def test_cancelling_a_draft_on_which_another_sitting_hangs_is_refused():
    meetings = planned(on_the_calendar=False)
    draft_meeting(by=None, at=BEFORE, sitting_of=meetings[3], **said())

    refusal = refused(DraftIsHeld, cancel_occurrences, meeting=meetings[0], scope=Scope.ALL)

    assert "Tuesday 16 November 2021" in str(refusal)


# What the person read


STEPS = {
    change_occurrences: {"place": "Kigali"},
    change_days: {"rule": rule(times=3)},
    cancel_occurrences: {},
}


@pytest.mark.parametrize("deed", STEPS)
def test_step_over_a_change_that_was_not_read_is_refused_and_names_who_made_it(deed):
    meetings = planned()
    seen = {meeting.pk: meeting.version for meeting in meetings}
    change_meeting(meeting=meetings[3], by=UserFactory(name="Amina"), at=BEFORE, title="Theirs")

    refusal = refused(
        OccurrenceChangedMeanwhile,
        deed,
        meeting=meetings[0],
        scope=Scope.ALL,
        versions=seen,
        **STEPS[deed],
    )

    assert "Amina changed the meeting of Tuesday 16 November 2021" in str(refusal)


@pytest.mark.parametrize("deed", STEPS)
def test_step_over_other_occurrences_than_were_read_is_refused(deed):
    meetings = planned()
    seen = {meeting.pk: meeting.version for meeting in meetings}
    fewer = dict(list(seen.items())[:-1])
    more = {**seen, 0: 1}

    for read in (fewer, more):
        refused(
            SeriesChangedMeanwhile,
            deed,
            meeting=meetings[0],
            scope=Scope.ALL,
            versions=read,
            **STEPS[deed],
        )


@pytest.mark.parametrize("deed", STEPS)
def test_step_from_a_draft_that_was_deleted_meanwhile_is_refused(deed):
    meetings = planned(on_the_calendar=False)
    Meeting.objects.filter(pk=meetings[0].pk).delete()

    refused(SeriesChangedMeanwhile, deed, meeting=meetings[0], scope=Scope.ALL, **STEPS[deed])


def test_step_over_what_was_read_is_taken():
    meetings = planned()
    seen = {meeting.pk: meeting.version for meeting in meetings}

    cancel_occurrences(meeting=meetings[0], scope=Scope.ALL, by=None, at=BEFORE, versions=seen)

    assert {meeting.status for meeting in stored(meetings)} == {MeetingStatus.CANCELLED}
