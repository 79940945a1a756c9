"""The expected attendees of a meeting: everybody who is invited, with their RSVPs.

A person is expected at one sitting of a meeting at most.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from meetings.models import Meeting
from members.models import FocalPoint, Member, is_shown_as_admitted
from participation.models import Rsvp, RsvpChoice
from participation.services.chosen_sittings import OTHER_SITTING, load_answers, reply_in_words
from participation.services.invited import part_members


@dataclass(frozen=True)
class ExpectedAttendee:
    """An invited person, and their RSVP if there is one."""

    person: FocalPoint
    # To this sitting or another one, possibly for an earlier start.
    rsvp: Rsvp | None
    # The answer for the current start, or OTHER_SITTING; empty if there is none.
    choice: str

    @property
    def reply_in_words(self) -> str:
        """The answer for the current start as text; empty if there is none."""
        return reply_in_words(self.choice)


@dataclass(frozen=True)
class RsvpCount:
    """The number of people with the same answer, or without one, and their organisations."""

    choice: str
    words: str
    number: int
    organisations: list[str]


def invited_focal_points(meeting: Meeting) -> QuerySet[FocalPoint]:
    """Return the focal points of all members that are invited to a meeting, by organisation.

    Members that were admitted after it ended are excluded.
    """
    people = focal_points_invited(meeting.focus_area_id, before=meeting.ends_at)
    if meeting.part_id is not None:
        people = people.filter(member__in=part_members(meeting))
    return people


def focal_points_invited(focus_area: int | None, *, before: datetime) -> QuerySet[FocalPoint]:
    """Return the focal points that an area, or the whole coalition, had before a time.

    They are ordered by organisation. `focus_area` is its primary key.
    """
    # Uses the area at that time: members may have moved to another area since.
    history: Any = Member
    then = history.history.filter(id=OuterRef("member_id"), history_date__lt=before)
    people = FocalPoint.objects.alias(
        area_then=Coalesce(
            Subquery(then.order_by("-history_id").values("focus_area")[:1]),
            F("member__focus_area"),
            output_field=BigIntegerField(),
        )
    ).filter(
        is_shown_as_admitted("member__"),
        member__focus_area__isnull=False,
        member__decided_at__lt=before,
    )
    if focus_area is not None:
        people = people.filter(area_then=focus_area)
    return people.select_related("member__focus_area").order_by(
        "member__organisation_name", "member_id", "is_alternate", "pk"
    )


def expected_attendees(meeting: Meeting) -> list[ExpectedAttendee]:
    """Return the invited people with their RSVPs, in three queries."""
    answers = load_answers([meeting])
    expected = []
    for person in invited_focal_points(meeting):
        answer = answers.of(person, meeting)
        expected.append(
            ExpectedAttendee(person, answer.rsvp_at(meeting), answer.choice_at(meeting))
        )
    return expected


def rsvp_counts(expected: list[ExpectedAttendee], *, words_for_none: str) -> list[RsvpCount]:
    """Count the RSVPs by answer, then people at another sitting, and then those without an RSVP."""
    numbers = Counter(each.choice for each in expected)
    choices = [*RsvpChoice.values, *([OTHER_SITTING] if numbers[OTHER_SITTING] else []), ""]
    return [
        RsvpCount(
            choice,
            reply_in_words(choice) or words_for_none,
            numbers[choice],
            list(
                dict.fromkeys(
                    each.person.member.organisation_name
                    for each in expected
                    if each.choice == choice
                )
            ),
        )
        for choice in choices
    ]
