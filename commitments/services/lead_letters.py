"""Letters about a commitment to the focal points of its lead, and to its partners."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from commitments.models import Commitment, Partner, PartnerAnswer, PartnerRole
from commitments.services import partner_types
from commitments.services.given_sums import GivenSum, sums_in_markdown
from commitments.services.topics import topic_of
from core.addresses import normalise_address
from core.languages import page_language, page_url
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
    return post_all(
        (
            _envelope(
                commitment,
                kind,
                addressee(person),
                topic_of(commitment, topic, segment_of(person)),
                values=values,
                subject_values=subject_values,
            )
            for person in people
        ),
        at=at,
    )


def write_to_partner(partner: Partner, given: Sequence[GivenSum], *, at: datetime) -> list[Message]:
    """Queue the question to a partner, with its private link, to those who answer for it.

    `given` are the sums that it is said to give. Without them, the letter has no word of money.
    """
    commitment = partner.commitment
    if partner.asked_again_at is not None:
        kind = partner_types.PARTNER_SUMS_CHANGED
    else:
        kind = partner_types.PARTNER_ASKED_SUMS if given else partner_types.PARTNER_INVITED
    envelopes = []
    for reader, segment in readers_of(partner):
        envelope = _envelope(
            commitment,
            kind,
            reader,
            f"{invitation_topic(partner)}/{at:%Y-%m-%dT%H:%M:%S}/{segment}",
            values={
                "partner": escape_inline(partner.name),
                "role": lambda: str(PartnerRole(partner.role).label),
                "statement": escape_paragraphs(commitment.statement),
                "sums": partial(sums_in_markdown, given),
            },
            subject_values={"partner": one_line(partner.name)},
        )
        link = partial(partner_page_url, partner, reader.language)
        envelopes.append(replace(envelope, keys={"private_page": link}))
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
    # One letter to an address, also if it is that of several people.
    by_address: dict[str, tuple[Addressee, str]] = {}
    for reader, segment in readers:
        by_address.setdefault(normalise_address(reader.email), (reader, segment))
    return post_all(
        (
            _envelope(
                commitment,
                partner_types.COMMITMENT_WITHDRAWN,
                reader,
                topic_of(commitment, "withdrawn", segment),
                values={"reason": escape_paragraphs(commitment.reason)},
            )
            for reader, segment in by_address.values()
        ),
        at=at,
    )


def _envelope(
    commitment: Commitment,
    kind: str,
    reader: Addressee,
    topic: str,
    *,
    values: Mapping[str, Value],
    subject_values: Mapping[str, Value] = NO_VALUES,
) -> Envelope:
    reference = commitment.reference
    letter = write(
        kind,
        reader.language,
        {
            "title": escape_inline(commitment.title),
            "reference": reference,
            "lead": escape_inline(commitment.lead.organisation_name),
            "page": page_url("commitments:my_commitment", reader.language, reference),
            **values,
        },
        subject_values={
            "title": one_line(commitment.title)[:100],
            "reference": reference,
            **subject_values,
        },
    )
    return Envelope(
        letter,
        reader,
        topic=topic,
        reference=commitment.lead.reference,
        conversations=[topic_of(commitment)],
    )


def readers_of(partner: Partner) -> list[tuple[Addressee, str]]:
    """Return who answers for a partner, each with the segment of a topic; empty if nobody can.

    For a member these are its focal points. For another organisation it is the contact that the
    lead named, in the language of the commitment if letters are in it.
    """
    if partner.member is not None:
        return list(_focal_points(partner.member.focal_points.order_by("is_alternate", "pk")))
    if not partner.contact_email:
        return []
    language = page_language(partner.commitment.language)
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
