"""Meetings at the same time: of one person, and of those for whom staff plan."""

from collections.abc import Iterable, Sequence

from meetings.models import Meeting, MeetingKind, MeetingQuerySet, MeetingStatus
from members.models import FocalPoint
from participation.services.chosen_sittings import Answers
from participation.services.invited import is_invited


def are_at_the_same_time(one: Meeting, other: Meeting) -> bool:
    """Return whether two meetings overlap. Sittings of one meeting do not: people attend one."""
    if one is other or (one.pk and one.pk == other.pk):
        return False
    first = one.sitting_of_id or one.pk
    if first and first == (other.sitting_of_id or other.pk):
        return False
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def meetings_about_then(theirs: MeetingQuerySet, meetings: Sequence[Meeting]) -> list[Meeting]:
    """Return those of a person's meetings that may clash with some meetings, in one query."""
    timed = [meeting for meeting in meetings if _takes_an_hour(meeting)]
    if not timed:
        return []
    first = min(meeting.starts_at for meeting in timed)
    end = max(meeting.ends_at for meeting in timed)
    return [each for each in theirs.between(first, end) if _takes_an_hour(each)]


def clashes_of(
    meeting: Meeting, others: Iterable[Meeting], *, people: Sequence[FocalPoint], answers: Answers
) -> list[Meeting]:
    """Return the other meetings that a person with these roles may attend at the same time.

    Meetings that they declined do not count, nor those of which they attend another sitting.
    """
    if not (_takes_an_hour(meeting) and _may_attend(meeting, people, answers)):
        return []
    return [
        other
        for other in others
        if are_at_the_same_time(meeting, other) and _may_attend(other, people, answers)
    ]


def _takes_an_hour(meeting: Meeting) -> bool:
    """Return whether a meeting takes place at some hours; events last whole days."""
    is_on = meeting.status == MeetingStatus.SCHEDULED
    return is_on and not meeting.is_all_day and meeting.kind != MeetingKind.DEADLINE


def _may_attend(meeting: Meeting, people: Sequence[FocalPoint], answers: Answers) -> bool:
    return any(
        is_invited(meeting, person) and not answers.of(person, meeting).declines(meeting)
        for person in people
    )
