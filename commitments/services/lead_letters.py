"""Letters about a commitment to the focal points of its lead, and to its partners."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from commitments.models import Commitment, Partner, PartnerAnswer, PartnerRole
from commitments.services import partner_types
from commitments.services.topics import topic_of
from core.addresses import normalise_address
from core.languages import page_url
from members.models import FocalPoint
from members.services.letters.composing import addressee, segment_of
from members.services.private_links import private_address, token_for_object
from outbox.models import Message
from outbox.services.letters import NO_VALUES, Addressee, write
from outbox.services.queue import Envelope, post_all
from outbox.services.rendering import escape_inline, escape_paragraphs, one_line
from outbox.services.template_rendering import Value

# The last part of the topic of a message to the contact of a partner that is no member.
CONTACT: Final = "contact"


def write_to_lead(
    commitment: Commitment,
    kind: str,
    *,
    topic: str,
    values: Mapping[str, Value] = NO_VALUES,
    subject_values: Mapping[str, Value] = NO_VALUES,
    at: datetime,
) -> list[Message]:
    """Queue one kind of letter to each focal point of the lead, in their languages.

    `topic` says what happened, and occurs once in the life of the commitment.
    """
    people = commitment.lead.focal_points.order_by("is_alternate", "pk")
    envelopes = []
    for person in people:
        letter = write(
            kind,
            person.language,
            {
                **_values_of(commitment),
                "page": page_url(
                    "commitments:my_commitment", person.language, commitment.reference
                ),
                **values,
            },
            subject_values={**_subject_values_of(commitment), **subject_values},
        )
        envelopes.append(
            Envelope(
                letter,
                addressee(person),
                topic=f"{topic_of(commitment)}/{topic}/{segment_of(person)}",
                reference=commitment.lead.reference,
            )
        )
    return post_all(envelopes, at=at)


def write_to_partner(partner: Partner, *, at: datetime) -> list[Message]:
    """Queue the invitation of a partner, with its private link, to those who answer for it."""
    commitment = partner.commitment
    envelopes = []
    for reader, segment in readers_of(partner):
        letter = write(
            partner_types.PARTNER_INVITED,
            reader.language,
            {
                **_values_of(commitment),
                "partner": escape_inline(partner.name),
                "role": lambda: str(PartnerRole(partner.role).label),
                "statement": escape_paragraphs(commitment.statement),
            },
            subject_values={
                **_subject_values_of(commitment),
                "partner": one_line(partner.name),
            },
        )
        envelopes.append(
            Envelope(
                letter,
                reader,
                topic=f"{invitation_topic(partner)}/{at:%Y-%m-%dT%H:%M:%S}/{segment}",
                reference=commitment.lead.reference,
                keys={"private_page": partial(partner_page_url, partner, reader.language)},
            )
        )
    return post_all(envelopes, at=at)


def write_of_withdrawal(commitment: Commitment, *, at: datetime) -> list[Message]:
    """Tell the focal points of the lead, and the partners who were asked, of a withdrawal."""
    asked = commitment.partners.filter(
        is_current=True, answer__in=[PartnerAnswer.INVITED, PartnerAnswer.CONFIRMED]
    )
    readers = list(_focal_points(commitment.lead.focal_points.order_by("is_alternate", "pk")))
    for partner in asked.select_related("member", "commitment__lead").order_by("pk"):
        readers += [
            (reader, f"partner-{partner.key.hex}/{segment}")
            for reader, segment in readers_of(partner)
        ]
    envelopes, written = [], set()
    for reader, segment in readers:
        address = normalise_address(reader.email)
        if address in written:
            continue
        written.add(address)
        letter = write(
            partner_types.COMMITMENT_WITHDRAWN,
            reader.language,
            {**_values_of(commitment), "reason": escape_paragraphs(commitment.reason)},
            subject_values=_subject_values_of(commitment),
        )
        envelopes.append(
            Envelope(
                letter,
                reader,
                topic=f"{topic_of(commitment)}/withdrawn/{segment}",
                reference=commitment.lead.reference,
            )
        )
    return post_all(envelopes, at=at)


def readers_of(partner: Partner) -> list[tuple[Addressee, str]]:
    """Return who answers for a partner, each with the segment of a topic; empty if nobody can.

    For a member these are its focal points. For another organisation it is the contact that the
    lead named, in the language of the commitment.
    """
    if partner.member is not None:
        return list(_focal_points(partner.member.focal_points.order_by("is_alternate", "pk")))
    if not partner.contact_email:
        return []
    language = partner.commitment.language or "en"
    return [(Addressee(email=partner.contact_email, language=language), CONTACT)]


def partner_page_url(partner: Partner, language: str) -> str:
    """Return the full private URL on which a partner confirms or declines."""
    return private_address("commitments:partner_answer", token_for_object(partner), language)


def invitation_topic(partner: Partner) -> str:
    """Return the prefix of the topics of all invitations of a partner."""
    return f"{topic_of(partner.commitment)}/partner-{partner.key.hex}/invited"


def _focal_points(people: Iterable[FocalPoint]) -> Iterable[tuple[Addressee, str]]:
    for person in people:
        # Greeted by no name: the same text goes to contacts, whose names are not known.
        yield Addressee(person.email, person.language), segment_of(person)


def _values_of(commitment: Commitment) -> dict[str, Value]:
    return {
        "title": escape_inline(commitment.title),
        "reference": commitment.reference,
        "lead": escape_inline(commitment.lead.organisation_name),
    }


def _subject_values_of(commitment: Commitment) -> dict[str, Value]:
    return {"title": one_line(commitment.title)[:100], "reference": commitment.reference}
