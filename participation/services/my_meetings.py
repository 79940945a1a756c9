"""Meetings as an invited person sees them, with their RSVPs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from meetings.models import Meeting, MeetingQuerySet
from meetings.services.meeting_list import MeetingRow, meeting_row
from members.models import FocalPoint
from papers.models import PaperKind, PaperVersion
from participation.models import ATTENDING, Rsvp, RsvpChoice
from participation.services.my_papers import papers_by_meeting
from participation.services.rsvps import is_invited, is_open_for_rsvp


@dataclass(frozen=True)
class MyRsvp:
    """One role in which a person is invited to a meeting, with their RSVP."""

    person: FocalPoint
    # For the current start of the meeting, or for an earlier one.
    rsvp: Rsvp | None
    is_of_the_old_time: bool
    choices: list[tuple[str, str]]

    @property
    def choice(self) -> str:
        """The answer for the current start of the meeting; empty if there is none."""
        return self.rsvp.choice if self.rsvp and not self.is_of_the_old_time else ""


@dataclass(frozen=True)
class MyMeeting:
    """A meeting for one person: the RSVP of each of their roles, and the results."""

    asked: list[MyRsvp]
    # Whether RSVPs are still accepted.
    is_open: bool
    is_over: bool
    # Results of the meeting; both are empty until it is over.
    minutes: list[PaperVersion]
    recording_link: str

    @property
    def is_to_be_answered(self) -> bool:
        """Whether an RSVP is still expected."""
        return self.is_open and not all(role.choice for role in self.asked)

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


def my_meetings(
    meetings: Iterable[Meeting], *, people: Sequence[FocalPoint], at: datetime
) -> dict[int, MyMeeting]:
    """Return the details of meetings for these focal points, by pk, in two queries."""
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
    """Return the rows of a person's list of meetings. The meetings must include their areas."""
    meetings = list(meetings)
    return rows_with_rsvps(meetings, my_meetings(meetings, people=people, at=at), zone=zone)


def rows_with_rsvps(
    meetings: Iterable[Meeting], mine: Mapping[int, MyMeeting], *, zone: str
) -> list[MyMeetingRow]:
    """Return the rows of a person's list of meetings, from details that are already loaded."""
    return [
        MyMeetingRow(meeting_row(meeting, reader_zone=zone, with_join_links=True), mine[meeting.pk])
        for meeting in meetings
    ]


def rsvp_choices(meeting: Meeting) -> list[tuple[str, str]]:
    """Return the possible answers; "in person" only if the meeting has or may get a place."""
    is_online_alone = meeting.join_link and not meeting.place
    return [
        (choice.value, str(choice.label))
        for choice in RsvpChoice
        if not (is_online_alone and choice == RsvpChoice.YES)
    ]


def _asked(meeting: Meeting, person: FocalPoint, rsvp: Rsvp | None) -> MyRsvp:
    choices = rsvp_choices(meeting)
    if rsvp and rsvp.choice not in dict(choices):
        # Keep an answer that is no longer offered, if it was given while the meeting had a place.
        choices.insert(0, (rsvp.choice, rsvp.get_choice_display()))
    return MyRsvp(
        person=person,
        rsvp=rsvp,
        is_of_the_old_time=bool(rsvp and rsvp.starts_at != meeting.starts_at),
        choices=choices,
    )
