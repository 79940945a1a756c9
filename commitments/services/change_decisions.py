"""What staff decide about a change that the lead of a published commitment proposes."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    ChangeStatus,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    EventKind,
    ProposedChange,
)
from commitments.services import desk_types
from commitments.services.content import WRITTEN_COLUMNS, Content, from_json, write_content
from commitments.services.desk_letters import (
    draft_change_accepted,
    draft_change_declined,
    queue_letter,
)
from commitments.services.events import lock_commitment, save_with_event
from commitments.services.expected_counting import amounts_to_confirm
from commitments.services.partners import ask_partners
from commitments.services.publication import (
    add_version,
    check_publishable,
    derive,
    write_groups,
)
from commitments.services.second_person import ask_second_person
from core.conflicts import Refused
from members.services.letters.composing import DEFAULT_LETTER
from members.services.undo import end_of_undo_period
from outbox.services.letters import EditableLetter

CHANGEABLE: Final = CommitmentStatus.PUBLISHED


@transaction.atomic
def accept_change(
    commitment: Commitment,
    *,
    change: ProposedChange,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> CommitmentEvent:
    """Publish a proposed change as the next version, with a public reason.

    New places have the groups of today, and new amounts the rates of today. New partners, and those
    that give other sums now, are asked. What staff decided about an amount stays. A large amount
    needs a second person: then the first one's call is a request.

    Raises WrongStatus, Conflict and Refused (change_not_waiting, no_consent, not_a_member,
    second_person_needed).
    """
    lock_commitment(commitment, CHANGEABLE, version=version)
    check_publishable(commitment)
    _check_waits(commitment, change)
    amounts = amounts_to_confirm(commitment, proposed_content(commitment, change))
    request = ask_second_person(commitment, EventKind.CHANGED, amounts, by=by, at=at)
    if request is not None:
        return request
    _decide(commitment, change, ChangeStatus.ACCEPTED, by=by, at=at)

    known = set(commitment.places.values_list("pk", flat=True))
    write_content(commitment, proposed_content(commitment, change), at=at)
    event = save_with_event(
        commitment, EventKind.CHANGED, *WRITTEN_COLUMNS, by=by, at=at, note=reason
    )
    write_groups(commitment.places.exclude(pk__in=known), on=localdate(at))
    latest: int = commitment.versions.aggregate(latest=Max("number"))["latest"] or 1
    derive(commitment, at=at)
    add_version(commitment, number=latest + 1, reason=reason, at=at)

    ask_partners(commitment, by=change.proposed_by, at=at)
    queue_letter(
        commitment,
        event,
        desk_types.CHANGE_ACCEPTED,
        message,
        draft_change_accepted,
        {"reason": reason},
    )
    return event


@transaction.atomic
def decline_change(
    commitment: Commitment,
    *,
    change: ProposedChange,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> CommitmentEvent:
    """Decline a proposed change for a reason that the lead reads. The commitment stays as it is.

    Raises WrongStatus, Conflict and Refused (change_not_waiting).
    """
    lock_commitment(commitment, CHANGEABLE, version=version)
    _decide(commitment, change, ChangeStatus.DECLINED, by=by, at=at, note=reason)
    event = save_with_event(commitment, EventKind.CHANGE_DECLINED, by=by, at=at, note=reason)
    queue_letter(
        commitment,
        event,
        desk_types.CHANGE_DECLINED,
        message,
        draft_change_declined,
        {"reason": reason},
        due_at=end_of_undo_period(at),
    )
    return event


def proposed_content(commitment: Commitment, change: ProposedChange) -> Content:
    """Return the content that a change proposes, with what a lead does not state.

    A stored change may lack the addresses of partners, so those of the present partners stay.
    """
    content = from_json(change.content)
    addresses = dict(commitment.partners.values_list("key", "contact_email"))
    return replace(
        content,
        publication_consent=commitment.publication_consent,
        partners=tuple(
            each if each.contact_email else replace(each, contact_email=addresses.get(each.key, ""))
            for each in content.partners
        ),
    )


def _check_waits(commitment: Commitment, change: ProposedChange) -> None:
    change.refresh_from_db()
    if change.commitment_id != commitment.pk or change.status != ChangeStatus.WAITING:
        raise Refused(
            _("This proposed change no longer waits for a decision."), code="change_not_waiting"
        )


def _decide(
    commitment: Commitment,
    change: ProposedChange,
    status: ChangeStatus,
    *,
    by: User,
    at: datetime,
    note: str = "",
) -> None:
    """Store the decision on a waiting change of a locked commitment. Raises Refused."""
    _check_waits(commitment, change)
    change.status, change.decided_by, change.decided_at = status, by, at
    change.decision_note = note
    change.save(update_fields=["status", "decided_by", "decided_at", "decision_note"])
