from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import MeetingKind, MeetingStatus
from meetings.services.meetings import move_meeting
from papers.models import PaperKind
from participation.models import RsvpChoice
from participation.services.meeting_answers import (
    FOLLOW_UP_DURATION,
    MAX_MEETINGS,
    AnswerCounts,
    answer_counts,
    meetings_to_follow_up,
    next_meetings,
)
from tests.factories import (
    NOON,
    AttendanceFactory,
    FocalPointFactory,
    PaperFactory,
    RsvpFactory,
)
from tests.meetings.desk import staff_with, staff_within_reach
from tests.participation.people import focal_point_in, handed_over, meeting_of, withdrawn

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def to_come(area, **facts):
    return meeting_of(area, **{"starts_at": NOON + DAY, **facts})


def answered(meeting, *choices):
    """Let new focal points of the meeting's area give these answers; return the people."""
    people = [focal_point_in(meeting.focus_area) for _choice in choices]
    for person, choice in zip(people, choices, strict=True):
        RsvpFactory(meeting=meeting, focal_point=person, choice=choice)
    return people


def titles(rows):
    return [row.meeting.title for row in rows]


def test_answers_are_counted_by_choice_and_the_rest_have_none(area, other_area):
    of_area, of_all = to_come(area), to_come(None)
    answered(of_area, RsvpChoice.YES, RsvpChoice.YES, RsvpChoice.REMOTE, RsvpChoice.NO)
    elsewhere = focal_point_in(other_area)
    RsvpFactory(meeting=of_all, focal_point=elsewhere, choice=RsvpChoice.REMOTE)
    focal_point_in(area)
    FocalPointFactory()

    counts = answer_counts([of_area, of_all])

    assert counts == {
        of_area.pk: AnswerCounts(yes=2, remotely=1, no=1, invited=5),
        of_all.pk: AnswerCounts(yes=0, remotely=1, no=0, invited=6),
    }
    assert (counts[of_area.pk].none, counts[of_all.pk].none) == (1, 5)


def test_answers_of_former_holders_old_times_and_people_who_left_do_not_count(area, other_area):
    meeting = to_come(area)
    former, moved_on, gone, _early = answered(meeting, *[RsvpChoice.YES] * 4)
    handed_over(former)
    withdrawn(gone)
    moved_on.member.focus_area = other_area
    moved_on.member.save()
    move_meeting(
        meeting=meeting,
        starts_at=meeting.starts_at + HOUR,
        ends_at=meeting.ends_at + HOUR,
        by=None,
        at=NOON,
    )
    RsvpFactory(meeting=meeting, focal_point=focal_point_in(area), choice=RsvpChoice.NO)

    assert answer_counts([meeting]) == {
        meeting.pk: AnswerCounts(yes=0, remotely=0, no=1, invited=3)
    }


def test_people_who_attend_another_sitting_are_counted_there_and_not_as_without_answer(area):
    first = to_come(area)
    second = to_come(area, sitting_of=first, starts_at=first.starts_at + 8 * HOUR)
    cancelled = to_come(area, sitting_of=first, status=MeetingStatus.CANCELLED)
    answered(first, RsvpChoice.YES, RsvpChoice.NO)
    answered(second, RsvpChoice.REMOTE)
    answered(cancelled, RsvpChoice.YES)

    counts = answer_counts([first, second])
    of_first = answer_counts([first])

    assert counts == {
        first.pk: AnswerCounts(yes=1, remotely=0, no=1, invited=4, elsewhere=1),
        second.pk: AnswerCounts(yes=0, remotely=1, no=0, invited=4, elsewhere=1),
    }
    assert of_first == {first.pk: counts[first.pk]}
    assert [each.none for each in counts.values()] == [1, 2]


