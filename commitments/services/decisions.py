"""What staff decide about a commitment: the functions that change its status and its assignee.

publication.py publishes it, change_decisions.py decides on proposed changes, and money.py says
which amounts count.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    STATUSES_IN_FORCE,
    UNDECIDED,
    UNDOABLE_KINDS,
    ChangeStatus,
    Commitment,
    CommitmentEvent,
    CommitmentQuerySet,
    CommitmentStatus,
    EventKind,
)
from commitments.services import conditions, desk_types
from commitments.services.content import content_of
from commitments.services.desk_letters import (
    Draft,
    cancel_all_letters,
    cancel_outdated_letters,
    draft_approval,
    draft_decline,
    draft_question,
    draft_superseding,
    draft_taking_back,
    draft_withdrawal,
    is_lead_a_member,
    queue_letter,
)
from commitments.services.events import LOG, lock_commitment, save_with_event
from commitments.services.expected_counting import amounts_to_confirm
from commitments.services.figures import refresh_figures_after_commit
from commitments.services.publication import check_publishable, not_a_member
from commitments.services.second_person import ask_second_person, keep_request
from core.conflicts import NothingChanged, Refused, lock_rows
from members.services.letters.composing import DEFAULT_LETTER
from members.services.undo import end_of_undo_period
from outbox.services.letters import EditableLetter

# Staff have something to do with these.
ASSIGNABLE: Final = (*UNDECIDED, CommitmentStatus.APPROVED, CommitmentStatus.PUBLISHED)
ASKABLE: Final = (CommitmentStatus.SUBMITTED, CommitmentStatus.ANSWERED)
APPROVABLE: Final = (*UNDECIDED, CommitmentStatus.APPROVED)


@transaction.atomic
def assign_to_self(
    commitment: Commitment, *, by: User, at: datetime, version: int | None = None
) -> CommitmentEvent:
    """Assign a commitment to the person who asks for it, also if a colleague has it.

    Raises WrongStatus, Conflict and Refused (already_assigned).
    """
    lock_commitment(commitment, *ASSIGNABLE, version=version)
    if commitment.assignee_id == by.pk:
        raise Refused(_("The commitment is already assigned to you."), code="already_assigned")
    commitment.assignee = by
    event = save_with_event(commitment, EventKind.ASSIGNED, "assignee", by=by, at=at)
    keep_request(commitment)
    return event


@transaction.atomic
def release(
    commitment: Commitment, *, by: User, at: datetime, version: int | None = None
) -> CommitmentEvent:
    """Leave a commitment without an assignee.

    Raises WrongStatus, Conflict and Refused (not_assigned).
    """
    lock_commitment(commitment, *ASSIGNABLE, version=version)
    if commitment.assignee_id is None:
        raise Refused(_("The commitment is not assigned to anybody."), code="not_assigned")
    commitment.assignee = None
    event = save_with_event(commitment, EventKind.UNASSIGNED, "assignee", by=by, at=at)
    keep_request(commitment)
    return event


def add_note(
    commitment: Commitment, *, text: str, by: User, at: datetime, after: int | None = None
) -> CommitmentEvent:
    """Add an internal note, as `EventLog.add_note` does."""
    return LOG.add_note(commitment, EventKind.NOTE_ADDED, text, by=by, at=at, after=after)


@transaction.atomic
def ask_for_information(
    commitment: Commitment,
    *,
    question: str,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> CommitmentEvent:
    """Ask the lead a question, which it answers on the page of the commitment.

    Raises WrongStatus, Conflict, and Refused (not_a_member) if nobody could answer.
    """
    lock_commitment(commitment, *ASKABLE, version=version)
    if not is_lead_a_member(commitment):
        raise not_a_member()
    commitment.status, commitment.assignee = CommitmentStatus.INFORMATION_REQUESTED, by
    event = save_with_event(
        commitment,
        EventKind.INFORMATION_REQUESTED,
        "status",
        "assignee",
        by=by,
        at=at,
        note=question,
    )
    values = {"question": question}
    queue_letter(
        commitment,
        event,
        desk_types.QUESTION,
        message,
        draft_question,
        values,
        due_at=end_of_undo_period(at),
    )
    return event


@transaction.atomic
def approve(
    commitment: Commitment,
    *,
    announce_at: datetime,
    event: str = "",
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> CommitmentEvent:
    """Approve a commitment for an announcement, or move the announcement of an approved one.

    A large amount needs a second person: then the first one's call is a request. Raises
    WrongStatus, Conflict, NothingChanged and Refused (announcement_in_the_past, no_consent,
    not_a_member, second_person_needed).
    """
    lock_commitment(commitment, *APPROVABLE, version=version)
    check_publishable(commitment)
    if announce_at <= at:
        raise Refused(
            _("The announcement must be in the future. To publish now, choose “Publish now”."),
            code="announcement_in_the_past",
        )
    if (commitment.announce_at, commitment.announced_at_event) == (announce_at, event):
        raise NothingChanged
    amounts = amounts_to_confirm(commitment, content_of(commitment))
    request = ask_second_person(commitment, EventKind.APPROVED, amounts, by=by, at=at)
    if request is not None:
        return request
    commitment.status, commitment.assignee = CommitmentStatus.APPROVED, by
    commitment.announce_at, commitment.announced_at_event = announce_at, event
    commitment.decided_by, commitment.decided_at = by, at
    fields = ("status", "assignee", "announce_at", "announced_at_event")
    approval = save_with_event(
        commitment, EventKind.APPROVED, *fields, "decided_by", "decided_at", by=by, at=at
    )
    due_at = cancel_outdated_letters(commitment, at=at)
    values = {"announce_at": announce_at, "event": event}
    queue_letter(
        commitment, approval, desk_types.APPROVED, message, draft_approval, values, due_at=due_at
    )
    return approval


@transaction.atomic
def take_back_approval(
    commitment: Commitment,
    *,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> CommitmentEvent:
    """Put an approved commitment back into the queue: it is not published at its announcement.

    Raises WrongStatus and Conflict.
    """
    lock_commitment(commitment, CommitmentStatus.APPROVED, version=version)
    commitment.status, commitment.assignee = CommitmentStatus.SUBMITTED, by
    commitment.announce_at, commitment.announced_at_event = None, ""
    commitment.decided_by = commitment.decided_at = None
    fields = ("status", "assignee", "announce_at", "announced_at_event")
    kind = EventKind.APPROVAL_TAKEN_BACK
    event = save_with_event(
        commitment, kind, *fields, "decided_by", "decided_at", by=by, at=at, note=reason
    )
    due_at = cancel_outdated_letters(commitment, at=at)
    queue_letter(
        commitment,
        event,
        desk_types.APPROVAL_TAKEN_BACK,
        message,
        draft_taking_back,
        {"reason": reason},
        due_at=due_at,
    )
    return event


@transaction.atomic
def decline(
    commitment: Commitment,
    *,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> CommitmentEvent:
    """Decline a commitment for a reason that the lead reads.

    Raises WrongStatus and Conflict.
    """
    lock_commitment(commitment, *UNDECIDED, version=version)
    return _refuse(
        commitment,
        EventKind.DECLINED,
        desk_types.DECLINED,
        draft_decline,
        reason=reason,
        by=by,
        at=at,
        message=message,
    )


@transaction.atomic
def withdraw(
    commitment: Commitment,
    *,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> CommitmentEvent:
    """Withdraw a published commitment for a public reason. It stays in the register.

    Raises WrongStatus and Conflict.
    """
    lock_commitment(commitment, *STATUSES_IN_FORCE, version=version)
    _close_waiting_change(commitment, by=by, at=at)
    return _refuse(
        commitment,
        EventKind.WITHDRAWN,
        desk_types.WITHDRAWN,
        draft_withdrawal,
        reason=reason,
        by=by,
        at=at,
        message=message,
    )


@transaction.atomic
def supersede(
    commitment: Commitment,
    *,
    other: Commitment,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> CommitmentEvent:
    """Mark a published commitment as replaced by another one of the same lead.

    Raises WrongStatus, Conflict and Refused (not_a_replacement).
    """
    # Both in the order of their keys, so that two officers who replace each by the other one after
    # another do not wait for each other.
    lock_rows(Commitment.objects.filter(pk__in=[commitment.pk, other.pk]))
    lock_commitment(commitment, *STATUSES_IN_FORCE, version=version)
    if not replacements_for(commitment).filter(pk=other.pk).exists():
        raise Refused(
            _("Choose another published commitment of the same lead."), code="not_a_replacement"
        )
    _close_waiting_change(commitment, by=by, at=at)
    commitment.status, commitment.superseded_by = CommitmentStatus.SUPERSEDED, other
    event = save_with_event(
        commitment,
        EventKind.SUPERSEDED,
        "status",
        "superseded_by",
        by=by,
        at=at,
        note=other.reference,
    )
    due_at = _end(commitment, at=at)
    queue_letter(
        commitment,
        event,
        desk_types.SUPERSEDED,
        message,
        draft_superseding,
        {"other": other},
        due_at=due_at,
    )
    return event


def replacements_for(commitment: Commitment) -> CommitmentQuerySet:
    """Return the commitments that can replace one: others of the same lead that are in force."""
    of_lead = Commitment.objects.in_force().filter(lead=commitment.lead_id)
    return of_lead.exclude(pk=commitment.pk)


def _refuse(
    commitment: Commitment,
    kind: EventKind,
    letter_kind: str,
    draft: Draft,
    *,
    reason: str,
    by: User,
    at: datetime,
    message: EditableLetter | None,
) -> CommitmentEvent:
    """Decline or withdraw a locked commitment with a reason, and tell the lead."""
    commitment.status, commitment.reason = CommitmentStatus(kind.value), reason
    commitment.decided_by, commitment.decided_at = by, at
    fields = ("status", "reason", "decided_by", "decided_at")
    event = save_with_event(commitment, kind, *fields, by=by, at=at, note=reason)
    due_at = _end(commitment, at=at)
    if kind not in UNDOABLE_KINDS:
        due_at = at
    queue_letter(commitment, event, letter_kind, message, draft, {"reason": reason}, due_at=due_at)
    return event


def _end(commitment: Commitment, *, at: datetime) -> datetime:
    """Write what follows from the end of a commitment, and cancel all mail that waits.

    Returns when the letter about the end is due.
    """
    due_at = cancel_all_letters(commitment, at=at)
    if commitment.published_at is not None:
        conditions.update_condition(commitment, at=at)
        refresh_figures_after_commit(at=at)
    return due_at


def _close_waiting_change(commitment: Commitment, *, by: User, at: datetime) -> None:
    """End a change that waits: the commitment that it was for has ended."""
    waiting = commitment.changes.filter(status=ChangeStatus.WAITING)
    waiting.update(status=ChangeStatus.WITHDRAWN, decided_by=by, decided_at=at)
