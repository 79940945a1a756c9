"""The lead's answer to a question of staff, with what it corrects."""

from datetime import datetime

from django.db import transaction

from commitments.models import Commitment, CommitmentEvent, CommitmentStatus, EventKind
from commitments.services.content import Content, write_content
from commitments.services.drafts import take_typed
from commitments.services.events import lock_commitment, save_with_event
from commitments.services.leads import lock_lead
from commitments.services.partners import ask_partners
from commitments.services.submission import CONTENT_COLUMNS, check_complete
from members.models import FocalPoint


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

    write_content(commitment, content, at=at)
    commitment.status = CommitmentStatus.ANSWERED
    fields = ("status", *CONTENT_COLUMNS)
    event = save_with_event(commitment, EventKind.ANSWERED, *fields, by=lead, at=at, note=text)
    ask_partners(commitment, by=lead, at=at)
    return event
