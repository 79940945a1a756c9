"""Recording the attendance of a meeting."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.conflicts import NothingChanged, Refused
from meetings.models import MeetingKind, MeetingStatus
from members.models import GrantedRole, Member
from members.services.decisions import move_to_focus_area
from participation.models import Attendance, Presence, RsvpChoice
from participation.services.attendance import (
    AttendanceConflict,
    attendance_rows,
    latest_change,
    record_attendance,
)
from tests.factories import NOON, RsvpFactory, UserFactory
from tests.participation.people import focal_point_in, handed_over, meeting_of, withdrawn

HOUR = timedelta(hours=1)
THERE, REMOTE, ABSENT = Presence.ONSITE, Presence.REMOTE, Presence.ABSENT


@pytest.fixture
def meeting(area):
    return meeting_of(area, starts_at=NOON)


@pytest.fixture
def people(area):
    return [focal_point_in(area, name, family_name=name) for name in ("Agency", "Bank", "Court")]


def taken(meeting, people, *presences, **more):
    return record_attendance(
        **{
            "meeting": meeting,
            "presences": dict(zip([each.pk for each in people], presences, strict=True)),
            "seen": getattr(latest_change(meeting), "history_id", 0),
            "by": UserFactory(name="Ada"),
            "at": NOON + HOUR,
            **more,
        }
    )


def refused(why, *args, **more):
    before = list(Attendance.objects.values())
    with pytest.raises(Refused) as refusal:
        taken(*args, **more)
    assert why in (type(refusal.value), refusal.value.code)
    assert list(Attendance.objects.values()) == before
    return str(refusal.value)


def test_attendance_is_taken_down_for_all_with_their_names_of_that_day(meeting, people):
    assert taken(meeting, people, THERE, REMOTE, ABSENT) == 3

    rows = Attendance.objects.order_by("pk")
    assert [(row.name, row.organisation_name, row.presence) for row in rows] == [
        ("Ada Agency", "Agency", THERE),
        ("Ada Bank", "Bank", REMOTE),
        ("Ada Court", "Court", ABSENT),
    ]
    assert {(str(row.recorded_by), row.recorded_at) for row in rows} == {("Ada", NOON + HOUR)}
    [version] = rows[0].history.all()
    assert (version.history_by_name, version.history_date) == ("Ada", NOON + HOUR)


def test_attendance_is_corrected_where_it_differs_and_nowhere_else(meeting, people):
    taken(meeting, people, THERE, REMOTE, ABSENT)

    number = taken(
        meeting, people, THERE, ABSENT, ABSENT, by=UserFactory(name="Bo"), at=NOON + 2 * HOUR
    )

    rows = Attendance.objects.order_by("pk")
    assert number == 1
    assert [(row.presence, str(row.recorded_by)) for row in rows] == [
        (THERE, "Ada"),
        (ABSENT, "Bo"),
        (ABSENT, "Ada"),
    ]
    assert [row.history.count() for row in rows] == [1, 2, 1]


def test_attendance_keeps_who_was_there_when_they_hand_over_or_withdraw(meeting, people):
    taken(meeting, people, THERE, REMOTE, ABSENT)
    handed_over(people[1], at=NOON + 2 * HOUR, given_name="Grace", family_name="New")
    withdrawn(people[0], at=NOON + 2 * HOUR)

    seats = attendance_rows(meeting)

    assert [(seat.name, seat.organisation_name, seat.presence) for seat in seats] == [
        ("Ada Bank", "Bank", REMOTE),
        ("Ada Court", "Court", ABSENT),
        ("Ada Agency", "Agency", THERE),
    ]


def test_attendance_is_marked_first_as_was_answered(meeting, people):
    for person, choice in zip(people, RsvpChoice, strict=True):
        RsvpFactory(meeting=meeting, focal_point=person, choice=choice)

    assert [(seat.choice, seat.presence) for seat in attendance_rows(meeting)] == [
        (RsvpChoice.YES, THERE),
        (RsvpChoice.REMOTE, REMOTE),
        (RsvpChoice.NO, ABSENT),
    ]


def test_attendance_does_not_ask_for_who_was_admitted_afterwards(meeting, people, area):
    focal_point_in(area, "Late", member__decided_at=meeting.ends_at)

    assert len(attendance_rows(meeting)) == 3


@pytest.mark.parametrize("after_the_end", [timedelta(days=1), timedelta()])
def test_who_was_moved_to_another_group_was_asked_to_what_their_group_did_then(
    area, other_area, meeting, after_the_end
):
    admitted_at = NOON - timedelta(days=30)
    person = focal_point_in(area, member__decided_at=admitted_at)
    Member.history.filter(id=person.member_id).update(history_date=admitted_at)
    elsewhere = meeting_of(other_area, starts_at=NOON)
    move_to_focus_area(
        member=person.member,
        focus_area=other_area,
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=meeting.ends_at + after_the_end,
    )

    assert [seat.focal_point for seat in attendance_rows(meeting)] == [person]
    assert attendance_rows(elsewhere) == []


def test_attendance_is_refused_before_the_start_and_taken_from_it_on(meeting, people):
    all_there, at = [THERE] * 3, NOON - timedelta(seconds=1)

    assert "has not started" in refused("not_started", meeting, people, *all_there, at=at)
    assert taken(meeting, people, *all_there, at=meeting.starts_at) == 3


def test_attendance_refuses_what_cannot_be(meeting, people, area):
    for facts in (
        {"status": MeetingStatus.CANCELLED},
        {"status": MeetingStatus.DRAFT},
        {"kind": MeetingKind.DEADLINE},
    ):
        nobody_gathers = meeting_of(area, starts_at=NOON, **facts)
        assert "Attendance cannot be recorded" in refused(
            "not_a_gathering", nobody_gathers, people, THERE, THERE, THERE
        )
    taken(meeting, people, THERE, REMOTE, ABSENT)

    assert "There are no changes to save" in refused(
        NothingChanged, meeting, people, THERE, REMOTE, ABSENT
    )
    assert refused(AttendanceConflict, meeting, people, ABSENT, ABSENT, ABSENT, seen=0) == (
        "Ada recorded attendance on Monday 25 October 2021, 15:00 Geneva (UTC+2), after you opened "
        "this page. Your changes were not saved."
    )
    focal_point_in(area, "Delegation")
    assert "changed after" in refused("attendees_changed", meeting, people, ABSENT, ABSENT, ABSENT)


def test_attendance_of_nine_takes_as_many_queries_as_of_three(area, other_area):
    def queries(area, number):
        meeting = meeting_of(area, starts_at=NOON)
        people, by = [focal_point_in(area) for _n in range(number)], UserFactory()
        counted = []
        for presence in (THERE, REMOTE):
            seen = getattr(latest_change(meeting), "history_id", 0)
            with CaptureQueriesContext(connection) as captured:
                taken(meeting, people, *[presence] * number, by=by, seen=seen)
            counted.append(len(captured))
        return counted

    assert queries(area, 3) == queries(other_area, 9)
