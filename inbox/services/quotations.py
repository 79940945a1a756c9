"""Separate what a person wrote in a reply from what their mail program quoted."""

import re
from itertools import takewhile
from typing import Final

# In characters: a shorter line, such as a greeting, may be in any mail.
MIN_KNOWN_LENGTH: Final = 25
# How many lines above the quotation may introduce it: "On … she wrote:", or the first headers.
MAX_INTRODUCTION: Final = 6
QUOTE_MARK_RE: Final = re.compile(r"^(?:\s*[>|])+\s?")
YEAR_RE: Final = re.compile(r"\d{4}")
# The end of a line that introduces a quotation, in any script, and lines of original headers.
INTRODUCTION_RE: Final = re.compile(
    r"@|[:：]\s*$|^\s*[-_]{4,}|^\s*\*?(From|De|Von|Sent|To|Subject|От|من|发件人)\b", re.IGNORECASE
)


def split_quotation(text: str, letter: str) -> tuple[str, str]:
    """Return what a reply says, and from where on it repeats the letter that it answers.

    The quotation begins at the first line of our own letter, or where every line that follows is
    marked as quoted. Without either, everything is said by the sender.
    """
    lines = text.split("\n")
    ours = {_words(line) for line in letter.split("\n")}
    known = {words for words in ours if len(words) >= MIN_KNOWN_LENGTH}
    start = next((at for at, line in enumerate(lines) if _words(line) in known), None)
    if start is None:
        start = _start_of_marked(lines)
    if start is None:
        return text.strip(), ""
    while start and (_is_marked(lines[start - 1]) or _words(lines[start - 1]) in ours | {""}):
        start -= 1
    start -= _length_of_introduction(lines[:start])
    said = "\n".join(lines[:start]).strip()
    # An answer below the quotation: nothing is cut.
    return (said, "\n".join(lines[start:]).strip()) if said else (text.strip(), "")


def _words(line: str) -> str:
    return " ".join(QUOTE_MARK_RE.sub("", line).split())


def _start_of_marked(lines: list[str]) -> int | None:
    """Return the first line of the quotation at the end, or None if the text does not end in one.

    Empty lines may be between the marked ones.
    """
    start = None
    for at in range(len(lines) - 1, -1, -1):
        if _is_marked(lines[at]):
            start = at
        elif lines[at].strip():
            break
    return start


def _is_marked(line: str) -> bool:
    return QUOTE_MARK_RE.match(line) is not None


def _length_of_introduction(above: list[str]) -> int:
    """Return how many of the lines directly above a quotation introduce it, with a time or sender.

    They are a block of lines that ends where the quotation begins.
    """
    block = list(takewhile(str.strip, reversed(above)))[:MAX_INTRODUCTION]
    lengths = [at for at, line in enumerate(block, start=1) if INTRODUCTION_RE.search(line)]
    length = max(lengths, default=0)
    # The date may be in the line above the name.
    if 0 < length < len(block) and YEAR_RE.search(block[length]):
        length += 1
    return length
