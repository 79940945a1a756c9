"""Assign members to officers, and set and clear spam flags. The member's status does not change."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from core.conflicts import Refused, check_version, save_next_version
from members.models import (
    NOTE_LANGUAGE,
    Member,
    SpamSignal,
    TimelineEntry,
    TimelineKind,
    letters_to_organisations,
)
from members.services.conflicts import member_conflict
from members.services.exceptions import (
    address_confirmed,
    already_assigned,
    flagged_as_spam,
    insist_on_assignable,
    lock_undecided,
    not_flagged_as_spam,
)
from members.services.letters.composing import cancel_letters
from members.services.letters.decisions import acknowledge
from members.services.letters.officers import notify_colleague
from members.services.timeline import add_entry
from outbox.models import MessageStatus
from outbox.services.rendering import escape_inline


@transaction.atomic
def assign_to_self(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Assign an undecided member to oneself, so that colleagues do not work on it.

    Raises WrongStatus, Conflict, and Refused (already_assigned) if it is assigned to anyone.
    """
    lock_undecided(member, version)
    if member.assignee:
        raise already_assigned(member.assignee)

    member.assignee = by
    save_next_version(member, "assignee", by=by, at=at)

    return add_entry(member, TimelineKind.ASSIGNED, by=by, at=at)


@transaction.atomic
def unassign(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Remove the assignee of an undecided member, also if it is a colleague.

    Raises WrongStatus, Conflict and Refused (not_assigned).
    """
    lock_undecided(member)
    if not member.assignee:
        raise _not_assigned()
    check_version(member, version, member_conflict)

    note = "" if member.assignee == by else str(member.assignee)
    member.assignee = None
    save_next_version(member, "assignee", by=by, at=at)

    return add_entry(member, TimelineKind.UNASSIGNED, by=by, at=at, note=note)


@transaction.atomic
def reassign(
    *, member: Member, to: User, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Assign an undecided member to a colleague, also if it is assigned to somebody else.

    Raises WrongStatus, Conflict and Refused (already_assigned, if it is assigned to that colleague,
    or cannot_be_assigned).
    """
    lock_undecided(member)
    if member.assignee == to:
        raise already_assigned(to)
    check_version(member, version, member_conflict)
    insist_on_assignable(to)

    member.assignee = to
    save_next_version(member, "assignee", by=by, at=at)

    return add_entry(member, TimelineKind.REASSIGNED, by=by, at=at, note=str(to))


@transaction.atomic
def take_over(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Assign to oneself an undecided member of a colleague, who gets an email about it.

    Raises WrongStatus, Conflict and Refused (not_assigned, if nobody has it, already_assigned, if
    it is assigned to oneself, or cannot_be_assigned).
    """
    lock_undecided(member)
    colleague = member.assignee
    if colleague is None:
        raise _not_assigned()
    entry = reassign(member=member, to=by, by=by, at=at, version=version)

    notify_colleague(
        member,
        colleague,
        "officer_member_taken_over",
        {"by": escape_inline(str(by))},
        topic=f"taken-over/entry-{entry.pk}",
        at=at,
    )
    return entry


@transaction.atomic
def clear_spam_flag(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Clear the spam flag of a member, and send the acknowledgement if it got no letter yet.

    Raises WrongStatus, Conflict and Refused (not_flagged_as_spam).
    """
    lock_undecided(member, version)
    if not member.is_suspect:
        raise not_flagged_as_spam()

    with override(NOTE_LANGUAGE):
        note = str(member.get_spam_signal_display())
    member.spam_signal = ""
    save_next_version(member, "spam_signal", by=by, at=at)

    entry = add_entry(member, TimelineKind.SPAM_FLAG_CLEARED, by=by, at=at, note=note)
    _acknowledge_unless_written(member, entry)
    return entry


@transaction.atomic
def flag_as_spam(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Mark an undecided member as one of unusually many, and cancel its unsent acknowledgement.

    Raises WrongStatus, Conflict and Refused (flagged_as_spam, address_confirmed).
    """
    lock_undecided(member, version)
    if member.is_unacknowledged:
        raise flagged_as_spam()
    if member.focal_points.filter(is_alternate=False, confirmed_at__isnull=False).exists():
        raise address_confirmed()

    member.spam_signal = SpamSignal.UNUSUAL
    save_next_version(member, "spam_signal", by=by, at=at)

    # If it was marked before, the undo acknowledged it.
    cancel_letters(member, TimelineKind.RECEIVED, TimelineKind.DECISION_UNDONE, at=at)
    return add_entry(member, TimelineKind.FLAGGED_AS_SPAM, by=by, at=at)


@transaction.atomic
def undo_spam_flag(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """Undo `flag_as_spam`: the signal is what it was, and the acknowledgement is sent.

    Raises WrongStatus, Conflict and Refused (not_flagged_as_spam).
    """
    lock_undecided(member, version)
    if member.spam_signal != SpamSignal.UNUSUAL:
        raise not_flagged_as_spam()

    earlier = member.history.exclude(spam_signal=SpamSignal.UNUSUAL).order_by("-history_id")
    member.spam_signal = earlier.values_list("spam_signal", flat=True).first() or ""
    save_next_version(member, "spam_signal", by=by, at=at)

    with override(NOTE_LANGUAGE):
        note = str(TimelineKind.FLAGGED_AS_SPAM.label)
    entry = add_entry(member, TimelineKind.DECISION_UNDONE, by=by, at=at, note=note)
    _acknowledge_unless_written(member, entry)
    return entry


def _acknowledge_unless_written(member: Member, entry: TimelineEntry) -> None:
    """Send the acknowledgement, unless a letter went or goes to the organisation."""
    letters = letters_to_organisations().filter(reference=member.reference)
    if not letters.exclude(status=MessageStatus.CANCELLED, suppressed_by=None).exists():
        acknowledge(member, list(member.focal_points.order_by("is_alternate")), entry)


def _not_assigned() -> Refused:
    return Refused(_("This applicant is not assigned."), code="not_assigned")
