"""What people answered to meetings over all sittings, and which sittings are shown to them.

Nothing here is stored: it follows from the RSVPs and from the calendar when it is read, so that a
sitting that is moved, cancelled, linked or separated needs no other change. Code that reads RSVPs
starts from `load_answers()` or `shown_meetings()`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from itertools import chain
from typing import Any, Final

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from meetings.models import Meeting, MeetingStatus
from meetings.services.sittings import (
    Groups,
    daytime_first,
    sittings_by_meeting,
    sittings_on_the_calendar,
)
from members.models import FocalPoint
from participation.models import ATTENDING, Rsvp, RsvpChoice
from participation.services.invited import is_invited, is_open_for_rsvp, load_parts

# Beside the values of RsvpChoice: they attend another sitting of the meeting.
OTHER_SITTING: Final = "other"


class Presentation(IntEnum):
    """How a calendar shows a meeting to a person; of several roles, the highest one counts."""

    LEFT_OUT = 0
    TENTATIVE = 1
    SHOWN = 2


@dataclass(frozen=True)
class SittingsAnswer:
    """What the holder of a role answered about a meeting, over the sittings they are invited to.

    Most meetings have one sitting: the meeting itself.
    """

    sittings: Sequence[Meeting]
    # By pk of the sitting, also those for an earlier start.
    rsvps: Mapping[int, Rsvp]

    def current(self, meeting: Meeting) -> Rsvp | None:
        """Return the RSVP to a sitting for its current start."""
        rsvp = self.rsvps.get(meeting.pk)
        return rsvp if rsvp and rsvp.starts_at == meeting.starts_at else None

    @property
    def chosen(self) -> Rsvp | None:
        """The RSVP to the sitting that they attend. It is the latest one, if there are several.

        There may be several if the sittings were linked after they had answered.
        """
        standing = (self.current(each) for each in self.sittings if _is_scheduled(each))
        attending = [rsvp for rsvp in standing if rsvp and rsvp.choice in ATTENDING]
        return max(attending, key=lambda rsvp: (rsvp.responded_at, rsvp.pk), default=None)

    @property
    def has_lost_sitting(self) -> bool:
        """Whether the sitting that they chose was cancelled, and they attend no other one."""
        lost = (self.current(each) for each in self.sittings if not _is_scheduled(each))
        return self.chosen is None and any(rsvp and rsvp.choice in ATTENDING for rsvp in lost)

    def choice_at(self, meeting: Meeting) -> str:
        """Return the RSVP to one sitting, OTHER_SITTING, or an empty string if there is none."""
        chosen, own = self.chosen, self.current(meeting)
        if chosen and chosen.meeting_id != meeting.pk:
            return OTHER_SITTING
        return own.choice if own else ""

    def rsvp_at(self, meeting: Meeting) -> Rsvp | None:
        """Return the RSVP to explain at one sitting: one that counts, or one that was moved."""
        if counted := self.chosen or self.current(meeting):
            return counted
        starts = {each.pk: each.starts_at for each in (*self.sittings, meeting)}
        moved = [
            rsvp
            for pk, rsvp in self.rsvps.items()
            if starts.get(pk, rsvp.starts_at) != rsvp.starts_at
        ]
        return max(moved, key=lambda rsvp: (rsvp.responded_at, rsvp.pk), default=None)

    def is_answered(self, *, at: datetime) -> bool:
        """Return whether no RSVP is expected: they attend a sitting, or declined all open ones."""
        still_open = [each for each in self.sittings if is_open_for_rsvp(each, at=at)]
        return self.chosen is not None or all(self.current(each) for each in still_open)

    def declines(self, meeting: Meeting) -> bool:
        """Return whether they do not attend a sitting: they declined it, or chose another one."""
        return self.choice_at(meeting) in (RsvpChoice.NO, OTHER_SITTING)

    @property
    def candidates(self) -> list[Meeting]:
        """The scheduled sittings that they have not declined, also if they are over."""
        return [each for each in self.sittings if _is_scheduled(each) and not self.declines(each)]

    def offered(self, zone: str, *, at: datetime | None = None) -> Meeting | None:
        """Return the sitting that suits a time zone best, among those that they did not decline.

        With `at`, sittings that are open for RSVPs come first. If they declined all, it is one of
        those; if all are cancelled, one of those.
        """
        scheduled = [each for each in self.sittings if _is_scheduled(each)]
        still_open = [each for each in scheduled if at and is_open_for_rsvp(each, at=at)]
        pools = (
            [each for each in still_open if each in self.candidates],
            still_open,
            self.candidates,
            scheduled,
            self.sittings,
        )
        pool = next((pool for pool in pools if pool), ())
        return next(iter(daytime_first(pool, zone)), None)

    def presentation(self, meeting: Meeting) -> Presentation:
        """Return how a calendar shows one sitting to them.

        It does not depend on the clock, so that the same rows give the same calendar.
        """
        if len(self.sittings) < 2:
            return Presentation.SHOWN
        if self.declines(meeting):
            return Presentation.LEFT_OUT
        is_undecided = self.chosen is None and len(self.candidates) > 1
        is_tentative = is_undecided and _is_scheduled(meeting)
        return Presentation.TENTATIVE if is_tentative else Presentation.SHOWN


@dataclass(frozen=True)
class Answers:
    """The answers of several people to several meetings."""

    groups: Groups
    # By pk of the focal point.
    rsvps: Mapping[int, Mapping[int, Rsvp]]

    def of(self, person: FocalPoint, meeting: Meeting) -> SittingsAnswer:
        """Return the answer of one person to a meeting, over all of its sittings."""
        invited = [each for each in self.together(meeting) if is_invited(each, person)]
        return SittingsAnswer(invited, self.rsvps.get(person.pk, {}))

    def together(self, meeting: Meeting) -> Sequence[Meeting]:
        """Return all sittings of a meeting that are on the calendar, with itself."""
        return self.groups.get(meeting.sitting_of_id or meeting.pk, ())

    def presentation(self, people: Iterable[FocalPoint], meeting: Meeting) -> Presentation:
        """Return how a calendar shows a meeting to a person with these roles."""
        return max(
            (
                self.of(person, meeting).presentation(meeting)
                for person in people
                if is_invited(meeting, person)
            ),
            default=Presentation.SHOWN,
        )

    def are_refusals(self, people: Iterable[FocalPoint], meeting: Meeting) -> bool:
        """Return whether a person with these roles declined a meeting in all of them."""
        choices = [
            self.of(person, meeting).choice_at(meeting)
            for person in people
            if is_invited(meeting, person)
        ]
        return bool(choices) and all(choice == RsvpChoice.NO for choice in choices)


def load_answers(
    meetings: Iterable[Meeting], *, people: Iterable[FocalPoint] | None = None
) -> Answers:
    """Return the answers of some people, or of everybody, to some meetings, in two queries."""
    meetings = list(meetings)
    groups = sittings_on_the_calendar(meetings)
    load_parts(chain(meetings, *groups.values()))
    if people is not None:
        return Answers(groups, _rsvps(focal_point__in=people))
    # Drafts are not on the calendar, but may have RSVPs from before.
    together = {each.pk for each in (*meetings, *chain.from_iterable(groups.values()))}
    return Answers(groups, _rsvps(meeting__in=together))


def _rsvps(**filters: object) -> dict[int, dict[int, Rsvp]]:
    given: dict[int, dict[int, Rsvp]] = defaultdict(dict)
    for rsvp in Rsvp.objects.by_current_holder().filter(**filters):
        given[rsvp.focal_point_id][rsvp.meeting_id] = rsvp
    return given


@dataclass(frozen=True)
class ShownMeeting:
    """How one meeting is shown in the calendar of a person."""

    presentation: Presentation
    # How often the person answered this meeting. It never falls, so a feed adds it to SEQUENCE.
    revision: int
    # When they last answered, for LAST-MODIFIED.
    answered_at: datetime | None
    # Whether they declined it in all their roles, and attend no other sitting.
    is_declined: bool


# How often, and when last, each focal point answered each meeting: by their two pks.
Revisions = Mapping[tuple[int, int], tuple[int, datetime]]


def load_revisions(meetings: Iterable[Meeting], *, people: Iterable[FocalPoint]) -> Revisions:
    """Return how often these people answered these meetings, in one query."""
    history: Any = Rsvp
    changes = history.history.filter(
        meeting_id__in=[meeting.pk for meeting in meetings],
        focal_point_id__in=[person.pk for person in people],
    )
    counted = changes.order_by().values_list("meeting_id", "focal_point_id")
    rows = counted.annotate(number=Count("pk"), last=Max("history_date"))
    return {(meeting, person): (number, last) for meeting, person, number, last in rows}


def shown_meeting(
    meeting: Meeting, *, people: Sequence[FocalPoint], answers: Answers, revisions: Revisions
) -> ShownMeeting:
    """Return how the calendar of a person with these roles shows a meeting."""
    keys = ((meeting.pk, person.pk) for person in people)
    given = [revisions[key] for key in keys if key in revisions]
    return ShownMeeting(
        answers.presentation(people, meeting),
        sum(number for number, _last in given),
        max((last for _number, last in given), default=None),
        answers.are_refusals(people, meeting),
    )


def shown_meetings(
    meetings: Iterable[Meeting], *, people: Sequence[FocalPoint]
) -> dict[int, ShownMeeting]:
    """Return how the calendar of a person shows meetings, by pk, in three queries.

    `people` are the roles of the person, with their members as shown.
    """
    meetings = list(meetings)
    answers = load_answers(meetings, people=people)
    revisions = load_revisions(meetings, people=people)
    return {
        meeting.pk: shown_meeting(meeting, people=people, answers=answers, revisions=revisions)
        for meeting in meetings
    }


def unlisted_sittings(people: Sequence[FocalPoint], *, zone: str, at: datetime) -> set[int]:
    """Return the pks of sittings that lists of a person leave out, in two queries.

    Lists have one row for a meeting: the sitting that the person attends, in any of their roles,
    or else the one that is offered to them.
    """
    linked = Meeting.objects.scheduled_or_cancelled().of_sittings().order_by("starts_at", "pk")
    groups = sittings_by_meeting(linked)
    load_parts(chain(*groups.values()))
    answers = Answers(groups, _rsvps(focal_point__in=people))
    unlisted: set[int] = set()
    for group in answers.groups.values():
        of_each = [
            (person, answers.of(person, group[0]))
            for person in people
            if any(is_invited(each, person) for each in group)
        ]
        chosen = {answer.chosen.meeting_id for _person, answer in of_each if answer.chosen}
        offers = (answer.offered(zone, at=at) for _person, answer in of_each)
        listed = chosen or {offered.pk for offered in offers if offered}
        unlisted |= {each.pk for each in group} - listed
    return unlisted


def reply_in_words(choice: str) -> str:
    """Return an RSVP, or OTHER_SITTING, as text; empty if there is none."""
    if choice == OTHER_SITTING:
        return _("At the other sitting")
    return str(RsvpChoice(choice).label) if choice else ""


def _is_scheduled(meeting: Meeting) -> bool:
    return meeting.status == MeetingStatus.SCHEDULED
