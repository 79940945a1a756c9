"""What the portal does by itself when nobody does anything: it reminds, tells, and proposes.

Nothing that is to come is stored. It follows from what happened, whenever somebody looks, so that
it is gone with its cause, and after a standstill no step is taken before the one that it follows.
What was taken or skipped is a row for each cause, so that nothing is done twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Final

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from members.follow_up.reminders import (
    remind_of_request,
    remind_to_confirm,
    tell_officer_of_silence,
)
from members.links import ENDED
from members.locking import Refused, lock
from members.models import (
    AFTER_A_REQUEST,
    NOTED_IN,
    UNACKNOWLEDGED,
    FocalPoint,
    FollowUp,
    FollowUpRule,
    FollowUpStep,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)
from members.timeline import record
from outbox.models import Message

# How many steps one run takes; the next run goes on.
AT_ONCE: Final = 200

Days = Mapping[FollowUpStep, timedelta]


class NotPlanned(Refused):
    """The step is not to come: its cause is gone, or it was taken or skipped already."""

    def __init__(self) -> None:
        super().__init__(
            _("This follow-up is not to come any more: it was taken or skipped, or is not needed.")
        )


@dataclass(frozen=True)
class Planned:
    """A step that is to come, unless its cause goes first."""

    step: FollowUpStep
    due_at: datetime
    # The cause: one of the two.
    entry: TimelineEntry | None = None
    focal_point: FocalPoint | None = None

    @property
    def key(self) -> str:
        """What tells it from every other step of a member."""
        cause = self.entry or self.focal_point
        return f"{self.step}-{cause.pk if cause else ''}"


def days_of_steps() -> dict[FollowUpStep, timedelta]:
    """Return after how long each step is taken that is in use, as staff have set it."""
    rules = FollowUpRule.objects.filter(is_active=True).values_list("step", "days")
    return {FollowUpStep(step): timedelta(days=days) for step, days in rules}


def planned(member: Member, *, days: Days | None = None) -> list[Planned]:
    """Return what is to come for a member, the soonest first."""
    days = days_of_steps() if days is None else days
    steps = chain(_after_a_request(member, days), _for_addresses(member, days))
    return sorted(steps, key=lambda step: (step.due_at, step.key))


@transaction.atomic
def take_step(*, member: Member, key: str, by: User | None, at: datetime) -> FollowUp:
    """Take a step that is to come: when it is due, or now because somebody wants it now.

    Raises NotPlanned, also where nobody wants it and it is not due.
    """
    step = _locked(member, key)
    if by is None and step.due_at > at:
        raise NotPlanned
    return _take(member, step, by=by, at=at)


@transaction.atomic
def skip_step(*, member: Member, key: str, by: User, at: datetime) -> FollowUp:
    """Leave out a step that is to come; what follows it counts from now.

    Raises NotPlanned.
    """
    step = _locked(member, key)
    record(member, TimelineKind.FOLLOW_UP_SKIPPED, by=by, at=at, note=_in_english(step.step))
    return _store(step, by=by, at=at, is_skipped=True)


def take_due_steps(*, at: datetime) -> int:
    """Take the steps that are due, each in a transaction of its own; return how many.

    AT_ONCE at most. May run twice at once or after a long standstill: a step is judged once more
    under its member's lock, and of one cause one step is taken at a time.
    """
    days, count = days_of_steps(), 0
    for member_pk in islice(
        dict.fromkeys(chain(_silent(days, at), _unconfirmed(days, at))), AT_ONCE
    ):
        with transaction.atomic():
            member = Member.objects.get(pk=member_pk)
            lock(member)
            for step in planned(member, days=days):
                if step.due_at <= at:
                    _take(member, step, by=None, at=at)
                    count += 1
    return count


def _after_a_request(member: Member, days: Days) -> Iterator[Planned]:
    """Yield the next step for a member that has not answered our request for information."""
    if member.status != MemberStatus.INFORMATION_REQUESTED:
        return
    requests = member.timeline.filter(kind=TimelineKind.INFORMATION_REQUESTED)
    # By number: the clock was read before the lock, where somebody may have waited.
    entry = requests.order_by("-pk").prefetch_related("follow_ups").first()
    if entry is None:
        return
    taken = {FollowUpStep(done.step): done.at for done in entry.follow_ups.all()}
    following = _next_step(entry.at, taken, days)
    if following is not None:
        yield Planned(*following, entry=entry)


def _next_step(
    asked_at: datetime, taken: Mapping[FollowUpStep, datetime], days: Days
) -> tuple[FollowUpStep, datetime] | None:
    """Return the step that follows a request and what was done since, and when it is due.

    Its days count from the step before it, whenever that was taken.
    """
    since = max([asked_at, *taken.values()])
    last = max((AFTER_A_REQUEST.index(step) for step in taken), default=-1)
    for step in AFTER_A_REQUEST[last + 1 :]:
        if step in days:
            return step, since + days[step]
    return None


def _for_addresses(member: Member, days: Days) -> Iterator[Planned]:
    """Yield the reminder to each focal point whose address nobody has confirmed."""
    step = FollowUpStep.REMIND_TO_CONFIRM
    if step not in days or member.status in ENDED or member.suspicion in UNACKNOWLEDGED:
        return
    waiting = member.focal_points.filter(confirmed_at=None).exclude(_reminded())
    for focal_point in waiting.annotate(written_at=_written_to_last()).order_by("is_alternate"):
        if focal_point.written_at is not None:
            yield Planned(step, focal_point.written_at + days[step], focal_point=focal_point)


def _silent(days: Days, at: datetime) -> Iterator[int]:
    """Yield the members for which a step after our request is due, the longest silent first."""
    asked = TimelineEntry.objects.filter(
        kind=TimelineKind.INFORMATION_REQUESTED,
        member__status=MemberStatus.INFORMATION_REQUESTED,
    )
    later = asked.filter(member=OuterRef("member"), pk__gt=OuterRef("pk"))
    latest = asked.filter(~Exists(later)).order_by("at", "pk").prefetch_related("follow_ups")
    for entry in latest.iterator(chunk_size=AT_ONCE):
        taken = {FollowUpStep(done.step): done.at for done in entry.follow_ups.all()}
        following = _next_step(entry.at, taken, days)
        if following is not None and following[1] <= at:
            yield entry.member_id


def _unconfirmed(days: Days, at: datetime) -> Iterable[int]:
    """Return the members with a focal point who is to be reminded to confirm their address."""
    wait = days.get(FollowUpStep.REMIND_TO_CONFIRM)
    if wait is None:
        return []
    waiting = FocalPoint.objects.filter(confirmed_at=None, member__submitted_at__lte=at - wait)
    waiting = waiting.exclude(member__status__in=ENDED)
    waiting = waiting.exclude(member__suspicion__in=UNACKNOWLEDGED).exclude(_reminded())
    due = waiting.annotate(written_at=_written_to_last()).filter(written_at__lte=at - wait)
    return due.order_by("written_at", "pk").values_list("member_id", flat=True)[:AT_ONCE]


def _reminded() -> Exists:
    """Ask whether a focal point was reminded to confirm, or somebody said not to."""
    return Exists(
        FollowUp.objects.filter(
            step=FollowUpStep.REMIND_TO_CONFIRM,
            focal_point=OuterRef("pk"),
            link_version=OuterRef("link_version"),
        )
    )


def _written_to_last() -> QuerySet[Message]:
    """Ask when the latest letter to a focal point was written; what was never asked waits."""
    segment = Concat(
        Value("/focal-point-"), Cast(OuterRef("pk"), CharField()), output_field=CharField()
    )
    letters = Message.objects.filter(reference=OuterRef("member__reference"))
    to_them = letters.annotate(segment=segment).filter(topic__endswith=F("segment"))
    return to_them.order_by("-queued_at").values("queued_at")[:1]


def _locked(member: Member, key: str) -> Planned:
    """Lock a member and return the step of a key that is to come.

    Raises NotPlanned.
    """
    lock(member)
    for step in planned(member):
        if step.key == key:
            return step
    raise NotPlanned


def _take(member: Member, step: Planned, *, by: User | None, at: datetime) -> FollowUp:
    """Take a step of a locked member."""
    match step.step:
        case FollowUpStep.REMIND_OF_REQUEST if step.entry:
            record(member, TimelineKind.REMINDED, by=by, at=at)
            remind_of_request(member, step.entry, at=at)
        case FollowUpStep.TELL_OFFICER if step.entry:
            record(member, TimelineKind.OFFICER_TOLD, by=by, at=at, note=str(member.assignee or ""))
            tell_officer_of_silence(member, step.entry, at=at)
        case FollowUpStep.PROPOSE_CLOSING:
            record(member, TimelineKind.CLOSING_PROPOSED, by=by, at=at)
        case FollowUpStep.REMIND_TO_CONFIRM if step.focal_point:
            name = step.focal_point.full_name
            record(member, TimelineKind.REMINDED_TO_CONFIRM, by=by, at=at, note=name)
            remind_to_confirm(step.focal_point, at=at)
    return _store(step, by=by, at=at, is_skipped=False)


def _store(step: Planned, *, by: User | None, at: datetime, is_skipped: bool) -> FollowUp:
    """Write down that a step was taken or skipped."""
    return FollowUp.objects.create(
        step=step.step,
        entry=step.entry,
        focal_point=step.focal_point,
        link_version=step.focal_point.link_version if step.focal_point else None,
        at=at,
        is_skipped=is_skipped,
        by=by,
        by_name=str(by or ""),
    )


def _in_english(step: FollowUpStep) -> str:
    """Name a step as the timeline keeps it, in one language whoever notes it."""
    with override(NOTED_IN):
        return str(step.label)
