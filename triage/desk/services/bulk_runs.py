"""Start bulk runs, and process their members one by one.

Each member is processed in one transaction together with the result, by the service that staff
use for a single member. So a run may be interrupted, continued and worked on by two processes:
nobody is processed twice, and nobody is left out.

A new action is a value of `BulkRunAction`, its permission in `PERMISSIONS`, its service in
`PLAIN_SERVICES` or `_change()`, and its page: in `BULK_ACTIONS`
(triage/decisions/admin/bulk_specs.py), or one of its own.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import override
from kombu.exceptions import OperationalError as BrokerError

from accounts.models import User
from core.conflicts import Refused, lock
from focus_areas.models import FocusArea
from members.models import Category, ClosingReason, GrantedRole, Member, Reason, TimelineEntry
from members.services.assignment import (
    assign_to_self,
    flag_as_spam,
    reassign,
    unassign,
    undo_spam_flag,
)
from members.services.conflicts import member_conflict
from members.services.decisions import (
    admit_to_focus_area,
    close_without_letter,
    decline,
    request_information,
)
from members.services.notes import add_note
from members.services.opinions import ask_opinion
from members.services.undo import undo_decision
from outbox.services.publishing import breaker
from triage.desk.models import STALLED_AFTER, BulkItem, BulkRun, BulkRunAction
from triage.duplicates.services.matching import check_no_possible_duplicates
from triage.holds.services import hold
from triage.staff_pages.arrivals import SomethingArrived, later_entries

logger = logging.getLogger(__name__)

# The URL of the page has the key of each member, and must fit into a request line of 8 KB. As many
# letters can also be undone: all are decided long before the first one is sent.
MAX_ITEMS: Final = 500
# For so long a request processes members itself, before a worker goes on.
MAX_SECONDS_IN_REQUEST: Final = 1.0
MAX_SECONDS: Final = 10.0
KEPT_FOR: Final = timedelta(days=30)
BATCH_SIZE: Final = 200
# By name, since triage.tasks imports this module.
PROCESS: Final = "triage.tasks.process_bulk_run"
# The fault is of the database or of the worker, and not of a member: it is tried again.
TRANSIENT: Final = (OperationalError, InterfaceError, SoftTimeLimitExceeded)

PERMISSIONS: Final = {
    BulkRunAction.ASSIGN_TO_ME: "members.take_member",
    BulkRunAction.UNASSIGN: "members.take_member",
    BulkRunAction.REASSIGN: "members.take_member",
    BulkRunAction.ADMIT: "members.admit_member",
    BulkRunAction.REQUEST_INFORMATION: "members.request_information_member",
    BulkRunAction.DECLINE: "members.decline_member",
    BulkRunAction.ASK_OPINION: "members.ask_opinion_member",
    BulkRunAction.ADD_NOTE: "members.note_member",
    BulkRunAction.HOLD: "members.take_member",
    BulkRunAction.CLOSE: "members.close_member",
    BulkRunAction.FLAG_AS_SPAM: "triage.flag_unusual_bulkrun",
    BulkRunAction.UNDO_SPAM_FLAG: "triage.flag_unusual_bulkrun",
    # undo_decision() checks the permission for each decision.
    BulkRunAction.UNDO: "members.view_member",
}
# The services that need nothing but the member, the person and the time.
PLAIN_SERVICES: Final[Mapping[BulkRunAction, Callable[..., TimelineEntry]]] = {
    BulkRunAction.ASSIGN_TO_ME: assign_to_self,
    BulkRunAction.UNASSIGN: unassign,
    BulkRunAction.CLOSE: partial(close_without_letter, reason=ClosingReason.NOT_GENUINE),
    BulkRunAction.UNDO: undo_decision,
    BulkRunAction.FLAG_AS_SPAM: flag_as_spam,
    BulkRunAction.UNDO_SPAM_FLAG: undo_spam_flag,
}


@dataclass(frozen=True)
class NewItem:
    """A member to process, the version that the person saw, and what was chosen in its row.

    If nothing was, the choice of the run holds. For an admission, each has its role here; without a
    focus area, this is its first choice. `ends_on` is a day in Geneva, and only with `waits_for`.
    """

    member: int
    version: int | None = None
    role: str = ""
    focus_area: FocusArea | None = None
    to: User | None = None
    reason: Reason | None = None
    waits_for: str = ""
    ends_on: date | None = None


@dataclass(frozen=True)
class Progress:
    """How far a run is. It is stalled if no worker has done anything for some seconds."""

    total: int
    refused: int
    processed: int
    is_stalled: bool

    @property
    def is_finished(self) -> bool:
        """Whether all members were processed."""
        return self.processed == self.total


def start_bulk_run(
    *,
    key: UUID,
    action: BulkRunAction,
    items: Sequence[NewItem],
    by: User,
    language: str,
    at: datetime,
    entry_shown: int | None = None,
    to: User | None = None,
    reasons: Sequence[Reason] = (),
    ends_on: date | None = None,
    skipped_count: int = 0,
    **facts: str,
) -> BulkRun:
    """Store what a person confirmed, and process nothing yet.

    `facts` are what they chose for all members, by the columns of the run.
    `key` comes from the form: if it was sent twice, the run of the first time is returned.
    `entry_shown` is the key of the latest timeline entry that the page showed.
    """
    try:
        with transaction.atomic():
            run = BulkRun.objects.create(
                key=key,
                action=action,
                by=by,
                language=language,
                confirmed_at=at,
                entry_shown=entry_shown,
                to=to,
                ends_on=ends_on,
                skipped_count=skipped_count,
                **facts,
            )
            run.reasons.set(reasons)
            BulkItem.objects.bulk_create(
                (
                    BulkItem(
                        run=run,
                        member_id=item.member,
                        version=item.version,
                        role=item.role,
                        focus_area=item.focus_area,
                        to=item.to,
                        reason=item.reason,
                        waits_for=item.waits_for,
                        ends_on=item.ends_on,
                    )
                    for item in items
                ),
                batch_size=BATCH_SIZE,
            )
    except IntegrityError:
        started = BulkRun.objects.filter(by=by, key=key).first()
        if started is None:
            raise
        return started
    logger.info("Bulk run %s of %s members started by user %s", run.pk, len(items), by.pk)
    return run


def process_run(
    *, run: BulkRun, clock: Callable[[], datetime], seconds: float = MAX_SECONDS
) -> bool:
    """Process the members of a run for some seconds at most; return whether some are left.

    `clock` is read for each member. Raises TRANSIENT exceptions; the rest is processed later.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not _process_next(run, at=clock()):
            # What is left is being processed by somebody else.
            return False
    return run.items.open().exists()


