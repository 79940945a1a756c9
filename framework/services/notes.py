"""Internal notes of staff at a paragraph, while they answer the amendments of a draft."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.conflicts import lock
from core.history import MAX_NAME_LENGTH
from framework.models import Draft, Paragraph, ParagraphNote
from members.services.notes import checked_note


@transaction.atomic
def add_note(
    *,
    draft: Draft,
    paragraph: Paragraph,
    text: str,
    by: User,
    at: datetime,
    after: int | None = None,
) -> ParagraphNote:
    """Add an internal note at a paragraph. No organisation ever reads it.

    `after` is the key of the latest note that the page showed, if there was a page. With it, a note
    that is sent twice is stored once.

    Raises Refused (empty, too_long).
    """
    text = checked_note(text)
    # Locked, so that a second click sees the note of the first one.
    lock(draft.framework)
    notes = ParagraphNote.objects.filter(draft=draft, paragraph=paragraph)
    if after is not None:
        written = notes.filter(by=by, pk__gt=after, text=text).first()
        if written is not None:
            return written
    name = str(by)[:MAX_NAME_LENGTH]
    return ParagraphNote.objects.create(
        draft=draft, paragraph=paragraph, text=text, by=by, by_name=name, at=at
    )