@pytest.mark.parametrize(
    "facts",
    [
        {"status": MeetingStatus.DRAFT},
        {"status": MeetingStatus.CANCELLED},
        {"kind": MeetingKind.DEADLINE},
    ],
)
def test_nobody_is_counted_for_what_nobody_is_invited_to(area, facts):
    focal_point_in(area)

    assert answer_counts([to_come(area, **facts)]) == {}


def test_next_meetings_are_those_of_the_coordinators_areas_the_nearest_first(area, other_area):
    coordinator = staff_within_reach("view_meeting")
    area.coordinators.add(coordinator)
    to_come(area, title="Later", starts_at=NOON + 2 * DAY)
    to_come(area, title="Draft", status=MeetingStatus.DRAFT)
    to_come(area, title="Now", starts_at=NOON, ends_at=NOON + HOUR)
    to_come(area, title="Over", starts_at=NOON - HOUR, ends_at=NOON)
    to_come(area, title="Cancelled", status=MeetingStatus.CANCELLED)
    to_come(other_area, title="Elsewhere")

    assert titles(next_meetings(by=coordinator, at=NOON)) == ["Now", "Draft", "Later"]
    assert len(next_meetings(by=staff_with(), at=NOON)) == 4
    assert len(next_meetings(by=coordinator, at=NOON, limit=2)) == 2


def test_next_meetings_have_an_agenda_as_a_text_or_as_a_paper(area):
    of_paper, withdrawn = to_come(area, title="A"), to_come(area, title="B")
    to_come(area, title="C", agenda="Welcome")
    PaperFactory(meeting=of_paper, kind=PaperKind.AGENDA)
    PaperFactory(meeting=withdrawn, kind=PaperKind.AGENDA, is_withdrawn=True)

    rows = next_meetings(by=staff_with(), at=NOON)

    assert [(row.meeting.title, row.has_agenda) for row in rows] == [
        ("A", True),
        ("B", False),
        ("C", True),
    ]


def test_meetings_to_follow_up_lack_minutes_or_attendance(area):
    ended = {"starts_at": NOON - 2 * HOUR, "ends_at": NOON - HOUR}
    complete = to_come(area, title="Complete", **ended)
    minuted, attended = to_come(area, title="Minuted", **ended), to_come(area, title="Met", **ended)
    for meeting in (complete, minuted):
        PaperFactory(meeting=meeting, kind=PaperKind.MINUTES)
    for meeting in (complete, attended):
        AttendanceFactory(meeting=meeting)
    to_come(area, title="Now", starts_at=NOON, ends_at=NOON + HOUR)
    to_come(area, title="Event", kind=MeetingKind.EVENT, **ended)
    to_come(area, title="Draft", status=MeetingStatus.DRAFT, **ended)
    to_come(area, title="Deadline", kind=MeetingKind.DEADLINE, **ended)
    to_come(area, title="Soon")
    long_ago = NOON - FOLLOW_UP_DURATION
    to_come(area, title="Long ago", starts_at=long_ago - HOUR, ends_at=long_ago)

    rows = meetings_to_follow_up(by=staff_with(), at=NOON)

    assert [(r.meeting.title, r.lacks_minutes, r.lacks_attendance) for r in rows] == [
        ("Now", False, True),
        ("Event", False, True),
        ("Met", True, False),
        ("Minuted", False, True),
    ]


def test_lists_of_the_desk_need_as_many_queries_for_nine_meetings_as_for_one(area):
    officer = staff_with()
    officer.has_perm("focus_areas.view_every_area")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            upcoming = next_meetings(by=officer, at=NOON)
            over = meetings_to_follow_up(by=officer, at=NOON)
            assert all(row.meeting.area_name for row in (*upcoming, *over))
        return len(captured)

    answered(to_come(area), RsvpChoice.YES)
    to_come(area, starts_at=NOON - DAY)
    for_one = queries()
    for _number in range(8):
        answered(to_come(area), RsvpChoice.YES)
        to_come(area, starts_at=NOON - DAY)

    assert (for_one, queries()) == (4, 4)
    assert MAX_MEETINGS > 9
