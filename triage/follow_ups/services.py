"""Automatic follow-ups when a person does not act: reminders, notices and proposals.

Scheduled steps are not stored but computed from past events. So a step disappears with its cause,
and after an outage, no step is taken before the one that it follows. A step that was taken or
skipped is stored as a row for its cause, so that nothing is done twice.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import chain, islice
from typing import Any, Final

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from core.conflicts import Refused, lock
from eoi.services import draft_notices
from inbox.models import replied_by_mail
from inbox.services.replies import waiting_replies
from members.models import (
    NOTE_LANGUAGE,
    SIGNALS_HOLDING_ACKNOWLEDGEMENT,
    FocalPoint,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)
from members.services.letters.officers import IS_NOTIFIABLE, notifiable_officer
from members.services.letters.reminders import (
    notify_officer_of_no_reply,
    remind_of_request,
    remind_to_confirm,
)
from members.services.private_links import ENDED
from members.services.timeline import add_entry
from outbox.models import Message, MessageStatus
from triage.follow_ups.models import STEPS_AFTER_REQUEST, FollowUp, FollowUpRule, FollowUpStep

# The number of members whose steps one run takes. The next run continues.
BATCH_SIZE: Final = 200

Days = Mapping[FollowUpStep, timedelta]


@dataclass(frozen=True)
class ScheduledFollowUp:
    """A step that will be taken unless its cause disappears first."""

    step: FollowUpStep
    due_at: datetime
    # The cause is one of these two.
    entry: TimelineEntry | None = None
    focal_point: FocalPoint | None = None

    @property
    def key(self) -> str:
        """A key that is unique among the steps of a member and of each holder of a role."""
        if self.focal_point:
            return f"{self.step}-{self.focal_point.pk}-{self.focal_point.link_version}"
        return f"{self.step}-{self.entry.pk if self.entry else ''}"


def follow_up_delays() -> dict[FollowUpStep, timedelta]:
    """Return the delay of each step in use, as set by staff."""
    rules = FollowUpRule.objects.filter(is_active=True).values_list("step", "days")
    return {FollowUpStep(step): timedelta(days=days) for step, days in rules}


def scheduled_follow_ups(
    member: Member,
    *,
    days: Days | None = None,
    people: Collection[FocalPoint] | None = None,
    has_replied: bool | None = None,
) -> list[ScheduledFollowUp]:
    """Return the scheduled steps of a member, the earliest first.

    `people` are its focal points, and `has_replied` says whether a reply by mail waits, if they
    were read already.
    """
    are_confirmed = people is not None and all(person.confirmed_at for person in people)
    is_asked = member.status == MemberStatus.INFORMATION_REQUESTED
    if not is_asked and (are_confirmed or member.status in ENDED):
        return []
    # Read only if a step has a cause.
    delays = cache(follow_up_delays) if days is None else lambda: days
    has_replied = bool(waiting_replies(member)) if has_replied is None else has_replied
    after = () if has_replied or not is_asked else _after_a_request(member, delays)
    steps = chain(after, () if are_confirmed else _for_addresses(member, delays))
    return sorted(steps, key=lambda step: (step.due_at, step.key))


@transaction.atomic
def run_follow_up(*, member: Member, key: str, by: User, at: datetime) -> FollowUp:
    """Take a scheduled step now. Raises Refused (not_scheduled, request_waits)."""
    step = _locked(member, key)
    if step.entry is not None and member.is_undoable(at):
        # It can still be undone.
        raise Refused(
            _("The letter of the request has not been sent yet. Wait until it is sent."),
            code="request_waits",
        )
    return _take(member, step, by=by, at=at)


@transaction.atomic
def skip_follow_up(*, member: Member, key: str, by: User, at: datetime) -> FollowUp:
    """Skip a scheduled step; the next one counts from now. Raises Refused."""
    step = _locked(member, key)
    add_entry(member, TimelineKind.FOLLOW_UP_SKIPPED, by=by, at=at, note=_in_english(step.step))
    return _store(step, by=by, at=at, is_skipped=True)


def run_due_follow_ups(*, at: datetime) -> int:
    """Take the steps that are due, with one transaction for each member; return their number.

    It handles at most BATCH_SIZE members, the longest overdue first. It may run concurrently or
    after an outage, because each step is checked again under the lock of its member.
    """
    days = follow_up_delays()
    due = dict.fromkeys(pk for _due_at, pk in sorted([*_silent(days, at), *_unconfirmed(days, at)]))
    return sum(_take_due_steps_of(pk, days, at) for pk in islice(due, BATCH_SIZE))


def remind_of_deadline(*, at: datetime) -> int:
    """Remind the owners of drafts of a near deadline, if that step is in use; return how many."""
    rule = FollowUpRule.objects.filter(step=FollowUpStep.REMIND_OF_DEADLINE, is_active=True).first()
    return draft_notices.remind_of_deadline(days=rule.days, at=at) if rule else 0


@transaction.atomic
def _take_due_steps_of(member_pk: int, days: Days, at: datetime) -> int:
    member = Member.objects.get(pk=member_pk)
    lock(member)
    due = [step for step in scheduled_follow_ups(member, days=days) if step.due_at <= at]
    for step in due:
        _take(member, step, by=None, at=at)
    return len(due)


def _after_a_request(member: Member, delays: Callable[[], Days]) -> Iterator[ScheduledFollowUp]:
    """Yield the next step for a member that has not answered a request for information."""
    asked = member.timeline.filter(kind=TimelineKind.INFORMATION_REQUESTED, is_void=False)
    requests = _with_letters(asked)
    # Ordered by number: the time was read before waiting for the lock, so it may be out of order.
    entry = requests.order_by("-pk").prefetch_related("follow_ups").first()
    if entry is None:
        return
    taken = {FollowUpStep(done.step): done.at for done in entry.follow_ups.all()}
    reaching = _reaching(
        delays(),
        member.spam_signal,
        was_written=entry.was_written,
        has_officer=notifiable_officer(member.assignee) is not None,
    )
    following = _next_step(entry.at, taken, reaching)
    if following is not None:
        yield ScheduledFollowUp(*following, entry=entry)


def _next_step(
    asked_at: datetime, taken: Mapping[FollowUpStep, datetime], days: Days
) -> tuple[FollowUpStep, datetime] | None:
    """Return the next step after a request and the steps already taken, and when it is due.

    Its days count from the time when the previous step was taken.
    """
    since = max([asked_at, *taken.values()])
    last = max((STEPS_AFTER_REQUEST.index(step) for step in taken), default=-1)
    for step in STEPS_AFTER_REQUEST[last + 1 :]:
        if step in days:
            return step, since + days[step]
    return None


def _reaching(days: Days, spam_signal: str, *, was_written: bool, has_officer: bool) -> Days:
    """Leave out steps without a recipient: spam, no letter sent, no officer assigned."""
    left_out = set()
    if spam_signal in SIGNALS_HOLDING_ACKNOWLEDGEMENT or not was_written:
        left_out.add(FollowUpStep.REMIND_OF_REQUEST)
    if not has_officer:
        left_out.add(FollowUpStep.NOTIFY_OFFICER)
    return {step: wait for step, wait in days.items() if step not in left_out}


def _with_letters(requests: QuerySet[TimelineEntry]) -> QuerySet[Any]:
    """Annotate whether each request was sent by letter: staff may also ask without one."""
    topic = Concat(
        OuterRef("member__reference"),
        Value("/information-requested/entry-"),
        Cast(OuterRef("pk"), CharField()),
        Value("/"),
    )
    letters = Message.objects.filter(reference=OuterRef("member__reference"))
    written = letters.filter(topic__startswith=topic).exclude(status=MessageStatus.CANCELLED)
    return requests.annotate(was_written=Exists(written))


def _for_addresses(member: Member, delays: Callable[[], Days]) -> Iterator[ScheduledFollowUp]:
    """Yield the reminder to each focal point whose address is not confirmed."""
    step = FollowUpStep.REMIND_TO_CONFIRM
    if member.status in ENDED or member.spam_signal in SIGNALS_HOLDING_ACKNOWLEDGEMENT:
        return
    for focal_point in _asked_to_confirm(member.focal_points.all()).order_by("is_alternate"):
        if step in delays():
            due_at = focal_point.asked_at + delays()[step]
            yield ScheduledFollowUp(step, due_at, focal_point=focal_point)


def _silent(days: Days, at: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield the time from which a step after a request is counted, and its member."""
    asked = TimelineEntry.objects.filter(
        kind=TimelineKind.INFORMATION_REQUESTED,
        is_void=False,
        member__status=MemberStatus.INFORMATION_REQUESTED,
    )
    later = asked.filter(member=OuterRef("member"), pk__gt=OuterRef("pk"))
    replied = Member.objects.filter(replied_by_mail()).values("pk")
    latest = asked.filter(~Exists(later)).exclude(member__in=replied)
    taken: dict[int, dict[FollowUpStep, datetime]] = defaultdict(dict)
    of_these = FollowUp.objects.filter(entry__in=latest.values("pk"))
    for entry, step, when in of_these.values_list("entry", "step", "at"):
        taken[entry][FollowUpStep(step)] = when
    has_officer = Exists(User.objects.filter(IS_NOTIFIABLE, pk=OuterRef("member__assignee")))
    columns = _with_letters(latest.annotate(has_officer=has_officer)).values_list(
        "pk", "at", "member", "member__spam_signal", "was_written", "has_officer"
    )
    for pk, asked_at, member, spam_signal, was_written, is_held in columns:
        reaching = _reaching(days, spam_signal, was_written=was_written, has_officer=is_held)
        following = _next_step(asked_at, taken[pk], reaching)
        if following is not None and following[1] <= at:
            yield following[1], member


