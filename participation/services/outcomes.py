"""The outcomes of a meeting: its decisions, and the action points of organisations.

Members of the group see both as soon as they are saved. The owner of an open action point sees it
on *Your page*, and in the reminder of the next meeting.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import NothingChanged, Refused
from core.dates import format_date
from core.history import set_history_actor
from meetings.models import Meeting, MeetingQuerySet, MeetingStatus
from meetings.services.meetings import lock_to_change, save_meeting
from meetings.services.ordered_rows import save_in_order
from members.models import FocalPoint, Member
from members.services.participants import lock_participant
from participation.models import ActionPoint, Decision


class DecisionFacts(TypedDict):
    """What was typed as one decision. `key` is that of the stored one, None for a new one."""

    key: int | None
    text: str


class ActionPointFacts(TypedDict):
    """What was typed as one action point. `key` is that of the stored one, None for a new one."""

    key: int | None
    text: str
    owner: Member
    due_on: date


@dataclass(frozen=True)
class ShownActionPoint:
    """An action point as one reader sees it: whether it is theirs, and until when it is due."""

    point: ActionPoint
    is_mine: bool
    is_late: bool
    due: str

    @property
    def is_done(self) -> bool:
        return self.point.done_at is not None


@transaction.atomic
def set_outcomes(
    *,
    meeting: Meeting,
    decisions: Iterable[DecisionFacts],
    action_points: Iterable[ActionPointFacts],
    by: User | None,
    at: datetime,
    version: int | None = None,
) -> Meeting:
    """Save the decisions and action points of a meeting that has begun, in their order.

    Stored ones that are missing are deleted. What is done stays done.

    Raises MeetingDeleted, MeetingConflict, AlreadyCancelled, NothingChanged, and Refused
    (not_begun).
    """
    lock_to_change(meeting, version)
    if meeting.status == MeetingStatus.DRAFT or meeting.starts_at > at:
        raise Refused(_("The meeting has not begun, so it has no outcomes yet."), code="not_begun")
    changes = [
        save_in_order(
            stored=meeting.decisions.all(),
            rows=decisions,
            make=lambda: Decision(meeting=meeting),
            by=by,
            at=at,
        ),
        save_in_order(
            stored=meeting.action_points.select_related("owner"),
            rows=action_points,
            make=lambda: ActionPoint(meeting=meeting),
            by=by,
            at=at,
        ),
    ]
    if not any(changes):
        raise NothingChanged
    save_meeting(meeting, by=by, at=at)
    return meeting


@transaction.atomic
def mark_as_done(*, point: ActionPoint, person: FocalPoint, by: User, at: datetime) -> ActionPoint:
    """Mark an action point as done, for the organisation of a focal point.

    It is a version of the meeting, so that staff who have its outcomes open learn of it.

    Raises AlreadyCancelled and Refused (not_yours, already_done).
    """
    lock_to_change(point.meeting, None)
    now = lock_participant(person, at=at)
    point.refresh_from_db()
    if now is None or now.member_id != point.owner_id:
        raise Refused(
            _("Only the organisation that agreed to it can say that it is done."), code="not_yours"
        )
    if point.done_at:
        raise Refused(_("This action point is already done."), code="already_done")
    point.done_at, point.done_by = at, by
    set_history_actor(point, by, at)
    point.save(update_fields=["done_at", "done_by"])
    save_meeting(point.meeting, by=by, at=at)
    return point


def owners_for(meeting: Meeting) -> QuerySet[Member]:
    """Return the organisations that can own an action point: of the group, or owners already."""
    members = Member.objects.all()
    there = (
        members.of_working_group(meeting.focus_area)
        if meeting.focus_area
        else members.admitted().filter(focus_area__isnull=False)
    )
    owning = ActionPoint.objects.filter(meeting=meeting).values("owner")
    return members.filter(Q(pk__in=there.values("pk")) | Q(pk__in=owning)).order_by(
        "sort_key", "pk"
    )


def decisions_of(meeting: Meeting) -> list[Decision]:
    """Return the decisions of a meeting in their order."""
    return list(meeting.decisions.order_by("position", "pk"))


def action_points_of(meeting: Meeting) -> QuerySet[ActionPoint]:
    """Return the action points of a meeting in their order, with their owners."""
    return meeting.action_points.select_related("owner").order_by("position", "pk")


def earlier_meetings(meeting: Meeting) -> MeetingQuerySet:
    """Return the meetings before one of the same series or, without a series, of its group."""
    first = meeting.sitting_of_id or meeting.pk
    same = (
        Q(series=meeting.series_id)
        if meeting.series_id
        else Q(series=None, focus_area=meeting.focus_area_id)
    )
    return (
        Meeting.objects.filter(
            same, status=MeetingStatus.SCHEDULED, starts_at__lt=meeting.starts_at
        )
        .exclude(Q(pk=first) | Q(sitting_of=first))
        .order_by("-starts_at", "-pk")
    )


def from_the_last_meeting(meeting: Meeting) -> QuerySet[ActionPoint]:
    """Return the open action points of earlier meetings, and those of the last that are done."""
    earlier = earlier_meetings(meeting)
    is_open = Q(meeting__in=earlier.order_by().values("pk"), done_at=None)
    points = ActionPoint.objects.filter(is_open | Q(meeting__in=earlier.values("pk")[:1]))
    return points.select_related("owner", "meeting").order_by("due_on", "pk")


def open_points_before(meeting: Meeting) -> QuerySet[ActionPoint]:
    """Return the open action points of earlier meetings, the next first, in one query."""
    earlier = earlier_meetings(meeting).order_by().values("pk")
    return ActionPoint.objects.filter(meeting__in=earlier, done_at=None).order_by("due_on", "pk")


def my_action_points(
    people: Sequence[FocalPoint], *, is_open: bool = True
) -> QuerySet[ActionPoint]:
    """Return the action points of the organisations of some focal points, the next first.

    If `is_open` is false, those that are done are among them.
    """
    points = ActionPoint.objects.filter(owner__in={person.member_id for person in people})
    points = points.exclude(meeting__status=MeetingStatus.CANCELLED)
    if is_open:
        points = points.filter(done_at=None)
    return points.select_related("owner", "meeting").order_by("due_on", "pk")


def shown_action_points(
    points: Iterable[ActionPoint], *, people: Sequence[FocalPoint], zone: str, at: datetime
) -> list[ShownActionPoint]:
    """Return action points as these focal points see them."""
    owners = {person.member_id for person in people}
    today = at.astimezone(ZoneInfo(zone)).date()
    return [
        ShownActionPoint(
            point,
            is_mine=point.owner_id in owners,
            is_late=point.done_at is None and point.due_on < today,
            due=format_date(point.due_on),
        )
        for point in points
    ]
