"""Compares two versions of a text word by word, for people to read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

# A piece is a number with its separators, a word, a punctuation mark, a space, or one character of
# a script without spaces. No-break spaces belong to a word, or "10 000" turns round in Arabic; so
# do the marks above and below its letters, and whatever is neither space nor punctuation.
CHARACTERS: Final = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
NO_BREAK: Final = "\u00a0\u2007\u202f"
PUNCTUATION: Final = (
    r"!-/:-@\[-`{-~\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf"
    r"\u060c\u061b\u061f\u066a\u06d4\u2010-\u2027\u2030-\u205e"
)
PIECES: Final = re.compile(
    rf"[{CHARACTERS}]"
    rf"|[^\S{NO_BREAK}]+"
    rf"|(?:(?<=\d)[.,](?=\d)|[{NO_BREAK}]|[^\s{CHARACTERS}{PUNCTUATION}])+"
    r"|."
)
# Texts with more pieces are not compared word by word: it would take too long.
MAX_SEGMENTS: Final = 3000


@dataclass(frozen=True)
class DiffSegment:
    """A part of a text. `what` says whether it is "same", "gone" or "new"."""

    what: str
    words: str


def diff_words(before: str, after: str) -> list[DiffSegment]:
    """Return the unchanged, removed and added parts of a text, in order.

    Lines, which are paragraphs, are compared first, and words only within those that differ.
    """
    one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return list(_joined(_in_pairs(_differences_of_lines(one, other))))


def _differences_of_lines(one: list[str], other: list[str]) -> Iterator[DiffSegment]:
    for tag, begins, ends, begins_there, ends_there in _opcodes(one, other):
        was, now = one[begins:ends], other[begins_there:ends_there]
        if tag == "equal":
            yield DiffSegment("same", "".join(was))
        elif len(was) == len(now):
            for line, new_line in zip(was, now, strict=True):
                yield from _differences_of_words(line, new_line)
        else:
            yield from _differences_of_words("".join(was), "".join(now))


def _differences_of_words(before: str, after: str) -> Iterator[DiffSegment]:
    one, other = PIECES.findall(before), PIECES.findall(after)
    if len(one) + len(other) > MAX_SEGMENTS:
        one, other = [before], [after]
    for tag, begins, ends, begins_there, ends_there in _opcodes(one, other):
        if tag == "equal":
            yield DiffSegment("same", "".join(one[begins:ends]))
            continue
        yield DiffSegment("gone", "".join(one[begins:ends]))
        yield DiffSegment("new", "".join(other[begins_there:ends_there]))


def _opcodes(one: list[str], other: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    # Very frequent pieces, such as spaces, are not matched first: they have too many matches.
    return SequenceMatcher(None, one, other).get_opcodes()


def _in_pairs(segments: Iterator[DiffSegment]) -> Iterator[DiffSegment]:
    """Join two replaced phrases that have only a space between them to one."""
    gone = new = space = ""
    for segment in segments:
        if segment.what != "same":
            gone, new, space = gone + space, new + space, ""
            if segment.what == "gone":
                gone += segment.words
            else:
                new += segment.words
        elif gone and new and not space and segment.words.isspace() and "\n" not in segment.words:
            space = segment.words
        else:
            yield from (DiffSegment("gone", gone), DiffSegment("new", new))
            yield DiffSegment("same", space + segment.words)
            gone = new = space = ""
    yield from (DiffSegment("gone", gone), DiffSegment("new", new), DiffSegment("same", space))


def _joined(segments: Iterator[DiffSegment]) -> Iterator[DiffSegment]:
    """Join neighbours of one kind, and leave out what is empty."""
    last = DiffSegment("same", "")
    for segment in segments:
        if segment.what == last.what:
            last = DiffSegment(last.what, last.words + segment.words)
        elif segment.words:
            if last.words:
                yield last
            last = segment
    if last.words:
        yield last
