"""A commitment from an accepted contact: begun by one side, and what follows its publication."""

from datetime import datetime
from functools import partial
from typing import Final
from uuid import uuid4

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commitments.models import Commitment, CommitmentStatus, PartnerRole
from commitments.services.completeness import FormPart
from commitments.services.drafts import Fields, Typed, begin_draft
from commitments.services.typed_places import place_name
from core.conflicts import Refused, lock, lock_rows
from core.languages import page_url
from members.models import CorrespondenceLanguage, FocalPoint, Member
from members.services.undo import end_of_undo_period
from opportunities.models import Contact, ContactQuerySet, EventKind, Opportunity, OpportunityStatus
from opportunities.services.contacts import letters_about
from opportunities.services.ending import end
from opportunities.services.events import LOG
from opportunities.services.reader import OWN_PAGE, lock_member
from opportunities.services.template_types import COMMITTED
from outbox.services.queue import Envelope, post_all

# How many contacts are closed in one transaction.
BATCH_SIZE: Final = 50
# Nothing came of these, so that another commitment can be begun.
FAILED: Final = (CommitmentStatus.DECLINED, CommitmentStatus.WITHDRAWN)
# What ends as committed. The result that a member gave itself stays.
ENDS: Final = (OpportunityStatus.OPEN, OpportunityStatus.EXPIRED)


@transaction.atomic
def begin(*, contact: Contact, by: FocalPoint, at: datetime) -> Commitment:
    """Begin a draft for one side of an accepted contact; a second call returns the same draft.

    Raises Refused (not_a_member, not_theirs, not_accepted, begun if the other side has begun one),
    and what begin_draft() raises.
    """
    person = lock_member(by, at=at)
    lock(contact)
    of = contact.opportunity.member
    others = {of.pk: contact.member, contact.member_id: of}
    if person.member_id not in others:
        raise Refused(_("This is of another organisation."), code="not_theirs")
    if contact not in Contact.objects.accepted():
        raise Refused(_("This contact was not accepted."), code="not_accepted")
    if begun := begun_from(contact):
        if begun.lead_id == person.member_id:
            return begun
        raise Refused(_("The other organisation has begun a commitment from this."), code="begun")
    typed = _typed(contact, others[person.member_id])
    contact.commitment = begin_draft(submission_key=uuid4(), typed=typed, by=person, at=at)
    contact.commitment_told_at = None
    contact.save(update_fields=["commitment", "commitment_told_at"])
    return contact.commitment


def begun_from(contact: Contact) -> Commitment | None:
    """Return the commitment that was begun from a contact; None also if nothing came of it."""
    begun = contact.commitment
    return begun if begun and begun.status not in FAILED else None


def close_committed(*, at: datetime) -> int:
    """End the needs of contacts whose commitment is published for good; tell both sides once.

    Returns how many contacts. The task may run twice, or be killed: a batch is done wholly or not
    at all.
    """
    done = 0
    while now := _close_some(at):
        done += now
    return done


def _due(at: datetime) -> ContactQuerySet:
    """Return the contacts whose commitment is public, and whose publication is not undone now."""
    settled = at - (end_of_undo_period(at) - at)
    published = Commitment.objects.public().in_force().filter(published_at__lte=settled)
    return Contact.objects.accepted().filter(commitment__in=published, commitment_told_at=None)


@transaction.atomic
def _close_some(at: datetime) -> int:
    some = list(_due(at).order_by("pk").values_list("pk", "opportunity", "own")[:BATCH_SIZE])
    keys = lock_rows(Opportunity.objects.filter(pk__in={key for row in some for key in row[1:]}))
    rows = Opportunity.objects.select_related("member").in_bulk(keys)
    # What another run has closed meanwhile is no longer due.
    locked = lock_rows(_due(at).filter(pk__in=[key for key, *_opportunities in some]))
    contacts = Contact.objects.filter(pk__in=locked).select_related("member", "commitment")
    letters: list[Envelope] = []
    for contact in contacts.order_by("pk"):
        contact.opportunity = rows[contact.opportunity_id]
        contact.own = rows.get(contact.own_id)
        letters += _close(contact, at)
    post_all(letters, at=at, may_repeat=False)
    return contacts.update(commitment_told_at=at)


def _close(contact: Contact, at: datetime) -> list[Envelope]:
    """End the need of a locked contact with its commitment. An offer stays open for others."""
    for row in filter(None, (contact.opportunity, contact.own)):
        if row.is_need and row.status in ENDS:
            row.commitment = contact.commitment
            end(row, OpportunityStatus.COMMITTED, EventKind.COMMITTED, "commitment", by=None, at=at)
        else:
            LOG.add(row, EventKind.COMMITTED, by=None, at=at)
    reference = contact.commitment.reference if contact.commitment else ""
    values = {"commitment": partial(_page_of, reference)}
    of, sender = contact.opportunity.member, contact.member
    return [
        letter
        for to, other in ((of, sender), (sender, of))
        for letter in letters_about(
            contact, COMMITTED, to.pk, other=other, values=values, link=(OWN_PAGE,)
        )
    ]


def _page_of(reference: str) -> str:
    return page_url("commitments:commitment", get_language() or "en", reference)


def _typed(contact: Contact, partner: Member) -> dict[str, Typed]:
    """Return what the draft is filled in with: the need, or the offer if there is none."""
    opportunity = contact.opportunity
    need = opportunity if opportunity.is_need else contact.own
    about = need or opportunity
    countries = (
        [each.country for each in need.places.order_by("pk")] if need else [contact.member.country]
    )
    language = get_language() or "en"
    known = language if language in CorrespondenceLanguage.values else "en"
    what = {
        "title": about.title,
        "language": about.language,
        "focus_area": str(about.focus_area_id),
        "pillar": str(about.pillar_id or ""),
    }
    places = [{"place": place_name(country, "")} for country in countries if country]
    role = PartnerRole.IMPLEMENTER
    partners = [{"name": partner.organisation_name, "member": str(partner.pk), "role": role}]
    parts: dict[str, Fields] = {
        FormPart.WHAT: {name: [value] for name, value in what.items()},
        FormPart.PLACES: _rows("place", places),
        FormPart.PARTNERS: _rows("partner", partners),
        FormPart.MORE: {"actions": [about.action] if about.action else []},
    }
    return {part: Typed(fields, known).storable() for part, fields in parts.items()}


def _rows(kind: str, rows: list[dict[str, str]]) -> Fields:
    """Return the raw fields of rows of the form, as a browser submits them."""
    return {
        f"{kind}-{number}-{name}": [value]
        for number, row in enumerate(rows)
        for name, value in {"key": str(uuid4()), **row}.items()
    }
