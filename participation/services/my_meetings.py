"""Meetings as an invited person sees them, with their RSVPs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from meetings.models import Meeting, MeetingQuerySet
from meetings.services.meeting_list import MeetingRow, meeting_row
from members.models import FocalPoint
from papers.models import PaperKind, PaperVersion
from participation.models import ATTENDING, Rsvp
from participation.services.chosen_sittings import (
    OTHER_SITTING,
    SittingsAnswer,
    load_answers,
    unlisted_sittings,
)
from participation.services.clashes import clashes_of, meetings_about_then
from participation.services.invited import is_asked, is_invited, is_open_for_rsvp, load_parts
from participation.services.my_papers import papers_by_meeting
from participation.services.rsvp_buttons import (
    RsvpButton,
    other_open_sittings,
    rsvp_buttons,
    start_in_short,
)


@dataclass(frozen=True)
class MyRsvp:
    """One role in which a person is invited to a meeting, with their RSVP."""

    person: FocalPoint
    # To this sitting or another one, for the current start or an earlier one.
    rsvp: Rsvp | None
    # The answer for the current start, or OTHER_SITTING; empty if there is none.
    choice: str
    is_answered: bool
    # Whether the sitting that they chose was cancelled.
    has_lost_sitting: bool
    buttons: list[RsvpButton]

    @property
    def is_elsewhere(self) -> bool:
        """Whether they attend another sitting."""
        return self.choice == OTHER_SITTING


@dataclass(frozen=True)
class MyMeeting:
    """A meeting for one person: the RSVP of each of their roles, and the results."""

    asked: list[MyRsvp]
    # The other sittings to which the person can answer, with their time in short.
    other_sittings: list[tuple[Meeting, str]]
    # Whether RSVPs are still accepted.
    is_open: bool
    # Whether it begins so soon that the person is asked for one.
    is_asked: bool
    is_over: bool
    # Results of the meeting; both are empty until it is over.
    minutes: list[PaperVersion]
    recording_link: str
    # What else the person may attend at the same time.
    clashes: list[Meeting]
    # Whether it is for a part of the group to which the person does not belong.
    is_for_others: bool

    @property
    def is_to_be_answered(self) -> bool:
        """Whether an RSVP is still expected."""
        if self.is_for_others:
            return False
        return self.is_open and self.is_asked and not all(role.is_answered for role in self.asked)

    @property
    def is_answered(self) -> bool:
        """Whether the person has answered in one of their roles."""
        return any(role.choice for role in self.asked)

    @property
    def is_coming(self) -> bool:
        """Whether the person attends in one of their roles."""
        return any(role.choice in ATTENDING for role in self.asked)


@dataclass(frozen=True)
class MyMeetingRow:
    """One row of a list of meetings, with a person's RSVPs."""

    entry: MeetingRow
    mine: MyMeeting


def meetings_of(people: Sequence[FocalPoint]) -> MeetingQuerySet:
    """Return the meetings that these focal points can see: of their groups and the coalition."""
    areas = {person.member.focus_area_id for person in people}
    concerning = Q(focus_area__in=areas) | Q(focus_area=None)
    return Meeting.objects.scheduled_or_cancelled().filter(concerning)


def other_sittings(meeting: Meeting, *, people: Sequence[FocalPoint]) -> MeetingQuerySet:
    """Return the other sittings of a meeting that these focal points can see, by time."""
    return meetings_of(people).other_sittings(meeting)


def listed_meetings_of(people: Sequence[FocalPoint], *, zone: str, at: datetime) -> MeetingQuerySet:
    """Return the meetings for lists of these focal points, each with one of its sittings."""
    return meetings_of(people).exclude(pk__in=unlisted_sittings(people, zone=zone, at=at))


def my_meetings(
    meetings: Iterable[Meeting], *, people: Sequence[FocalPoint], at: datetime
) -> dict[int, MyMeeting]:
    """Return the details of meetings for these focal points, by pk, in four queries."""
    meetings = list(meetings)
    over = [meeting for meeting in meetings if meeting.ends_at <= at]
    minutes = papers_by_meeting(over, only=PaperKind.MINUTES)
    about_then = meetings_about_then(meetings_of(people), meetings)
    load_parts(about_then)
    answers = load_answers([*meetings, *about_then], people=people)
    # As on pages, the time zone of the first role.
    zone = people[0].time_zone if people else ""
    mine = {}
    for meeting in meetings:
        roles = [person for person in people if is_invited(meeting, person)]
        others = {
            each.pk: (each, start_in_short(each, beside=meeting, zone=zone))
            for person in roles
            for each in other_open_sittings(meeting, answers.of(person, meeting), at=at)
        }
        mine[meeting.pk] = MyMeeting(
            asked=[
                _asked(meeting, person, answers.of(person, meeting), zone=zone, at=at)
                for person in roles
            ],
            other_sittings=list(others.values()),
            is_open=is_open_for_rsvp(meeting, at=at),
            is_asked=is_asked(meeting, at=at),
            is_over=meeting.ends_at <= at,
            minutes=minutes.get(meeting.pk, []),
            recording_link=meeting.recording_link if meeting.ends_at <= at else "",
            clashes=[]
            if meeting.ends_at <= at
            else clashes_of(meeting, about_then, people=people, answers=answers),
            is_for_others=meeting.part_id is not None and not roles,
        )
    return mine


def my_meeting_rows(
    meetings: Iterable[Meeting], *, people: Sequence[FocalPoint], zone: str, at: datetime
) -> list[MyMeetingRow]:
    """Return the rows of a person's list of meetings. The meetings must include their areas."""
    meetings = list(meetings)
    return rows_with_rsvps(meetings, my_meetings(meetings, people=people, at=at), zone=zone)


def rows_with_rsvps(
    meetings: Iterable[Meeting], mine: Mapping[int, MyMeeting], *, zone: str
) -> list[MyMeetingRow]:
    """Return the rows of a person's list of meetings, from details that are already loaded."""
    return [
        MyMeetingRow(
            meeting_row(
                meeting, reader_zone=zone, with_join_links=not mine[meeting.pk].is_for_others
            ),
            mine[meeting.pk],
        )
        for meeting in meetings
    ]


def _asked(
    meeting: Meeting, person: FocalPoint, answer: SittingsAnswer, *, zone: str, at: datetime
) -> MyRsvp:
    return MyRsvp(
        person=person,
        rsvp=answer.rsvp_at(meeting),
        choice=answer.choice_at(meeting),
        is_answered=answer.is_answered(at=at),
        has_lost_sitting=answer.has_lost_sitting,
        buttons=rsvp_buttons(meeting, answer, zone=zone, at=at),
    )
