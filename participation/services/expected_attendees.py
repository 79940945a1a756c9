"""The expected attendees of a meeting: everybody who is invited, with their RSVPs."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from meetings.models import Meeting
from members.models import FocalPoint, Member, is_shown_as_admitted
from participation.models import Rsvp, RsvpChoice


@dataclass(frozen=True)
class ExpectedAttendee:
    """An invited person, and their RSVP if there is one."""

    person: FocalPoint
    rsvp: Rsvp | None
    is_of_the_old_time: bool

    @property
    def choice(self) -> str:
        """The answer for the current start of the meeting; empty if there is none."""
        return self.rsvp.choice if self.rsvp and not self.is_of_the_old_time else ""


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
    # Uses the area at the end of the meeting: members may have moved to another area since.
    history: Any = Member
    then = history.history.filter(id=OuterRef("member_id"), history_date__lt=meeting.ends_at)
    people = FocalPoint.objects.alias(
        area_then=Coalesce(
            Subquery(then.order_by("-history_id").values("focus_area")[:1]),
            F("member__focus_area"),
            output_field=BigIntegerField(),
        )
    ).filter(
        is_shown_as_admitted("member__"),
        member__focus_area__isnull=False,
        member__decided_at__lt=meeting.ends_at,
    )
    if meeting.focus_area_id is not None:
        people = people.filter(area_then=meeting.focus_area_id)
    return people.select_related("member__focus_area").order_by(
        "member__organisation_name", "member_id", "is_alternate", "pk"
    )


def expected_attendees(meeting: Meeting) -> list[ExpectedAttendee]:
    """Return the invited people with their RSVPs, in two queries."""
    rsvps = Rsvp.objects.by_current_holder().filter(meeting=meeting)
    people = invited_focal_points(meeting).prefetch_related(
        Prefetch("rsvps", queryset=rsvps, to_attr="given")
    )
    return [_expected(meeting, person) for person in people]


def rsvp_counts(expected: list[ExpectedAttendee], *, words_for_none: str) -> list[RsvpCount]:
    """Count the RSVPs by answer, and then the people without one."""
    numbers = Counter(each.choice for each in expected)
    of_each = {
        choice: dict.fromkeys(
            each.person.member.organisation_name for each in expected if each.choice == choice
        )
        for choice in ("", *RsvpChoice.values)
    }
    words = [*((choice.value, str(choice.label)) for choice in RsvpChoice), ("", words_for_none)]
    return [
        RsvpCount(choice, label, numbers[choice], list(of_each[choice])) for choice, label in words
    ]


def _expected(meeting: Meeting, person: FocalPoint) -> ExpectedAttendee:
    given: list[Rsvp] = person.given  # type: ignore[attr-defined]  # By the prefetch above.
    rsvp = given[0] if given else None
    return ExpectedAttendee(
        person=person,
        rsvp=rsvp,
        is_of_the_old_time=bool(rsvp and rsvp.starts_at != meeting.starts_at),
    )
