"""Undo a decision before its letter is sent, and what others see until then.

A decision on a member holds at once for staff. For UNDO_SECONDS it can be undone: its letter waits,
and the organisation and the public see the member as it was. This module and
`is_shown_as_admitted()` are the only places that know this rule.

`end_of_undo_period()` and `take_back()` are for any row with a version and a history.
"""

from collections.abc import Callable, Collection, Iterable
from copy import copy
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from core.conflicts import Conflict, Refused, check_version, lock, save_next_version
from members.models import (
    ACTIVE_STATUSES,
    NOTE_LANGUAGE,
    NOTE_SEPARATOR,
    Category,
    Member,
    TimelineEntry,
    TimelineKind,
)
from members.services.conflicts import check_not_sent_again, lock_pair, member_conflict
from members.services.exceptions import target_is_duplicate
from members.services.letter_drafts import restore_letter_drafts
from members.services.letters.composing import topic_of_kind
from members.services.opinions import close_opinion_requests, restore_opinion_requests
from members.services.timeline import add_entry
from outbox.models import Message, MessageQuerySet, MessageStatus
from outbox.services.queue import cancel_unsent

# What a decision sets, and what is restored.
DECIDED_FIELDS: Final = (
    "status",
    "focus_area",
    "granted_role",
    "assignee",
    "replied_at",
    "decided_at",
    "decided_by",
    "withdrawn_at",
    "closing_reason",
    "duplicate_of",
    "slug",
)
# The columns that say until when a decision can be undone, and what is shown meanwhile.
UNDO_PERIOD: Final = ("settles_at", "shown_version", "shown_area", "shown_role")
# The permission for each decision that can be undone.
UNDO_PERMISSIONS: Final = {
    TimelineKind.INFORMATION_REQUESTED: "members.request_information_member",
    TimelineKind.ANSWERED: "members.request_information_member",
    TimelineKind.ADMITTED: "members.admit_member",
    TimelineKind.MOVED: "members.admit_member",
    TimelineKind.DECLINED: "members.decline_member",
    TimelineKind.CLOSED: "members.close_member",
    TimelineKind.REOPENED: "members.reopen_member",
    TimelineKind.HELD: "members.take_member",
    TimelineKind.HOLD_ENDED: "members.take_member",
}


# A focal point acts while a decision that they do not know yet can still be undone.
BEING_DECIDED: Final = gettext_lazy(
    "We are working on this expression of interest at the moment. Wait a few minutes, then try "
    "again."
)


class LetterIsOut(Refused):
    """The letter of the decision was sent, or is being sent."""

    def __init__(self) -> None:
        super().__init__(
            _("The letter has already been sent, so the decision can no longer be undone.")
        )


def end_of_undo_period(at: datetime) -> datetime:
    """Return until when a decision of this moment can be undone, and its letter waits."""
    return at + timedelta(seconds=settings.UNDO_SECONDS)


def start_undo_period(member: Member, *, at: datetime, cancelled: int = 0) -> None:
    """Let a decision be undone for UNDO_SECONDS. Call it before the member's fields are set.

    It changes UNDO_PERIOD without saving. If an earlier decision can still be undone, nobody else
    knows that one: both are undone together, and the period starts again. `cancelled` is the number
    of unsent letters that this decision cancels. An undo could not restore letters that the
    organisation was to get, so then it holds for everybody at once.
    """
    settles_at = end_of_undo_period(at)
    if member.is_undoable(at):
        member.timeline.undoable(at).update(settles_at=settles_at)
        member.settles_at = settles_at
        return
    end_undo_period(member, at=at)
    is_moved = member.focus_area is not None and not member.withdrawn_at
    if settles_at > at and not cancelled and _row_before(member, member.version) is not None:
        member.settles_at = settles_at
        member.shown_version = member.version
        member.shown_area = member.focus_area if is_moved else None
        member.shown_role = member.granted_role if is_moved else ""


def end_undo_period(member: Member, *, at: datetime) -> None:
    """Let what holds for staff hold for everybody. It changes UNDO_PERIOD without saving.

    A decision that could still be undone has been overtaken: the organisation never reads of it.
    """
    if member.is_undoable(at):
        member.timeline.undoable(at).update(is_public=False, settles_at=None, is_void=True)
    member.settles_at = None
    member.shown_version = None
    member.shown_area = None
    member.shown_role = ""


def as_shown(member: Member, *, at: datetime) -> Member:
    """Return a member as the organisation and the public see it; itself if there is no difference.

    It takes a query only while a decision can be undone.
    """
    if not member.is_undoable(at):
        return member
    shown = copy(member)
    _set_fields(shown, _row_before(member, member.shown_version), DECIDED_FIELDS)
    return shown


def undoable_decisions(members: Iterable[Member], *, at: datetime) -> list[TimelineEntry]:
    """Return the decisions that an undo of these members would undo, the oldest first."""
    by_key = {member.pk: member for member in members if member.is_undoable(at)}
    if not by_key:
        return []
    entries = list(TimelineEntry.objects.undoable(at).filter(member__in=by_key).order_by("pk"))
    for entry in entries:
        entry.member = by_key[entry.member_id]
    return entries