def process_stalled_runs(*, clock: Callable[[], datetime]) -> None:
    """Process the runs that no worker works on, for example because its task was lost."""
    for run in BulkRun.objects.stalled(clock()).select_related("by", "to").order_by("pk"):
        if process_run(run=run, clock=clock):
            # Another run may be stalled as well: the next sweep looks again.
            publish_run(run)
            return


def publish_run(run: BulkRun) -> bool:
    """Publish the task that processes a run. Return whether the broker accepted it.

    If not, the sweep processes the run. Call it after the commit.
    """
    if breaker.is_open:
        return False
    try:
        current_app.send_task(PROCESS, (run.pk,))
    except BrokerError as trouble:
        breaker.open()
        logger.warning("The broker takes no tasks, the sweep will process: %s", trouble)
        return False
    return True


def progress_of(run: BulkRun, *, at: datetime) -> Progress:
    """Return how far a run is."""
    counts = run.items.aggregate(
        total=Count("pk"),
        processed=Count("pk", filter=Q(done_at__isnull=False)),
        refused=Count("pk", filter=~Q(refusal="")),
        latest=Max("done_at"),
    )
    latest = counts.pop("latest") or run.confirmed_at
    is_open = counts["processed"] < counts["total"]
    return Progress(**counts, is_stalled=is_open and latest <= at - STALLED_AFTER)


def delete_old_runs(*, at: datetime) -> int:
    """Delete the finished runs that were confirmed more than KEPT_FOR ago; return how many."""
    old = BulkRun.objects.filter(confirmed_at__lt=at - KEPT_FOR)
    finished = old.exclude(pk__in=old.unfinished().values("pk"))
    _rows, by_model = finished.delete()
    return by_model.get(BulkRun._meta.label, 0)


