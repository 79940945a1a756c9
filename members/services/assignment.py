"""Who of the staff has a file, and whether a person sent it. Its status stays as it is."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import override

from accounts.models import User
from core.conflicts import check_version, save_next_version
from members.models import (
    NOTE_LANGUAGE,
    Member,
    TimelineEntry,
    TimelineKind,
    letters_to_organisations,
)
from members.services.conflicts import MemberConflict
from members.services.exceptions import (
    AlreadyAssigned,
    CannotBeAssigned,
    NotAssigned,
    NotFlaggedAsSpam,
    lock_undecided,
)
from members.services.letters.decisions import acknowledge
from members.services.timeline import add_entry


@transaction.atomic
def assign_to_self(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Take an undecided file, so that colleagues leave it alone.

    Raises AlreadyDecided, AlreadyAssigned where anyone has it, and MemberConflict.
    """
    lock_undecided(member, version)
    if member.assignee:
        raise AlreadyAssigned(member.assignee)

    member.assignee = by
    save_next_version(member, "assignee", by=by, at=at)

    return add_entry(member, TimelineKind.ASSIGNED, by=by, at=at)


@transaction.atomic
def unassign(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Give an undecided file back to everybody; a colleague's file too.

    Raises AlreadyDecided, NotAssigned and MemberConflict.
    """
    lock_undecided(member)
    if not member.assignee:
        raise NotAssigned
    check_version(member, version, MemberConflict)

    note = "" if member.assignee == by else str(member.assignee)
    member.assignee = None
    save_next_version(member, "assignee", by=by, at=at)

    return add_entry(member, TimelineKind.UNASSIGNED, by=by, at=at, note=note)


@transaction.atomic
def reassign(
    *, member: Member, to: User, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Hand an undecided file to a colleague, whoever has it now.

    Raises AlreadyDecided, AlreadyAssigned where the colleague has it, CannotBeAssigned,
    MemberConflict.
    """
    lock_undecided(member)
    if member.assignee == to:
        raise AlreadyAssigned(to)
    check_version(member, version, MemberConflict)
    # Nobody who is not active has a permission.
    if not (to.is_staff and to.has_perm("members.take_member")):
        raise CannotBeAssigned(to)

    member.assignee = to
    save_next_version(member, "assignee", by=by, at=at)

    return add_entry(member, TimelineKind.REASSIGNED, by=by, at=at, note=str(to))


@transaction.atomic
def clear_spam_flag(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Say that a person sent a suspected file, and acknowledge it if nothing was written yet.

    Raises AlreadyDecided, NotFlaggedAsSpam and MemberConflict.
    """
    lock_undecided(member, version)
    if not member.is_suspect:
        raise NotFlaggedAsSpam

    with override(NOTE_LANGUAGE):
        note = str(member.get_spam_signal_display())
    member.spam_signal = ""
    save_next_version(member, "spam_signal", by=by, at=at)

    entry = add_entry(member, TimelineKind.SPAM_FLAG_CLEARED, by=by, at=at, note=note)
    if not letters_to_organisations().filter(reference=member.reference).exists():
        acknowledge(member, member.focal_points.order_by("is_alternate"), entry)
    return entry
