"""Sends a commitment to the desk: the only function that makes a draft more than a draft."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commitments.models import Commitment, CommitmentEvent, CommitmentStatus, EventKind
from commitments.services import partner_types
from commitments.services.content import WRITTEN_COLUMNS, Content, write_content
from commitments.services.drafts import take_typed
from commitments.services.events import lock_commitment, save_with_event
from commitments.services.fields import FIELDS
from commitments.services.lead_letters import write_to_lead
from commitments.services.leads import lock_lead
from commitments.services.partners import ask_partners
from commitments.services.similar import similar_to
from core.conflicts import Refused
from members.models import FocalPoint

# The columns of the content, and those that change with it.
CONTENT_COLUMNS = (*WRITTEN_COLUMNS, "typed")


class SimilarExists(Refused):
    """The lead has a similar commitment, and has not said that this is another one."""

    def __init__(self, similar: Sequence[Commitment]) -> None:
        self.similar = similar
        super().__init__(
            _("Your organisation has a similar commitment. Compare the two, and confirm below.")
        )


@transaction.atomic
def submit(
    commitment: Commitment,
    content: Content,
    *,
    by: FocalPoint,
    at: datetime,
    version: int | None = None,
    seen: int | None = None,
    confirmed_similar: Collection[str] = (),
) -> CommitmentEvent:
    """Send a draft, confirm it to the lead, and invite its partners.

    `seen` is the version of what was typed that the person read, and `confirmed_similar` are the
    references of similar commitments that the person compared.

    Raises Refused (not_lead, not_complete), WrongStatus, Conflict, FormChanged, SimilarExists.
    """
    # Locked, so that two similar commitments are not sent at once without being compared.
    lead = lock_lead(commitment.lead_id, by)
    lock_commitment(commitment, CommitmentStatus.DRAFT, version=version)
    take_typed(commitment, seen)
    check_complete(content)
    similar = similar_to(commitment, content)
    if {other.reference for other in similar} - set(confirmed_similar):
        raise SimilarExists(similar)

    write_content(commitment, content, at=at)
    commitment.status, commitment.submitted_at = CommitmentStatus.SUBMITTED, at
    fields = ("status", "submitted_at", *CONTENT_COLUMNS)
    event = save_with_event(commitment, EventKind.SUBMITTED, *fields, by=lead, at=at)
    write_to_lead(commitment, partner_types.COMMITMENT_RECEIVED, topic="received", at=at)
    ask_partners(commitment, by=lead, at=at)
    return event


def check_complete(content: Content) -> None:
    """Raise Refused (not_complete) if a content lacks what every commitment has."""
    is_complete = (
        all(getattr(content, each.name) for each in FIELDS if each.required)
        and content.targets
        and content.places
        and content.publication_consent
    )
    if not is_complete:
        raise Refused(_("The commitment is not complete. Check your answers."), code="not_complete")
