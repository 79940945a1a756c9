"""The lead withdraws a commitment, before or after its publication, with a public reason."""

from datetime import datetime
from typing import Final

from django.db import transaction

from commitments.models import (
    UNDECIDED,
    ChangeStatus,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    EventKind,
)
from commitments.services.conditions import update_condition
from commitments.services.events import lock_commitment, save_with_event
from commitments.services.figures import refresh_figures_after_commit
from commitments.services.lead_letters import write_of_withdrawal
from commitments.services.leads import lock_lead
from commitments.services.topics import topic_of
from members.models import FocalPoint
from outbox.services.queue import cancel

# A draft is deleted instead, and what has ended stays as it is.
WITHDRAWABLE: Final = (*UNDECIDED, CommitmentStatus.APPROVED, CommitmentStatus.PUBLISHED)


@transaction.atomic
def withdraw_by_lead(
    commitment: Commitment,
    *,
    reason: str,
    by: FocalPoint,
    at: datetime,
    version: int | None = None,
) -> CommitmentEvent:
    """Withdraw a commitment, and tell its lead's focal points and the partners who were asked.

    If it was published, it stays in the register with the reason. A change that waits for staff
    is withdrawn with it.

    Raises Refused (not_lead), WrongStatus and Conflict.
    """
    lead = lock_lead(commitment.lead_id, by)
    lock_commitment(commitment, *WITHDRAWABLE, version=version)
    waiting = commitment.changes.filter(status=ChangeStatus.WAITING)
    waiting.update(status=ChangeStatus.WITHDRAWN, decided_at=at)

    commitment.status, commitment.reason = CommitmentStatus.WITHDRAWN, reason
    commitment.announce_at, commitment.typed = None, {}
    fields = ("status", "reason", "announce_at", "typed")
    event = save_with_event(commitment, EventKind.WITHDRAWN, *fields, by=lead, at=at, note=reason)
    if commitment.published_at is not None:
        update_condition(commitment, at=at)
        refresh_figures_after_commit(at=at)
    cancel(topic=topic_of(commitment), at=at)
    write_of_withdrawal(commitment, at=at)
    return event