@transaction.atomic
def _process_next(run: BulkRun, *, at: datetime) -> bool:
    """Process the next member that nobody else is processing; return False if there is none."""
    # Locked until the result is stored. A second worker takes the next member meanwhile.
    unlocked = run.items.open().select_for_update(no_key=True, skip_locked=True)
    item = unlocked.order_by("pk").first()
    if item is None:
        return False
    with override(run.language):
        try:
            # A savepoint: the refusal is stored, and nothing of what the service wrote.
            with transaction.atomic():
                member = _lock_member(run, item)
                item.entry = _change(run, item, member, at)
        except Refused as refused:
            item.refusal = str(refused)
        except TRANSIENT:
            raise
        except Exception:
            # One member must not stop the others.
            logger.exception("Bulk run %s failed for member %s", run.pk, item.member_id)
            item.refusal = _(
                "Something went wrong, and nothing was changed. Open this organisation."
            )
    item.done_at = at
    item.save(update_fields=["entry", "refusal", "done_at"])
    return True


def _lock_member(run: BulkRun, item: BulkItem) -> Member:
    """Lock the member of an item. Raises Refused (not_allowed) and SomethingArrived."""
    member = Member.objects.visible_to(run.by).filter(pk=item.member_id).first()
    if member is None or not run.by.has_perm(PERMISSIONS[BulkRunAction(run.action)]):
        raise Refused(_("You no longer have the permission to do this."), code="not_allowed")
    # Locked, so that nothing arrives between this check and the change.
    lock(member)
    # If the member itself changed, the service says so.
    if run.entry_shown is not None and item.version in (None, member.version):
        arrived = later_entries(member.timeline.all(), run.entry_shown, run.by).count()
        if arrived:
            raise SomethingArrived(arrived)
    return member


def check_may_decline(member: Member, by: User) -> None:
    """Raise Refused (not_allowed) if declining a Member State needs a permission that one lacks."""
    if member.category == Category.MEMBER_STATE and not by.has_perm("members.decline_member_state"):
        raise Refused(
            _("This is a Member State: declining it requires a special permission."),
            code="not_allowed",
        )


def _change(run: BulkRun, item: BulkItem, member: Member, at: datetime) -> TimelineEntry:
    """Change one member by the service of the action. Raises what that service raises."""
    facts: Mapping[str, Any] = {
        "member": member,
        "by": run.by,
        "at": at,
        "version": item.version,
    }
    action = BulkRunAction(run.action)
    if action in PLAIN_SERVICES:
        return PLAIN_SERVICES[action](**facts)
    match action:
        case BulkRunAction.REASSIGN:
            return reassign(**facts, to=cast("User", item.to or run.to))
        case BulkRunAction.ADMIT:
            if not item.role and member.is_undecided:
                # It was decided when the page was shown, which therefore offered no role.
                raise member_conflict(member)
            check_no_possible_duplicates(member, run.by)
            role = cast("GrantedRole", item.role)
            focus_area = item.focus_area or member.first_choice
            return admit_to_focus_area(**facts, focus_area=focus_area, role=role)
        case BulkRunAction.REQUEST_INFORMATION:
            return request_information(**facts, missing=run.missing, reasons=reasons_of(item))
        case BulkRunAction.DECLINE:
            check_may_decline(member, run.by)
            return decline(**facts, reasons=reasons_of(item))
        case BulkRunAction.ASK_OPINION:
            asked_of = cast("User", item.to or run.to)
            return ask_opinion(**facts, asked_of=asked_of, question=run.text)
        case BulkRunAction.ADD_NOTE:
            return add_note(member=member, text=run.text, by=run.by, at=at)
        case BulkRunAction.HOLD:
            chosen = item if item.waits_for else run
            return hold(
                **facts, waits_for=chosen.waits_for, ends_on=chosen.ends_on, reason=run.text
            )
    raise ValueError(action)


def reasons_of(item: BulkItem) -> list[Reason]:
    """Return the reason chosen in the row of a member, or else those chosen for all."""
    return [item.reason] if item.reason else list(item.run.reasons.order_by("pk"))
