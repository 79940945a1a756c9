"""Internal notes of staff about a member. They do not change the member."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from members.models import Member, TimelineEntry, TimelineKind
from members.services.search import write_search_entry
from members.services.timeline import add_entry

MAX_NOTE_LENGTH: Final = 10_000


class EmptyNote(Refused):
    """The note is empty."""

    def __init__(self) -> None:
        super().__init__(_("Enter a note."))


class NoteTooLong(Refused):
    """The note is too long."""

    def __init__(self) -> None:
        super().__init__(
            _("Shorten the note to at most %(number)d characters.") % {"number": MAX_NOTE_LENGTH}
        )


@transaction.atomic
def add_note(
    *, member: Member, text: str, by: User, at: datetime, after: int | None = None
) -> TimelineEntry:
    """Add an internal note to a member, in any status. The organisation never reads it.

    The member's version does not change, so colleagues get no edit conflict. `after` is the key
    of the latest timeline entry that the page showed, if there was a page. With it, a note that is
    sent twice is stored once.

    Raises EmptyNote and NoteTooLong.
    """
    text = text.strip()
    if not text:
        raise EmptyNote
    if len(text) > MAX_NOTE_LENGTH:
        raise NoteTooLong
    # Locked, so that a second click sees the note of the first one, and so that the search
    # entry has the notes of two people.
    lock(member)
    if after is not None:
        later = member.timeline.filter(kind=TimelineKind.NOTE_ADDED, by_user=by, pk__gt=after)
        written = later.filter(note=text).first()
        if written is not None:
            return written

    entry = add_entry(member, TimelineKind.NOTE_ADDED, by=by, at=at, note=text)
    write_search_entry(member)
    return entry
