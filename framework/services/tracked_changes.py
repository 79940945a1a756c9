"""The text of one draft, or of two with the changes between them: and who proposed each."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from itertools import groupby, islice
from typing import Final, TypeVar

from core.text_diff import diff_words
from core.typed_text import xml_text
from framework.models import Draft
from framework.services.blocks import Block, Layout, Piece, blocks_of
from framework.services.comparison import members_taken
from framework.services.numbering import NumberedWording, numbered_text
from framework.services.reader import Reader
from framework.services.shown_amendments import organisation_shown
from framework.services.texts import language_of

# Who made a change that no organisation proposed.
OWNER: Final = "ITU"
# Word opens no file with a longer name of an author.
MAX_AUTHOR_LENGTH: Final = 255
T = TypeVar("T")


class What(Enum):
    """What happened to a part of the text between two drafts."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Span:
    """A part of a block that is unchanged, deleted or new."""

    what: What
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class TrackedBlock:
    """A block with its changes, and who proposed them.

    `what` says what happened to the block as a whole.
    """

    layout: Layout
    what: What
    spans: tuple[Span, ...]
    author: str = OWNER


def text_of(draft: Draft) -> list[TrackedBlock]:
    """Return the text of a draft: what is adopted in the reader's language, a draft in English."""
    return [
        _whole(block, What.SAME, OWNER)
        for each in numbered_text(draft)
        for block in blocks_of(each, language_of(each.wording))
    ]


def changes_between(before: Draft, after: Draft, *, reader: Reader) -> list[TrackedBlock]:
    """Return the text of two drafts of a framework with the changes from the first to the second.

    A paragraph is compared with itself, so one that moved is deleted here and new there.
    """
    takers = members_taken(before, after)

    def author_of(each: NumberedWording) -> str:
        members = takers.get(each.wording.paragraph_id, ())
        names = dict.fromkeys(organisation_shown(member, reader) for member in members)
        return xml_text("; ".join(names))[:MAX_AUTHOR_LENGTH] or OWNER

    def whole(some: Sequence[NumberedWording], what: What) -> Iterator[TrackedBlock]:
        for each in some:
            for block in blocks_of(each, language_of(each.wording)):
                yield _whole(block, what, author_of(each))

    old, new = numbered_text(before), numbered_text(after)
    found: list[TrackedBlock] = []
    for is_same, some, others in _aligned(old, new, lambda each: each.wording.paragraph_id):
        if not is_same:
            found += [*whole(some, What.GONE), *whole(others, What.NEW)]
            continue
        for pair in zip(some, others, strict=True):
            shown = language_of(*(each.wording for each in pair))
            one, other = (blocks_of(each, shown) for each in pair)
            found += _compared(one, other, author_of(pair[1]))
    return found


def _aligned(
    old: Sequence[T], new: Sequence[T], key: Callable[[T], Hashable]
) -> Iterator[tuple[bool, Sequence[T], Sequence[T]]]:
    """Yield stretches of two lists, and whether their keys are the same one by one."""
    keys = [[key(each) for each in some] for some in (old, new)]
    for tag, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        yield tag == "equal", old[a:b], new[c:d]


def _compared(old: list[Block], new: list[Block], author: str) -> Iterator[TrackedBlock]:
    """Compare two wordings of a paragraph: blocks with the same layout word by word."""
    for is_same, gone, added in _aligned(old, new, lambda block: block):
        if is_same:
            yield from (_whole(block, What.SAME, author) for block in added)
            continue
        for is_alike, some, others in _aligned(gone, added, lambda block: block.layout):
            if is_alike:
                for before, after in zip(some, others, strict=True):
                    spans = tuple(_spans(before, after))
                    yield TrackedBlock(after.layout, What.SAME, spans, author)
            else:
                yield from (_whole(block, What.GONE, author) for block in some)
                yield from (_whole(block, What.NEW, author) for block in others)


def _whole(block: Block, what: What, author: str) -> TrackedBlock:
    spans = (Span(what, block.pieces),) if block.pieces else ()
    return TrackedBlock(block.layout, what, spans, author)


def _spans(before: Block, after: Block) -> Iterator[Span]:
    """Compare two blocks word by word. A word in another style is another word."""
    old, new = _letters(before), _letters(after)
    for segment in diff_words(before.text, after.text):
        length = len(segment.words)
        gone = list(islice(old, length if segment.what != "new" else 0))
        added = list(islice(new, length if segment.what != "gone" else 0))
        if segment.what != "same":
            yield Span(What(segment.what), _joined(gone or added))
            continue
        pairs = zip(gone, added, strict=True)
        for is_same, some in groupby(pairs, lambda pair: pair[0] == pair[1]):
            first, second = zip(*some, strict=True)
            if is_same:
                yield Span(What.SAME, _joined(first))
            else:
                yield from (Span(What.GONE, _joined(first)), Span(What.NEW, _joined(second)))


def _letters(block: Block) -> Iterator[Piece]:
    return (Piece(letter, piece.style) for piece in block.pieces for letter in piece.text)


def _joined(letters: Sequence[Piece]) -> tuple[Piece, ...]:
    return tuple(
        Piece("".join(letter.text for letter in some), style)
        for style, some in groupby(letters, lambda letter: letter.style)
    )
