"""What became of the words of a text from one version to the next, for people to read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

# Words, what stands between them, and each character of a script that sets no spaces.
PIECES: Final = re.compile(
    r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]|\s+|[^\s\u3000-\u9fff\uff00-\uffef]+|."
)
# With more pieces than this, what changed is told by lines: words would take too long.
MAX_SEGMENTS: Final = 3000


@dataclass(frozen=True)
class DiffSegment:
    """Some words that stayed, went or came, which `what` tells: "same", "gone" or "new"."""

    what: str
    words: str


def diff_words(before: str, after: str) -> list[DiffSegment]:
    """Return a text with what went out of it and what came into it, in order."""
    one, other = PIECES.findall(before), PIECES.findall(after)
    if len(one) + len(other) > MAX_SEGMENTS:
        one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return list(_parts(one, other))


def _parts(one: list[str], other: list[str]) -> Iterator[DiffSegment]:
    # What stands everywhere, such as a space, is not looked for: its pairs are without number.
    matcher = SequenceMatcher(None, one, other)
    for tag, begins, ends, begins_there, ends_there in matcher.get_opcodes():
        if tag == "equal":
            yield DiffSegment("same", "".join(one[begins:ends]))
            continue
        if begins < ends:
            yield DiffSegment("gone", "".join(one[begins:ends]))
        if begins_there < ends_there:
            yield DiffSegment("new", "".join(other[begins_there:ends_there]))
