"""Changing the facts and times of one occurrence, of later ones, or of all."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.conflicts import NothingChanged
from meetings.models import Series
from meetings.services.meetings import (
    AlreadyCancelled,
    cancel_meeting,
    change_meeting,
)
from meetings.services.series import cancel_occurrences, change_occurrences, change_recurrence
from meetings.services.series_plan import (
    DateSetByRule,
    OccurrenceOutcome,
    Scope,
)
from tests.factories import FocusAreaFactory, MeetingFactory
from tests.meetings.desk import staff_with, staff_within_reach
from tests.meetings.repeated import (
    BEFORE,
    MEANWHILE,
    TUESDAYS,
    WEDNESDAYS,
    at_three,
    change,
    hours,
    identity,
    moved_by_hand,
    on_the_clocks,
    outcomes,
    planned,
    refused,
    rule,
    stored,
)


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


@pytest.mark.parametrize("after", [timedelta(), timedelta(days=1)])
def test_change_of_all_leaves_what_is_over(after):
    meetings = planned()
    now = meetings[1].ends_at + after

    plan = change(meetings[2], Scope.ALL, at=now, title="Other")

    assert [step.meeting.pk for step in plan.steps] == [meetings[2].pk, meetings[3].pk]
    assert [meeting.title for meeting in stored(meetings)] == ["Weekly"] * 2 + ["Other"] * 2
    over = {"meeting": meetings[1], "scope": Scope.THIS, "at": now}
    refused("already_over", change_occurrences, place="Kigali", **over)


def test_change_keeps_what_another_occurrence_says_by_hand_unless_told_otherwise():
    meetings = planned()
    change_meeting(meeting=meetings[3], by=None, at=BEFORE, place="Room A")

    plan = change(meetings[2], Scope.LATER, place="Kigali", title="Other")
    assert outcomes(plan) == [OccurrenceOutcome.CHANGED, OccurrenceOutcome.CHANGED]
    assert list(plan.steps[1].kept) == ["place"]
    assert (stored(meetings)[3].place, stored(meetings)[3].title) == ("Room A", "Other")

    change(meetings[2], Scope.LATER, also_by_hand=True, place="Addis Ababa")
    assert stored(meetings)[3].place == "Addis Ababa"


def test_change_that_publishes_a_recording_is_of_one_alone():
    meetings = planned(is_public=True)
    link = "https://video.example.org/1"
    change(meetings[2], Scope.ALL, recording_link=link, is_recording_public=True, title="Other")

    links = [(each.recording_link, each.public_recording_link) for each in stored(meetings)]
    assert links == [("", ""), ("", ""), (link, link), ("", "")]
    of_all = {"meeting": meetings[0], "scope": Scope.ALL, "is_public": False}
    refused("recording_not_publishable", change_occurrences, **of_all)
    assert {meeting.title for meeting in stored(meetings)} == {"Other"}


def test_change_of_the_time_of_one_alone_may_move_it_to_another_day_and_leaves_the_rule():
    meetings = planned()

    plan = change(meetings[1], Scope.THIS, **hours(date(2021, 11, 4), 9, 10))

    moved = stored(meetings)
    assert outcomes(plan) == [OccurrenceOutcome.MOVED]
    read = [on_the_clocks(meeting) for meeting in moved]
    assert read == ["2021-10-26 15:00", "2021-11-04 09:00", "2021-11-09 15:00", "2021-11-16 15:00"]
    assert (moved[1].occurrence, moved[1].local_day) == (TUESDAYS[1], date(2021, 11, 4))
    assert (moved[1].series, moved[1].sequence) == (meetings[1].series, 1)
    assert Series.objects.get().local_time == time(15)


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Zurich", 9), ("Africa/Nairobi", 7)])
def test_change_of_the_time_and_zone_of_all_changes_the_rule_in_place(zone, hour):
    meetings = planned()

    change(meetings[1], Scope.ALL, **hours(TUESDAYS[1], 10, 12, zone=zone), time_zone=zone)

    changed, series = stored(meetings), Series.objects.get()
    assert [on_the_clocks(meeting) for meeting in changed] == [f"{day} 10:00" for day in TUESDAYS]
    assert {meeting.starts_at.hour for meeting in changed[1:]} == {hour}
    assert {meeting.ends_at - meeting.starts_at for meeting in changed} == {timedelta(hours=2)}
    assert (series.local_time, series.duration, series.count) == (time(10), timedelta(hours=2), 4)
    assert (series.time_zone, series.history.count()) == (zone, 2)
    assert identity(changed) == identity(meetings)


def test_change_of_the_time_of_later_ones_divides_the_series():
    meetings = planned()

    change(meetings[2], Scope.LATER, **hours(TUESDAYS[2], 10, 11))

    changed = stored(meetings)
    old, new = Series.objects.order_by("pk")
    assert [meeting.series for meeting in changed] == [old, old, new, new]
    assert [meeting.occurrence for meeting in changed] == TUESDAYS
    assert (old.last_day, old.count, old.local_time) == (TUESDAYS[1], None, time(15))
    assert (new.first_day, new.count, new.local_time) == (TUESDAYS[2], 2, time(10))
    assert [on_the_clocks(meeting)[11:] for meeting in changed] == ["15:00"] * 2 + ["10:00"] * 2


def test_change_of_the_time_leaves_what_was_moved_by_hand_where_it_is():
    meetings = planned()
    moved_by_hand(meetings[3], date(2021, 11, 18), 15, 16)

    plan = change(meetings[0], Scope.ALL, **hours(TUESDAYS[0], 10, 11))

    assert outcomes(plan) == [OccurrenceOutcome.MOVED] * 3 + [OccurrenceOutcome.KEPT]
    assert on_the_clocks(stored(meetings)[3]) == "2021-11-18 15:00"


def test_change_of_the_end_from_one_that_was_moved_by_hand_keeps_the_start_of_each():
    meetings = planned()
    moved_by_hand(meetings[1], TUESDAYS[1], 17, 18)

    plan = change(stored(meetings)[1], Scope.LATER, ends_at=at_three(TUESDAYS[1], hour=19))

    changed = stored(meetings)
    old, new = Series.objects.order_by("pk")
    assert outcomes(plan) == [OccurrenceOutcome.MOVED] * 3
    read = [on_the_clocks(meeting)[11:] for meeting in changed]
    assert read == ["15:00", "17:00", "15:00", "15:00"]
    assert [meeting.ends_at - meeting.starts_at for meeting in changed] == [
        timedelta(hours=1, minutes=30),
        *[timedelta(hours=2)] * 3,
    ]
    assert [meeting.local_time for meeting in changed[1:]] == [time(17), time(15), time(15)]
    assert [meeting.series for meeting in changed] == [old, new, new, new]
    assert (new.local_time, new.duration) == (time(15), timedelta(hours=2))


def test_change_of_the_time_leaves_the_rule_of_what_was_put_off_beyond_others():
    meetings = planned()
    moved_by_hand(meetings[0], date(2021, 12, 20), 15, 16, minutes=30)
    at = datetime(2021, 11, 10, 12, tzinfo=UTC)

    plan = change(stored(meetings)[3], Scope.ALL, at=at, **hours(TUESDAYS[3], 10, 11))

    old, new = Series.objects.order_by("pk")
    assert (plan.series.first_day, plan.series.count) == (TUESDAYS[3], 1)
    assert (new.first_day, new.count, new.local_time) == (TUESDAYS[3], 1, time(10))
    assert (old.last_day, old.local_time) == (TUESDAYS[2], time(15))
    assert outcomes(plan) == [OccurrenceOutcome.KEPT, OccurrenceOutcome.MOVED]
    read = [on_the_clocks(meeting) for meeting in stored(meetings)]
    assert read == ["2021-12-20 15:00", "2021-11-02 15:00", "2021-11-09 15:00", "2021-11-16 10:00"]


def test_change_leaves_a_cancelled_occurrence_as_it_is():
    meetings = planned()
    cancel_meeting(meeting=meetings[3], by=None, at=BEFORE)

    plan = change(meetings[2], Scope.LATER, title="Other")

    assert outcomes(plan) == [OccurrenceOutcome.CHANGED, OccurrenceOutcome.UNCHANGED]
    assert stored(meetings)[3].title == "Weekly"


@pytest.mark.parametrize("scope", Scope)
def test_change_refuses_what_cannot_be(scope):
    meetings = planned()
    alone = MeetingFactory(starts_at=at_three(TUESDAYS[3]))

    def refuses(refusal, meeting=meetings[2], **facts):
        refused(refusal, change_occurrences, meeting=meeting, scope=scope, **facts)

    refuses("not_in_a_series", alone, place="Kigali")
    refuses(NothingChanged, place="")
    refuses("already_over", meetings[0], place="Kigali", at=MEANWHILE)
    refuses("ends_before_it_starts", **hours(TUESDAYS[2], 15, 14))
    refuses("not_all_day", is_all_day=True)
    if scope != Scope.THIS:
        refuses(DateSetByRule, **hours(date(2021, 11, 10), 15, 16))
    cancel_meeting(meeting=meetings[2], by=None, at=BEFORE)
    refuses(AlreadyCancelled, place="Kigali")


def test_change_of_what_is_of_another_area_is_refused_to_a_coordinator_and_of_their_own_is_not():
    area, other = FocusAreaFactory(number=2), FocusAreaFactory(number=3)
    coordinator = staff_within_reach("change_meeting")
    area.coordinators.add(coordinator)
    meetings = planned(focus_area=area)
    change_meeting(meeting=meetings[3], by=None, at=BEFORE, focus_area=other)
    theirs = {"meeting": meetings[2], "by": coordinator}

    for deed, facts in (
        (change_occurrences, {"place": "Kigali"}),
        (change_recurrence, {"rule": rule(**WEDNESDAYS)}),
        (cancel_occurrences, {}),
    ):
        refused("not_in_your_areas", deed, scope=Scope.ALL, **theirs, **facts)
    change_occurrences(scope=Scope.THIS, at=BEFORE, place="Kigali", **theirs)

    assert [meeting.place for meeting in stored(meetings)] == ["", "", "Kigali", ""]
