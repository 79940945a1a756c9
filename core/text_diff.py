"""Compares two versions of a text word by word, for people to read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

# Words, the characters between them, and each character of a script without spaces.
PIECES: Final = re.compile(
    r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]|\s+|[^\s\u3000-\u9fff\uff00-\uffef]+|."
)
# A text with more pieces is compared line by line: comparing words would take too long.
MAX_SEGMENTS: Final = 3000


@dataclass(frozen=True)
class DiffSegment:
    """A part of a text. `what` says whether it is "same", "gone" or "new"."""

    what: str
    words: str


def diff_words(before: str, after: str) -> list[DiffSegment]:
    """Return the unchanged, removed and added parts of a text, in order."""
    one, other = PIECES.findall(before), PIECES.findall(after)
    if len(one) + len(other) > MAX_SEGMENTS:
        one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return list(_parts(one, other))


def _parts(one: list[str], other: list[str]) -> Iterator[DiffSegment]:
    # Very frequent pieces, such as spaces, are not matched first: they have too many matches.
    matcher = SequenceMatcher(None, one, other)
    for tag, begins, ends, begins_there, ends_there in matcher.get_opcodes():
        if tag == "equal":
            yield DiffSegment("same", "".join(one[begins:ends]))
            continue
        if begins < ends:
            yield DiffSegment("gone", "".join(one[begins:ends]))
        if begins_there < ends_there:
            yield DiffSegment("new", "".join(other[begins_there:ends_there]))
