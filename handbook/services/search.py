"""Finds the sections of the handbook that have all words of a query, or else most of them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from core.folding import MARKS, fold
from handbook.services.chapters import Chapter, Section

MAX_QUERY_LENGTH: Final = 200
EXCERPT_WORDS: Final = 32
# How many sections are shown if none has all words.
MAX_NEAREST: Final = 5
# A shorter word, such as "the", says little about a section.
MIN_TELLING_LENGTH: Final = 4
# Of the words of an excerpt, those before the first match.
WORDS_BEFORE: Final = 6
WORD: Final = re.compile(r"\w+")
# In a text that is not folded, vowel signs and accents are in the middle of words.
UNFOLDED_WORD: Final = re.compile(rf"(?:\w|{MARKS.pattern})+")


class Part(NamedTuple):
    """A piece of a text, and whether it matches the query."""

    text: str
    is_match: bool


class Result(NamedTuple):
    """A section that has words of a query, with the words marked."""

    chapter: Chapter
    section: Section
    heading: Sequence[Part]
    excerpt: Sequence[Part]


def search(chapters: Iterable[Chapter], query: str) -> list[Result]:
    """Return the sections that have all words: first those with the most words in the heading.

    Case and accents do not matter, and the beginning of a word or a part of it is enough.
    """
    words = _words(query)
    found = [hit for hit in _hits(chapters, words) if len(hit.words) == len(words)]
    # Sorting keeps the order of the handbook among equals.
    found.sort(key=lambda hit: -hit.in_heading)
    return [_result(hit, words) for hit in found]


def search_nearest(chapters: Iterable[Chapter], query: str) -> list[Result]:
    """Return the few sections that say the most, for a query of which no section has all words.

    The fewer sections have a word, the more it counts. Short words count only if the query has no
    others.
    """
    words = _words(query)
    words = [word for word in words if len(word) >= MIN_TELLING_LENGTH] or words
    found = list(_hits(chapters, words))
    numbers = Counter(word for hit in found for word in hit.words)

    def says(hit: _Hit) -> tuple[float, int]:
        return sum(1 / numbers[word] for word in hit.words), hit.in_heading

    found.sort(key=says, reverse=True)
    return [_result(hit, words) for hit in found[:MAX_NEAREST]]


class _Hit(NamedTuple):
    chapter: Chapter
    section: Section
    words: Sequence[str]
    in_heading: int


def _words(query: str) -> list[str]:
    return list(dict.fromkeys(WORD.findall(fold(query[:MAX_QUERY_LENGTH]))))


def _hits(chapters: Iterable[Chapter], words: Sequence[str]) -> Iterator[_Hit]:
    """Yield the sections that have a word of these, with those that they have."""
    for chapter in chapters:
        for section in (chapter.introduction, *chapter.sections):
            heading, text = fold(section.heading), fold(section.text)
            has = [word for word in words if word in heading or word in text]
            if has:
                in_heading = sum(word in heading for word in has)
                yield _Hit(chapter, section, has, in_heading)


def _result(hit: _Hit, words: Sequence[str]) -> Result:
    return Result(
        chapter=hit.chapter,
        section=hit.section,
        heading=_parts(hit.section.heading, words),
        excerpt=_parts(_excerpt(hit.section.text, words), words),
    )


def _excerpt(text: str, words: Sequence[str]) -> str:
    """Return the words of a text around the place with the most words of the query."""
    all_words = text.split()
    folded = [fold(word) for word in all_words]
    best_start, best_number = 0, 0
    for place, candidate in enumerate(folded):
        if any(word in candidate for word in words):
            start = max(0, place - WORDS_BEFORE)
            window = folded[start : start + EXCERPT_WORDS]
            number = sum(any(word in each for each in window) for word in words)
            if number > best_number:
                best_start, best_number = start, number
    end = best_start + EXCERPT_WORDS
    shown = " ".join(all_words[best_start:end])
    return f"{'… ' * (best_start > 0)}{shown}{' …' * (end < len(all_words))}"


def _parts(text: str, words: Sequence[str]) -> list[Part]:
    """Divide a text into what matches the query and what does not."""
    parts = []
    rest = 0
    for match in UNFOLDED_WORD.finditer(text):
        folded = fold(match[0])
        if any(word in folded for word in words):
            parts += [
                Part(text[rest : match.start()], is_match=False),
                Part(match[0], is_match=True),
            ]
            rest = match.end()
    parts.append(Part(text[rest:], is_match=False))
    return [part for part in parts if part.text]
