"""What staff write about a file for each other. It stands beside the file, and changes nothing."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import User
from members.locking import Refused
from members.models import Member, TimelineEntry, TimelineKind
from members.timeline import record

NOTE_AT_MOST: Final = 10_000


class NothingNoted(Refused):
    """There is no word in the note."""

    def __init__(self) -> None:
        super().__init__(_("Write the note first."))


class NoteTooLong(Refused):
    """The note is longer than a page that people read."""

    def __init__(self) -> None:
        super().__init__(
            _("A note has at most %(number)d characters: shorten this one.")
            % {"number": NOTE_AT_MOST}
        )


def note(*, member: Member, text: str, by: User, at: datetime) -> TimelineEntry:
    """Write an internal note on a file, in any status; the organisation never reads it.

    Neither locks the file nor raises its version: what colleagues have on screen still holds.

    Raises NothingNoted and NoteTooLong.
    """
    text = text.strip()
    if not text:
        raise NothingNoted
    if len(text) > NOTE_AT_MOST:
        raise NoteTooLong

    return record(member, TimelineKind.NOTED, by=by, at=at, note=text)
