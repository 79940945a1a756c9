"""What staff write about a file for each other. It stands beside the file, and changes nothing."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from members.models import Member, TimelineEntry, TimelineKind
from members.services.timeline import add_entry

MAX_NOTE_LENGTH: Final = 10_000


class EmptyNote(Refused):
    """There is no word in the note."""

    def __init__(self) -> None:
        super().__init__(_("Write the note first."))


class NoteTooLong(Refused):
    """The note is longer than a page that people read."""

    def __init__(self) -> None:
        super().__init__(
            _("A note has at most %(number)d characters: shorten this one.")
            % {"number": MAX_NOTE_LENGTH}
        )


@transaction.atomic
def add_note(
    *, member: Member, text: str, by: User, at: datetime, after: int | None = None
) -> TimelineEntry:
    """Write an internal note on a file, in any status; the organisation never reads it.

    Does not raise the file's version: what colleagues have on screen still holds. `after` is the
    number of the latest timeline entry that the page showed, where there was a page: what it
    sends twice is one note.

    Raises EmptyNote and NoteTooLong.
    """
    text = text.strip()
    if not text:
        raise EmptyNote
    if len(text) > MAX_NOTE_LENGTH:
        raise NoteTooLong
    if after is not None:
        # Locked, so that of two clicks the second one sees what the first wrote.
        lock(member)
        later = member.timeline.filter(kind=TimelineKind.NOTE_ADDED, by_user=by, pk__gt=after)
        written = later.filter(note=text).first()
        if written is not None:
            return written

    return add_entry(member, TimelineKind.NOTE_ADDED, by=by, at=at, note=text)
