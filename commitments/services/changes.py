"""Changes of a published commitment that its lead proposes. Staff decide on them elsewhere."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commitments.models import (
    ChangeStatus,
    Commitment,
    CommitmentStatus,
    EventKind,
    ProposedChange,
)
from commitments.services.content import Content, as_json, content_of
from commitments.services.drafts import take_typed
from commitments.services.events import lock_commitment, save_with_event
from commitments.services.leads import lock_lead, waiting_change_of
from commitments.services.submission import check_complete
from core.conflicts import NothingChanged, Refused
from core.dates import GENEVA, format_datetime
from core.history import MAX_NAME_LENGTH
from members.models import FocalPoint


@transaction.atomic
def propose_change(
    commitment: Commitment,
    content: Content,
    *,
    reason: str,
    by: FocalPoint,
    at: datetime,
    version: int | None = None,
    seen: int | None = None,
) -> ProposedChange:
    """Propose another content of a published commitment, with a reason that everybody will read.

    `seen` is the version of what was typed that the person read.

    Raises WrongStatus, Conflict, FormChanged, NothingChanged and Refused (not_lead,
    not_complete, change_waits).
    """
    lead = lock_lead(commitment.lead_id, by)
    lock_commitment(commitment, CommitmentStatus.PUBLISHED, version=version)
    waiting = waiting_change_of(commitment)
    if waiting is not None:
        raise Refused(
            _(
                "%(name)s proposed a change on %(moment)s that we have not decided on. Withdraw it "
                "first, or wait for our decision."
            )
            % {
                "name": waiting.proposed_by_name,
                "moment": format_datetime(waiting.proposed_at, GENEVA),
            },
            code="change_waits",
        )
    take_typed(commitment, seen)
    check_complete(content)
    if content == content_of(commitment):
        raise NothingChanged

    change = ProposedChange.objects.create(
        commitment=commitment,
        content=as_json(content, has_contacts=True),
        reason=reason,
        proposed_at=at,
        proposed_by=lead,
        proposed_by_name=str(lead)[:MAX_NAME_LENGTH],
    )
    save_with_event(commitment, EventKind.CHANGE_PROPOSED, "typed", by=lead, at=at, note=reason)
    return change


@transaction.atomic
def withdraw_change(commitment: Commitment, *, by: FocalPoint, at: datetime) -> ProposedChange:
    """Withdraw the proposed change that waits. Raises Refused (not_lead,
    no_change_waits).
    """
    lead = lock_lead(commitment.lead_id, by)
    lock_commitment(commitment, *CommitmentStatus)
    change = waiting_change_of(commitment)
    if change is None:
        raise Refused(
            _("There is no proposed change to withdraw: it was decided on already."),
            code="no_change_waits",
        )
    change.status, change.decided_at = ChangeStatus.WITHDRAWN, at
    change.save(update_fields=["status", "decided_at"])
    save_with_event(commitment, EventKind.CHANGE_WITHDRAWN, by=lead, at=at)
    return change