def may_undo(entry: TimelineEntry, by: User) -> bool:
    """Return whether a user may make a decision, and so may undo it."""
    permissions = [UNDO_PERMISSIONS[TimelineKind(entry.kind)]]
    is_member_state = entry.member.category == Category.MEMBER_STATE
    if entry.kind == TimelineKind.DECLINED and is_member_state:
        permissions.append("members.decline_member_state")
    return by.has_perms(permissions)


def letters_of(entries: Iterable[TimelineEntry]) -> MessageQuerySet:
    """Return the letters about some timeline entries."""
    concerned = Q(pk__in=[])
    for entry in entries:
        topic = f"{topic_of_kind(entry.member, entry.kind)}/entry-{entry.pk}/"
        concerned |= Q(topic__startswith=topic)
    return Message.objects.filter(concerned)


@transaction.atomic
def undo_decision(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Undo the latest decision on a member, and cancel its letter.

    The member becomes what the organisation and the public still see. The organisation never reads
    of it. The drafts of letters and the requests for an opinion are open again as before.

    Raises Conflict, also if the member was changed after the decision, LetterIsOut and Refused
    (nothing_to_undo, may_not_undo, sent_again, target_is_duplicate).
    """
    before = _row_before(member, member.shown_version)
    if before is not None and before.duplicate_of_id:
        lock_pair(member, Member.objects.get(pk=before.duplicate_of_id))
    else:
        lock(member)
    check_version(member, version, member_conflict)
    entries = undoable_decisions([member], at=at)
    # Read again: another decision may have been made before the lock.
    before = _row_before(member, member.shown_version)
    if not entries or before is None:
        raise Refused(
            _(
                "The decision can no longer be undone. Reopen the expression of interest, or "
                "decide again."
            ),
            code="nothing_to_undo",
        )
    was_duplicate_of, is_duplicate_of = member.duplicate_of, before.duplicate_of

    take_back(
        member,
        before,
        DECIDED_FIELDS,
        decided_at=entries[-1].at,
        may_undo=all(may_undo(entry, by) for entry in entries),
        letters=letters_of(entries),
        conflict=member_conflict,
        at=at,
    )
    end_undo_period(member, at=at)
    if member.status in ACTIVE_STATUSES:
        check_not_sent_again(member)
    if is_duplicate_of is not None and is_duplicate_of.duplicate_of is not None:
        raise target_is_duplicate(member, is_duplicate_of)
    save_next_version(member, *DECIDED_FIELDS, *UNDO_PERIOD, by=by, at=at)
    _restore_beside_member(member, decided_at=[entry.at for entry in entries], at=at)

    for other, kind in (
        (was_duplicate_of, TimelineKind.DUPLICATE_REOPENED),
        (is_duplicate_of, TimelineKind.DUPLICATE_CLOSED),
    ):
        if other is not None and was_duplicate_of != is_duplicate_of:
            add_entry(other, kind, by=by, at=at, note=member.reference)
    with override(NOTE_LANGUAGE):
        note = NOTE_SEPARATOR.join(entry.get_kind_display() for entry in entries)
    return add_entry(member, TimelineKind.DECISION_UNDONE, by=by, at=at, note=note)


def _restore_beside_member(
    member: Member, *, decided_at: Collection[datetime], at: datetime
) -> None:
    """Restore what the undone decisions ended: drafts of letters, and requests for an opinion."""
    restore_letter_drafts(member, ended_at=decided_at)
    if member.is_undecided:
        restore_opinion_requests(member, closed_at=decided_at, at=at)
    else:
        # The undone decision was to reopen the member.
        close_opinion_requests(member, at=at)


def take_back(
    row: Model,
    before: Any,
    fields: Iterable[str],
    *,
    decided_at: datetime,
    may_undo: bool,
    letters: MessageQuerySet,
    conflict: Callable[[Any], Conflict],
    at: datetime,
) -> None:
    """Set fields of a locked row to what they were before a decision, and cancel its letters.

    `before` is the row of its history, and `decided_at` the time of the latest decision. The row is
    not saved. Raises Refused (may_not_undo), `conflict` if the row was changed after the decision,
    and LetterIsOut if a letter was sent or is being sent.
    """
    if not may_undo:
        raise Refused(_("You may undo only decisions that you may also make."), code="may_not_undo")
    if _row_before(row, row.version).history_date != decided_at:  # type: ignore[attr-defined]
        raise conflict(row)
    # Locked, so that no worker starts to send one now.
    locked = letters.select_for_update(no_key=True).order_by("pk")
    statuses = set(locked.values_list("status", flat=True))
    if not statuses <= {MessageStatus.QUEUED, MessageStatus.CANCELLED}:
        raise LetterIsOut
    cancel_unsent(messages=letters, at=at)
    _set_fields(row, before, fields)


def _row_before(row: Any, version: int | None) -> Any:
    """Return the latest row of a history with a version, or None."""
    return row.history.filter(version=version).order_by("-history_id").first()


def _set_fields(row: Model, before: Any, names: Iterable[str]) -> None:
    for name in names:
        field: Any = row._meta.get_field(name)
        setattr(row, field.attname, getattr(before, field.attname))
