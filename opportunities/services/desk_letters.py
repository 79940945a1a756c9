"""Letters about what staff ask and decide, which they may edit (letters.py composes them).

A letter is sent once the decision can no longer be undone. A member that has left gets none.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from members.models import FocalPoint
from members.services.letter_drafts import delete_settled_drafts
from members.services.letters.composing import drafts_for, with_reference
from opportunities.models import EventKind, LetterDraft, Opportunity, OpportunityEvent
from opportunities.services import template_types
from opportunities.services.events import topic_of
from opportunities.services.letters import compose, envelope, people_of
from opportunities.services.reader import OWN_PAGE
from outbox.services.letters import EditableLetter
from outbox.services.queue import cancel, post_all
from outbox.services.rendering import escape_paragraphs

# The kinds of these letters, but for that which ends all others.
DESK_LETTERS: Final = (
    template_types.QUESTION,
    template_types.PUBLISHED,
    template_types.CHANGE_PUBLISHED,
    template_types.CHANGE_DECLINED,
)
# A decision of one of these kinds leaves the others possible.
LEAVES_OTHERS_POSSIBLE: Final = (
    EventKind.QUESTION_ASKED,
    EventKind.CHANGE_PUBLISHED,
    EventKind.CHANGE_DECLINED,
)


def draft_of(kind: str) -> Callable[..., EditableLetter]:
    """Return a function that drafts a kind of letter, with the question or reason of staff."""

    def draft(
        *, opportunity: Opportunity, focal_point: FocalPoint, question: str = "", reason: str = ""
    ) -> EditableLetter:
        written = {"question": question, "reason": reason}
        values = {name: escape_paragraphs(text) for name, text in written.items()}
        return compose(kind, opportunity, focal_point, values)

    return draft


def queue_letter(
    opportunity: Opportunity,
    event: OpportunityEvent,
    kind: str,
    letter: EditableLetter | None,
    *,
    due_at: datetime,
    **written: str,
) -> None:
    """Queue the letter of a decision to each focal point, and end the drafts of letters.

    `letter` is the text as staff edited it, None for no letter, or DEFAULT_LETTER for the standard
    text with the `question` or the `reason`. Raises Refused (faulty_markers).
    """
    drafts = opportunity.letter_drafts.open()
    if event.kind in LEAVES_OTHERS_POSSIBLE:
        drafts = drafts.filter(kind=event.kind)
    # They are kept for an undo.
    drafts.update(ended_at=event.at)
    people = people_of(opportunity.member_id)
    if letter is None or not people:
        return

    def draft(*, focal_point: FocalPoint, **_member: object) -> EditableLetter:
        return draft_of(kind)(opportunity=opportunity, focal_point=focal_point, **written)

    draft_for = drafts_for(opportunity.member, letter, draft)
    topic = (_segment(kind), f"event-{event.pk}")
    post_all(
        (
            envelope(
                with_reference(opportunity, draft_for(person)),
                person,
                opportunity,
                *topic,
                links=[(OWN_PAGE,)],
                due_at=due_at,
            )
            for person in people
        ),
        at=event.at,
        may_repeat=False,
    )


def desk_topics(opportunity: Opportunity, *kinds: str) -> list[str]:
    """Return the topics of some kinds of these letters, by default of all but the last one."""
    return [topic_of(opportunity, _segment(kind)) for kind in kinds or DESK_LETTERS]


def cancel_desk_letters(opportunity: Opportunity, *kinds: str, at: datetime) -> None:
    """Cancel the unsent letters that what a member does now has overtaken."""
    for topic in desk_topics(opportunity, *kinds):
        cancel(topic=topic, at=at)


def _segment(kind: str) -> str:
    return kind.replace("_", "-")


def delete_ended_drafts(*, at: datetime) -> int:
    """Delete the drafts whose decision can no longer be undone, and return how many."""
    return delete_settled_drafts(LetterDraft.objects.all(), at=at)
