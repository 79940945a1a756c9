"""Letters about what staff ask and decide: to the lead's focal points, and to partners.

A letter is sent in the recipient's language, once the decision can no longer be undone. While the
lead is not a member, it gets none.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from commitments.models import (
    Commitment,
    CommitmentEvent,
    EventKind,
    LetterDraft,
    Partner,
    PartnerAnswer,
)
from commitments.services import desk_types
from commitments.services.own_texts import TextChange
from commitments.services.topics import topic_of
from core.dates import format_datetime_for
from core.languages import page_language, page_url
from members.models import FocalPoint, Member, is_shown_as_admitted
from members.services.event_undo import cancel_for_decision
from members.services.letter_drafts import delete_settled_drafts
from members.services.letters.composing import addressee, drafts_for, segment_of, with_reference
from outbox.models import Message
from outbox.services.letters import NO_VALUES, Addressee, EditableLetter, write
from outbox.services.queue import Envelope, post_all
from outbox.services.rendering import escape_inline, escape_paragraphs, one_line
from outbox.services.template_rendering import Value

# The page that a letter links to: that of the signed-in lead, or the public one.
OWN_PAGE: Final = "commitments:my_commitment"
PUBLIC_PAGE: Final = "commitments:commitment"
TYPES: Final = {each.name: each for each in desk_types.TEMPLATE_TYPES}
# A letter of one of these kinds is outdated as soon as something else is decided.
OUTDATED_BY_DECISION: Final = (desk_types.QUESTION, desk_types.APPROVED)

LEAVES_OTHERS_POSSIBLE: Final = (
    EventKind.INFORMATION_REQUESTED,
    EventKind.CHANGED,
    EventKind.CHANGE_DECLINED,
)

Draft = Callable[..., EditableLetter]


def draft_letter(
    kind: str,
    commitment: Commitment,
    *,
    language: str,
    values: Mapping[str, Value] = NO_VALUES,
    subject_values: Mapping[str, Value] = NO_VALUES,
) -> EditableLetter:
    """Compose the subject and the text of a kind of letter in a language."""
    is_public = desk_types.PUBLIC_PAGE in TYPES[kind].placeholders
    return write(
        kind,
        language,
        {
            "title": escape_inline(commitment.title),
            "reference": commitment.reference,
            "organisation": escape_inline(commitment.lead.organisation_name),
            "page": page_url(
                PUBLIC_PAGE if is_public else OWN_PAGE, language, commitment.reference
            ),
            **values,
        },
        subject_values={"title": one_line(commitment.title), **subject_values},
    )


def draft_question(
    *, commitment: Commitment, focal_point: FocalPoint, question: str = ""
) -> EditableLetter:
    """Draft the letter that asks the lead for information."""
    values = {"question": escape_paragraphs(question)}
    return draft_letter(
        desk_types.QUESTION, commitment, language=focal_point.language, values=values
    )


def draft_approval(
    *,
    commitment: Commitment,
    focal_point: FocalPoint,
    announce_at: datetime | None = None,
    event: str = "",
) -> EditableLetter:
    """Draft the letter that says when an approved commitment will be published."""

    def announcement_in_words() -> str:
        return format_datetime_for(announce_at, focal_point.time_zone) if announce_at else "…"

    def event_in_words() -> str:
        words = _("It will be announced at this event: %(event)s.")
        return words % {"event": escape_inline(event)} if event else ""

    values: dict[str, Value] = {
        "announcement": announcement_in_words,
        "event": event_in_words,
    }
    return draft_letter(
        desk_types.APPROVED, commitment, language=focal_point.language, values=values
    )


def draft_publication(*, commitment: Commitment, focal_point: FocalPoint) -> EditableLetter:
    """Draft the letter that says where a commitment was published."""
    return draft_letter(desk_types.PUBLISHED, commitment, language=focal_point.language)


def draft_superseding(
    *, commitment: Commitment, focal_point: FocalPoint, other: Commitment | None = None
) -> EditableLetter:
    """Draft the letter that says which commitment replaces one."""
    values: dict[str, Value] = {
        "other_title": escape_inline(other.title) if other else "…",
        "other_reference": other.reference if other else "…",
    }
    return draft_letter(
        desk_types.SUPERSEDED, commitment, language=focal_point.language, values=values
    )


def draft_with_reason(kind: str) -> Draft:
    """Return a function that drafts a letter of a kind with a reason."""

    def draft(
        *, commitment: Commitment, focal_point: FocalPoint, reason: str = ""
    ) -> EditableLetter:
        values = {"reason": escape_paragraphs(reason)}
        return draft_letter(kind, commitment, language=focal_point.language, values=values)

    return draft


draft_decline: Final = draft_with_reason(desk_types.DECLINED)
draft_withdrawal: Final = draft_with_reason(desk_types.WITHDRAWN)
draft_taking_back: Final = draft_with_reason(desk_types.APPROVAL_TAKEN_BACK)
draft_change_accepted: Final = draft_with_reason(desk_types.CHANGE_ACCEPTED)
draft_change_declined: Final = draft_with_reason(desk_types.CHANGE_DECLINED)


def draft_text_corrected(
    *,
    commitment: Commitment,
    focal_point: FocalPoint,
    reason: str = "",
    changes: Sequence[TextChange] = (),
) -> EditableLetter:
    """Draft the letter that says which texts of a published commitment were corrected."""

    def changes_in_words() -> str:
        return "\n\n".join(
            escape_paragraphs(
                _("%(text)s\nWas: %(was)s\nIs now: %(now)s")
                % {"text": change.label, "was": change.text.value, "now": change.now}
            )
            for change in changes
        )

    values: dict[str, Value] = {
        "changes": changes_in_words,
        "reason": escape_paragraphs(reason),
    }
    return draft_letter(
        desk_types.TEXT_CORRECTED, commitment, language=focal_point.language, values=values
    )


def is_lead_a_member(commitment: Commitment) -> bool:
    """Return whether the lead is a member of the coalition now, as everybody sees it."""
    return Member.objects.filter(is_shown_as_admitted(), pk=commitment.lead_id).exists()


def readers_of(commitment: Commitment) -> list[FocalPoint]:
    """Return the focal points of the lead who get its letters, the primary one first."""
    return _readers(commitment.lead_id)


def queue_letter(
    commitment: Commitment,
    event: CommitmentEvent,
    kind: str,
    letter: EditableLetter | None,
    draft: Draft,
    values: Mapping[str, Any] = NO_VALUES,
    *,
    due_at: datetime | None = None,
) -> list[Message]:
    """Queue the letter of an event to each focal point of the lead, by default to be sent at once.

    The decision ends the drafts of letters. `letter` is the text as staff edited it, None for no
    letter, or DEFAULT_LETTER to call `draft` for each focal point with the values. Raises
    Refused (faulty_markers).
    """
    end_letter_drafts(commitment, event)
    people = readers_of(commitment)
    if letter is None or not people:
        return []
    draft_for = drafts_for(
        commitment.lead,
        letter,
        lambda *, member, focal_point: draft(
            commitment=commitment, focal_point=focal_point, **values
        ),
    )
    return post_all(
        (
            Envelope(
                with_reference(commitment, draft_for(person)),
                addressee(person),
                topic=_topic(commitment, kind, event, segment_of(person)),
                reference=commitment.lead.reference,
                conversations=[topic_of(commitment)],
                due_at=due_at,
            )
            for person in people
        ),
        at=event.at,
        may_repeat=False,
    )


def queue_partner_letters(
    commitment: Commitment, event: CommitmentEvent, *, due_at: datetime
) -> list[Message]:
    """Tell each confirmed partner that the commitment was published.

    A member is told through its focal points, another organisation through its contact, in the
    language of the commitment if letters are in it.
    """
    letters = []
    partners = commitment.partners.filter(is_current=True, answer=PartnerAnswer.CONFIRMED)
    for partner in partners.select_related("member").order_by("position", "pk"):
        reference = partner.member.reference if partner.member else commitment.lead.reference
        for reader, segment in _partner_readers(commitment, partner):
            letter = draft_letter(
                desk_types.PUBLISHED_TO_PARTNER, commitment, language=reader.language
            )
            letters.append(
                Envelope(
                    with_reference(commitment, letter),
                    reader,
                    topic=_topic(commitment, desk_types.PUBLISHED_TO_PARTNER, event, segment),
                    reference=reference,
                    conversations=[topic_of(commitment)],
                    due_at=due_at,
                )
            )
    return post_all(letters, at=event.at, may_repeat=False) if letters else []


def cancel_outdated_letters(commitment: Commitment, *, at: datetime) -> datetime:
    """Cancel unsent letters that a decision contradicts; return when its own letter is due."""
    kinds = (kind.replace("_", "-") for kind in OUTDATED_BY_DECISION)
    return cancel_for_decision([topic_of(commitment, kind) for kind in kinds], at=at)


def cancel_all_letters(commitment: Commitment, *, at: datetime) -> datetime:
    """Cancel all unsent mail about a commitment; return when the letter of the decision is due."""
    return cancel_for_decision([topic_of(commitment)], at=at)


def end_letter_drafts(commitment: Commitment, event: CommitmentEvent) -> None:
    """End the drafts of letters of a locked commitment that is decided, so that nobody sees them.

    They are kept for an undo. A decision that leaves the others possible ends its own alone.
    """
    drafts = commitment.letter_drafts.open()
    if event.kind in LEAVES_OTHERS_POSSIBLE:
        drafts = drafts.filter(kind=event.kind)
    drafts.update(ended_at=event.at)


def delete_ended_drafts(*, at: datetime) -> int:
    """Delete the drafts whose decision can no longer be undone, and return how many."""
    return delete_settled_drafts(LetterDraft.objects.all(), at=at)


def _topic(commitment: Commitment, kind: str, event: CommitmentEvent, segment: str) -> str:
    return f"{topic_of(commitment)}/{kind.replace('_', '-')}/event-{event.pk}/{segment}"


def _readers(member: int | None) -> list[FocalPoint]:
    people = FocalPoint.objects.filter(is_shown_as_admitted("member__"), member=member)
    return list(people.select_related("member").order_by("is_alternate", "pk"))


def _partner_readers(commitment: Commitment, partner: Partner) -> list[tuple[Addressee, str]]:
    """Return who is told for a partner, each with the end of the topic."""
    if partner.member_id:
        return [(addressee(person), segment_of(person)) for person in _readers(partner.member_id)]
    if partner.contact_email:
        language = page_language(commitment.language)
        reader = Addressee(partner.contact_email, language, partner.name)
        return [(reader, f"partner-{partner.pk}")]
    return []
