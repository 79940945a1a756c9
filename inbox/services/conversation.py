"""The conversation with an organisation: letters, replies, opinions, notes, events in one list."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from inbox.models import IncomingMail


class Part(TextChoices):
    """What a reader of the conversation may look at alone."""

    ALL = "", _("All")
    MAIL = "mail", _("Letters and replies")
    NOTES = "notes", _("Notes and opinions")
    HISTORY = "history", _("History")


@dataclass(frozen=True)
class Piece:
    """One thing in the conversation, which the template of its kind shows."""

    kind: str
    part: Part
    at: datetime
    content: Any


class Entry(Protocol):
    """An entry of a timeline."""

    at: datetime
    kind: str


class Group(Protocol):
    """Letters about one thing."""

    @property
    def at(self) -> datetime: ...


class Opinion(Protocol):
    """A request for an opinion."""

    asked_at: datetime
    answered_at: datetime | None


def part_asked_for(value: str | None) -> Part:
    """Return the part with a name in a URL; everything, if there is no such part."""
    return Part(value) if value in Part.values else Part.ALL


def conversation(
    *,
    entries: Iterable[Entry],
    note: str,
    opinions: Iterable[Opinion] = (),
    about_opinions: Collection[str] = (),
    letters: Iterable[Group] = (),
    replies: Iterable[IncomingMail] = (),
    part: Part = Part.ALL,
) -> list[Piece]:
    """Return one part of the conversation, the latest first.

    `note` is the kind of an entry that is a note. Entries of the kinds `about_opinions` are only in
    the history, because the opinions say the same. Each list must be given the latest first.
    """
    if part == Part.ALL:
        entries = [entry for entry in entries if entry.kind not in about_opinions]
    pieces = [
        *(Piece("letters", Part.MAIL, group.at, group) for group in letters),
        *(Piece("reply", Part.MAIL, reply.received_at, reply) for reply in replies),
        *(
            Piece("opinion", Part.NOTES, opinion.answered_at or opinion.asked_at, opinion)
            for opinion in opinions
        ),
        *(
            Piece("note", Part.NOTES, entry.at, entry)
            if entry.kind == note
            else Piece("entry", Part.HISTORY, entry.at, entry)
            for entry in entries
        ),
    ]
    shown = [piece for piece in pieces if part in (Part.ALL, piece.part)]
    return sorted(shown, key=lambda piece: piece.at, reverse=True)
