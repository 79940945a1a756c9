"""The lead corrects what it sent: before somebody takes it, or with its answer to a question."""

from datetime import datetime

from django.db import transaction

from commitments.models import Commitment, CommitmentEvent, CommitmentStatus, EventKind
from commitments.services import partner_types
from commitments.services.content import Content, as_json, content_of, write_content
from commitments.services.drafts import take_typed
from commitments.services.events import commitment_conflict, lock_commitment, save_with_event
from commitments.services.lead_letters import write_to_lead
from commitments.services.leads import CorrectionClosed, is_correctable, lock_lead
from commitments.services.partners import ask_partners
from commitments.services.submission import CONTENT_COLUMNS, check_complete
from core.conflicts import NothingChanged, check_version, lock
from members.models import FocalPoint


@transaction.atomic
def correct(
    commitment: Commitment,
    content: Content,
    *,
    by: FocalPoint,
    at: datetime,
    version: int | None = None,
    seen: int | None = None,
) -> CommitmentEvent:
    """Replace what was sent while nobody of the staff has taken it, and confirm it to the lead.

    Partners that are new are invited. `seen` is the version of what was typed that the person read.

    Raises CorrectionClosed, Conflict, FormChanged, NothingChanged, and Refused (not_lead,
    not_complete).
    """
    lead = lock_lead(commitment.lead_id, by)
    lock(commitment)
    if not is_correctable(commitment):
        raise CorrectionClosed
    check_version(commitment, version, commitment_conflict)
    take_typed(commitment, seen)
    check_complete(content)
    before = content_of(commitment)
    if content == before:
        raise NothingChanged

    write_content(commitment, content, at=at)
    event = save_with_event(
        commitment,
        EventKind.CORRECTED,
        *CONTENT_COLUMNS,
        by=lead,
        at=at,
        content_before=as_json(before),
    )
    topic = f"corrected/event-{event.pk}"
    write_to_lead(commitment, partner_types.COMMITMENT_CORRECTED, topic=topic, at=at)
    ask_partners(commitment, by=lead, at=at)
    return event


@transaction.atomic
def answer(
    commitment: Commitment,
    content: Content,
    *,
    text: str,
    by: FocalPoint,
    at: datetime,
    version: int | None = None,
    seen: int | None = None,
) -> CommitmentEvent:
    """Answer the question of staff, and store the corrected content.

    Partners that are new, that give other sums now, or that can only now be asked, are asked.
    `seen` is the version of what was typed that the person read.

    Raises WrongStatus, Conflict, FormChanged, and Refused (not_lead, not_complete).
    """
    lead = lock_lead(commitment.lead_id, by)
    lock_commitment(commitment, CommitmentStatus.INFORMATION_REQUESTED, version=version)
    take_typed(commitment, seen)
    check_complete(content)
    before = content_of(commitment)

    write_content(commitment, content, at=at)
    commitment.status = CommitmentStatus.ANSWERED
    event = save_with_event(
        commitment,
        EventKind.ANSWERED,
        "status",
        *CONTENT_COLUMNS,
        by=lead,
        at=at,
        note=text,
        content_before=as_json(before) if content != before else None,
    )
    ask_partners(commitment, by=lead, at=at)
    return event