def _unconfirmed(days: Days, at: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield the time from which a reminder to confirm an address is counted, and its member."""
    wait = days.get(FollowUpStep.REMIND_TO_CONFIRM)
    if wait is None:
        return
    standing = FocalPoint.objects.exclude(member__status__in=ENDED)
    reached = _asked_to_confirm(
        standing.exclude(member__spam_signal__in=SIGNALS_HOLDING_ACKNOWLEDGEMENT)
    )
    due = reached.filter(asked_at__lte=at - wait).order_by("asked_at", "pk")
    for asked_at, member in due.values_list("asked_at", "member")[:BATCH_SIZE]:
        yield asked_at + wait, member


def _asked_to_confirm(focal_points: QuerySet[FocalPoint]) -> QuerySet[Any]:
    """Filter focal points who were asked to confirm their address, but were not reminded yet.

    Annotates the time of the first letter as `asked_at`. Only letters about the member count:
    mailings ask for nothing. A reminder counts for the address even after its links were revoked,
    and for the links even if the clocks of servers disagree.
    """
    waiting = focal_points.filter(_was_asked_to_confirm(), confirmed_at=None)
    return waiting.annotate(asked_at=_asked_at()).exclude(_was_reminded_to_confirm())


# The next three are the same for all queries, so each is built once.


@cache
def _was_asked_to_confirm() -> Exists:
    return Exists(_letters_to_focal_point())


@cache
def _asked_at() -> Subquery:
    return Subquery(_letters_to_focal_point().order_by("sent_at").values("sent_at")[:1])


@cache
def _was_reminded_to_confirm() -> Exists:
    return Exists(
        FollowUp.objects.filter(
            Q(at__gte=OuterRef("asked_at")) | Q(link_version=OuterRef("link_version")),
            step=FollowUpStep.REMIND_TO_CONFIRM,
            focal_point=OuterRef("pk"),
        )
    )


def _letters_to_focal_point() -> QuerySet[Message]:
    return Message.objects.filter(
        reference=OuterRef("member__reference"),
        topic__startswith=Concat(OuterRef("member__reference"), Value("/")),
        recipient=OuterRef("email"),
        sent_at__isnull=False,
    )


def _locked(member: Member, key: str) -> ScheduledFollowUp:
    """Lock a member and return its scheduled step with a key. Raises Refused (not_scheduled)."""
    lock(member)
    for step in scheduled_follow_ups(member):
        if step.key == key:
            return step
    raise Refused(
        _(
            "This follow-up is no longer scheduled. It was already run or skipped, or it is no "
            "longer needed."
        ),
        code="not_scheduled",
    )


def _take(member: Member, step: ScheduledFollowUp, *, by: User | None, at: datetime) -> FollowUp:
    match step.step:
        case FollowUpStep.REMIND_OF_REQUEST if step.entry:
            add_entry(member, TimelineKind.REMINDED, by=by, at=at)
            remind_of_request(member, step.entry, at=at)
        case FollowUpStep.NOTIFY_OFFICER if step.entry:
            add_entry(
                member, TimelineKind.OFFICER_NOTIFIED, by=by, at=at, note=str(member.assignee)
            )
            notify_officer_of_no_reply(member, step.entry, at=at)
        case FollowUpStep.PROPOSE_CLOSING:
            add_entry(member, TimelineKind.CLOSING_PROPOSED, by=by, at=at)
        case FollowUpStep.REMIND_TO_CONFIRM if step.focal_point:
            name = step.focal_point.full_name
            add_entry(member, TimelineKind.REMINDED_TO_CONFIRM, by=by, at=at, note=name)
            remind_to_confirm(step.focal_point, at=at)
    return _store(step, by=by, at=at, is_skipped=False)


def _store(step: ScheduledFollowUp, *, by: User | None, at: datetime, is_skipped: bool) -> FollowUp:
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
    """Return the name of a step in the language that the timeline stores."""
    with override(NOTE_LANGUAGE):
        return str(step.label)
