"""Meetings as somebody who is asked to them sees them: with what they have answered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from meetings.models import Meeting, MeetingKind, MeetingQuerySet, MeetingStatus
from meetings.services.meeting_list import MeetingRow, meeting_row
from members.models import FocalPoint
from papers.models import PaperKind, PaperVersion
from participation.models import ATTENDING, Rsvp, RsvpChoice
from participation.services.my_papers import papers_by_meeting
from participation.services.rsvps import is_invited


@dataclass(frozen=True)
class MyRsvp:
    """One of the roles in which somebody is asked to a meeting, and what they have answered."""

    person: FocalPoint
    # For the time that the meeting has, or for one that it had before.
    rsvp: Rsvp | None
    is_of_the_old_time: bool
    choices: list[tuple[str, str]]

    @property
    def choice(self) -> str:
        """What they have said for the time that the meeting has now; empty before they have."""
        return self.rsvp.choice if self.rsvp and not self.is_of_the_old_time else ""


@dataclass(frozen=True)
class MyMeeting:
    """What a meeting is to somebody: their answer in each of their roles, and what came of it."""

    asked: list[MyRsvp]
    # Whether answers are taken still.
    is_open: bool
    is_over: bool
    # What is left of a meeting that is over: both empty before.
    minutes: list[PaperVersion]
    recording_link: str

    @property
    def is_to_be_answered(self) -> bool:
        """Whether an answer is expected and is not there."""
        return self.is_open and not all(role.choice for role in self.asked)

    @property
    def is_coming(self) -> bool:
        """Whether they have said in one of their roles that they come."""
        return any(role.choice in ATTENDING for role in self.asked)


@dataclass(frozen=True)
class MyMeetingRow:
    """One meeting in a list: when it is, and what somebody has answered to it."""

    entry: MeetingRow
    mine: MyMeeting


def meetings_of(people: Sequence[FocalPoint]) -> MeetingQuerySet:
    """Keep the meetings that some focal points see: of their groups, and of the coalition."""
    areas = {person.member.focus_area_id for person in people}
    concerning = Q(focus_area__in=areas) | Q(focus_area=None)
    return Meeting.objects.scheduled_or_cancelled().filter(concerning)


def other_sittings(meeting: Meeting, *, people: Sequence[FocalPoint]) -> MeetingQuerySet:
    """Keep the other sittings of a meeting that some focal points see, in the order of time."""
    return meetings_of(people).other_sittings(meeting)


def my_meetings(
    meetings: Iterable[Meeting], *, people: Sequence[FocalPoint], at: datetime
) -> dict[int, MyMeeting]:
    """Return what meetings are to some focal points, by the key of each, in two queries."""
    meetings = list(meetings)
    over = [meeting for meeting in meetings if meeting.ends_at <= at]
    minutes = papers_by_meeting(over, only=PaperKind.MINUTES)
    given: dict[int, dict[int, Rsvp]] = defaultdict(dict)
    for rsvp in Rsvp.objects.by_current_holder().filter(focal_point__in=people):
        given[rsvp.meeting_id][rsvp.focal_point_id] = rsvp
    return {
        meeting.pk: MyMeeting(
            asked=[
                _asked(meeting, person, given[meeting.pk].get(person.pk))
                for person in people
                if is_invited(meeting, person)
            ],
            is_open=is_open_for_rsvp(meeting, at=at),
            is_over=meeting.ends_at <= at,
            minutes=minutes.get(meeting.pk, []),
            recording_link=meeting.recording_link if meeting.ends_at <= at else "",
        )
        for meeting in meetings
    }


def my_meeting_rows(
    meetings: Iterable[Meeting], *, people: Sequence[FocalPoint], zone: str, at: datetime
) -> list[MyMeetingRow]:
    """Return meetings, which come with their areas, as a list of somebody's own."""
    meetings = list(meetings)
    return rows_with_rsvps(meetings, my_meetings(meetings, people=people, at=at), zone=zone)


def rows_with_rsvps(
    meetings: Iterable[Meeting], mine: Mapping[int, MyMeeting], *, zone: str
) -> list[MyMeetingRow]:
    """Return meetings of which it is known what they are to somebody, as a list of their own."""
    return [
        MyMeetingRow(meeting_row(meeting, reader_zone=zone, with_join_links=True), mine[meeting.pk])
        for meeting in meetings
    ]


def is_open_for_rsvp(meeting: Meeting, *, at: datetime) -> bool:
    """Tell whether those who are asked to a meeting can say whether they come."""
    return (
        meeting.status == MeetingStatus.SCHEDULED
        and meeting.kind != MeetingKind.DEADLINE
        and meeting.ends_at > at
    )


def rsvp_choices(meeting: Meeting) -> list[tuple[str, str]]:
    """Return the answers to choose from; in person only where there is, or may be, a place."""
    is_online_alone = meeting.join_link and not meeting.place
    return [
        (choice.value, str(choice.label))
        for choice in RsvpChoice
        if not (is_online_alone and choice == RsvpChoice.YES)
    ]


def _asked(meeting: Meeting, person: FocalPoint, rsvp: Rsvp | None) -> MyRsvp:
    choices = rsvp_choices(meeting)
    if rsvp and rsvp.choice not in dict(choices):
        # What was said while there was a place is shown as it was said.
        choices.insert(0, (rsvp.choice, rsvp.get_choice_display()))
    return MyRsvp(
        person=person,
        rsvp=rsvp,
        is_of_the_old_time=bool(rsvp and rsvp.starts_at != meeting.starts_at),
        choices=choices,
    )
