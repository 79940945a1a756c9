"""Internal notes of staff. They do not change the row that they are about."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from members.models import Member, TimelineEntry, TimelineKind
from members.services.mentions import colleagues_named, tell_named
from members.services.search import write_search_entry
from members.services.timeline import add_entry

MAX_NOTE_LENGTH: Final = 10_000


@transaction.atomic
def add_note(
    *, member: Member, text: str, by: User, at: datetime, after: int | None = None
) -> TimelineEntry:
    """Add an internal note to a member, in any status. The organisation never reads it.

    The member's version does not change, so colleagues get no edit conflict. `after` is the key
    of the latest timeline entry that the page showed, if there was a page. With it, a note that is
    sent twice is stored once. The colleagues whom the note names with @ are told.

    Raises Refused (empty, too_long, unknown_colleague, no_access, several_colleagues).
    """
    text = checked_note(text)
    named = colleagues_named(text, row=member, by=by)
    # Locked, so that a second click sees the note of the first one, and so that the search
    # entry has the notes of two people.
    lock(member)
    notes = member.timeline.filter(kind=TimelineKind.NOTE_ADDED)
    written: TimelineEntry | None = written_before(notes, text, author=by, after=after)
    if written is not None:
        return written

    entry = add_entry(member, TimelineKind.NOTE_ADDED, by=by, at=at, note=text)
    write_search_entry(member)
    tell_named(named, row=member, entry=entry)
    return entry


def checked_note(text: str) -> str:
    """Return a note without white space at both ends. Raises Refused (empty, too_long)."""
    text = text.strip()
    if not text:
        raise Refused(_("Enter a note."), code="empty")
    if len(text) > MAX_NOTE_LENGTH:
        raise Refused(
            _("Shorten the note to at most %(number)d characters.") % {"number": MAX_NOTE_LENGTH},
            code="too_long",
        )
    return text


def written_before(notes: "QuerySet[Any]", text: str, *, author: User, after: int | None) -> Any:
    """Return the note that a first click wrote, after the page was shown, or None."""
    if after is None:
        return None
    return notes.filter(by_user=author, pk__gt=after, note=text).first()
