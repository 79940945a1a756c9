"""The meetings of some areas with the answers so far and what is missing, in few queries."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q

from accounts.models import User
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.agenda import has_agenda
from members.services.participants import participants, people_by_zone
from participation.models import ATTENDING, Attendance, PartMember, Rsvp, RsvpChoice
from participation.services.invited import is_of_its_part
from participation.services.missing_documents import agendas_of, minutes_of

VIEW_RSVPS: Final = ("meetings.view_meeting", "participation.view_rsvp")
# How long a meeting without minutes or attendance stays on the desk.
FOLLOW_UP_DURATION: Final = timedelta(days=60)
# A list for one screen. The list of all meetings has the others.
MAX_MEETINGS: Final = 20


@dataclass(frozen=True)
class AnswerCounts:
    """How many of the invited people gave each answer for the current start of a meeting."""

    yes: int
    remotely: int
    no: int
    invited: int
    # People who attend another sitting of the same meeting, so that no answer is expected.
    elsewhere: int = 0

    @property
    def attending(self) -> int:
        """The number of people who will attend, in the room or remotely."""
        return self.yes + self.remotely

    @property
    def answered(self) -> int:
        """The number of invited people who answered, also for another sitting."""
        return self.yes + self.remotely + self.no + self.elsewhere

    @property
    def none(self) -> int:
        """The number of invited people whose answer is still expected."""
        return self.invited - self.answered


@dataclass(frozen=True)
class MeetingWithAnswers:
    """An upcoming meeting, with the answers so far; a draft or a deadline has none."""

    meeting: Meeting
    answers: AnswerCounts | None
    has_agenda: bool


@dataclass(frozen=True)
class MeetingToFollowUp:
    """A meeting that has started, and what is still missing."""

    meeting: Meeting
    lacks_minutes: bool
    lacks_attendance: bool


def next_meetings(*, by: User, at: datetime, limit: int = MAX_MEETINGS) -> list[MeetingWithAnswers]:
    """Return the next meetings that a staff user may see, the nearest first, in three queries."""
    meetings: list[Any] = list(
        Meeting.objects.visible_to(by)
        .exclude(status=MeetingStatus.CANCELLED)
        .upcoming(at)
        .select_related("focus_area")
        .annotate(
            has_agenda=ExpressionWrapper(
                has_agenda() | Q(Exists(agendas_of(OuterRef("pk")))), output_field=BooleanField()
            )
        )[:limit]
    )
    answers = answer_counts(meetings)
    return [
        MeetingWithAnswers(
            meeting,
            answers.get(meeting.pk),
            has_agenda=meeting.has_agenda,
        )
        for meeting in meetings
    ]


def answer_counts(meetings: Iterable[Meeting]) -> dict[int, AnswerCounts]:
    """Count the answers to upcoming meetings by primary key, in two queries.

    Drafts, deadlines and cancelled meetings are left out: nobody is invited to them. Who is invited
    to an upcoming meeting is invited today; for past meetings, see `invited_focal_points`.
    """
    gathering = [
        meeting
        for meeting in meetings
        if meeting.status == MeetingStatus.SCHEDULED and meeting.kind != MeetingKind.DEADLINE
    ]
    if not gathering:
        return {}
    of_part = _people_of_parts(meeting.part_id for meeting in gathering if meeting.part_id)
    of_area = {area: sum(zones.values()) for area, zones in people_by_zone().items()}
    given = _given(gathering)
    attending: Counter[int] = Counter()
    for (first, _meeting), choices in given.items():
        attending[first] += sum(choices[choice] for choice in ATTENDING)
    counts = {}
    for meeting in gathering:
        first = meeting.sitting_of_id or meeting.pk
        choices = given[first, meeting.pk]
        yes, remotely = choices[RsvpChoice.YES], choices[RsvpChoice.REMOTE]
        counts[meeting.pk] = AnswerCounts(
            yes=yes,
            remotely=remotely,
            no=choices[RsvpChoice.NO],
            invited=(
                of_part[meeting.part_id]
                if meeting.part_id
                else sum(of_area.values())
                if meeting.focus_area_id is None
                else of_area.get(meeting.focus_area_id, 0)
            ),
            elsewhere=attending[first] - yes - remotely,
        )
    return counts


def _people_of_parts(parts: Iterable[int]) -> Counter[int]:
    """Return the number of participants of some parts; no query without parts."""
    numbers: Counter[int] = Counter()
    if parts := set(parts):
        people = PartMember.objects.filter(part__in=parts, removed_at=None)
        roles = participants().filter(member__in=people.values("member"))
        of_member = Counter(roles.values_list("member", flat=True))
        for part, member in people.values_list("part", "member"):
            numbers[part] += of_member[member]
    return numbers


def meetings_to_follow_up(
    *, by: User, at: datetime, limit: int = MAX_MEETINGS
) -> list[MeetingToFollowUp]:
    """Return recent meetings without minutes or attendance, the latest first, in one query.

    Attendance can be taken as soon as a meeting starts. Minutes belong to meetings in the narrow
    sense, as in missing_documents.py, and are expected when they are over.
    """
    meetings: Iterable[Any] = (
        Meeting.objects.visible_to(by)
        .filter(status=MeetingStatus.SCHEDULED)
        .exclude(kind=MeetingKind.DEADLINE)
        .filter(starts_at__lte=at, ends_at__gt=at - FOLLOW_UP_DURATION)
        .annotate(
            lacks_minutes=ExpressionWrapper(
                Q(kind=MeetingKind.MEETING, ends_at__lte=at) & ~Exists(minutes_of(OuterRef("pk"))),
                output_field=BooleanField(),
            ),
            lacks_attendance=~Exists(Attendance.objects.filter(meeting=OuterRef("pk"))),
        )
        .filter(Q(lacks_minutes=True) | Q(lacks_attendance=True))
        .select_related("focus_area")
        .order_by("-starts_at", "-pk")[:limit]
    )
    return [
        MeetingToFollowUp(
            meeting,
            lacks_minutes=meeting.lacks_minutes,
            lacks_attendance=meeting.lacks_attendance,
        )
        for meeting in meetings
    ]


def _given(meetings: Iterable[Meeting]) -> dict[tuple[int, int], Counter[str]]:
    """Return the number of current answers of invited people by answer.

    The keys are the first sitting and the sitting, also of other sittings of these meetings.
    """
    firsts = {meeting.sitting_of_id or meeting.pk for meeting in meetings}
    rows = (
        Rsvp.objects.current()
        .filter(
            Q(meeting__in=firsts) | Q(meeting__sitting_of__in=firsts),
            meeting__status=MeetingStatus.SCHEDULED,
            focal_point__in=participants(),
        )
        .filter(
            Q(meeting__focus_area=None)
            | Q(meeting__focus_area=F("focal_point__member__focus_area"))
        )
        .filter(Q(meeting__part=None) | is_of_its_part())
        .order_by()
        .values_list("meeting__sitting_of", "meeting", "choice")
        .annotate(number=Count("pk"))
    )
    given: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for first, meeting, choice, number in rows:
        given[first or meeting, meeting][choice] = number
    return given
