"""The search of the queue: the files whose organisation or people have every word in them.

Where none has, PostgreSQL finds those that have words like them: with a slip of the finger or
without the accents. SQLite knows no such likeness.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.db import connection, transaction
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import Contains
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import gettext as _
from rapidfuzz.distance import OSA

from members.models import FocalPoint, Member

# So many files are found at most, the oldest of them: nobody reads on, but adds a word.
MAX_RESULTS = 1000
# Of a text that was pasted by mistake, so many words are looked for, the longest, and so much of
# each: no column holds more.
MAX_WORDS = 10
MAX_QUERY_LENGTH = 254
ORGANISATION_FIELDS = ("organisation_name", "acronym", "reference")
PERSON_SEARCH_FIELDS = ("given_name", "family_name", "email")
# So many of what is similar are shown, those with the fewest slips.
MAX_SIMILAR = 50
# What part of a word's trigrams an index has to find together, before we look: a third of minsitry.
SIMILARITY_THRESHOLD = 0.35
# As many words are tried for the rarest.
MAX_WORDS_TRIED = 3
# A letter that is wrong, missing, too many, or two that changed places are a slip: a word may have
# one from so many letters on, and another from so many.
TYPO_MIN_LENGTHS = (4, 7)
ACCENTS = re.compile("[\u0300-\u036f]")
ENGLISH = re.compile("[ -~]+")
# PostgreSQL's indexes are made of three letters at a time, and know no shorter word.
MAX_SHORT_WORD = 2


class TripledLetters(Func):
    """A text in capitals with each letter three times, so that any word in it has trigrams.

    A word is in a text where it is in it thrice.
    """

    template = r"REGEXP_REPLACE(UPPER(%(expressions)s), '(.)', '\1\1\1', 'g')"
    output_field = TextField()


class Unaccented(Func):
    """A text in capitals without accents, in which similar words are looked for."""

    template = r"REGEXP_REPLACE(NORMALIZE(UPPER(%(expressions)s), NFD), '[\u0300-\u036F]', '', 'g')"
    output_field = TextField()


@dataclass(frozen=True)
class SearchResult:
    """What a search found, and what is to be said of it."""

    members: QuerySet[Member]
    in_words: str = ""


def words_of(typed: str) -> list[str]:
    """Return the words to look for, the longest first; those in quotes are one."""
    words = {
        unescape_string_literal(word) if word[0] == word[-1] and word[0] in "\"'" else word
        for word in smart_split(typed)
    }
    longest = sorted(words, key=lambda word: (-len(word), word))
    return [word[:MAX_QUERY_LENGTH] for word in longest[:MAX_WORDS]]


def find(members: QuerySet[Member], typed: str) -> SearchResult:
    """Return the files that have each word in a name, a reference or an address, in any case.

    Of more than can be found at once, the oldest; where there is none, those that have something
    similar.
    """
    words = words_of(typed)
    exact = _having(members, words)
    found = SearchResult(members.filter(pk__in=exact[:MAX_RESULTS]))
    if len(exact) > MAX_RESULTS:
        sentence = _("More than %(number)d files match; these are the oldest. Add a word.")
        return replace(found, in_words=sentence % {"number": MAX_RESULTS})
    similar = [] if exact else _similar_keys(members, words)
    if similar:
        sentence = _("Nothing has exactly these words; these are similar.")
        return SearchResult(members.filter(pk__in=similar), sentence)
    return found


def _having(members: QuerySet[Member], words: list[str]) -> list[int]:
    """Return the keys of the oldest files that have each of the words, one more than are shown."""
    rare, keys = _rarest(words)
    having_all = members if rare is None else members.filter(pk__in=keys)
    for word in words:
        if word != rare:
            people = _people_with(word)
            people = people if rare is None else people.filter(member__in=keys)
            having_all = having_all.filter(
                _in_organisation(word) | Q(pk__in=people.values("member_id"))
            )
    oldest = having_all.order_by("submitted_at", "pk").values_list("pk", flat=True)
    return list(oldest[: MAX_RESULTS + 1])


def _rarest(words: list[str]) -> tuple[str | None, set[int]]:
    """Return a word that few files have, and their keys; None where each word is in many.

    One word in one table is what an index answers, while all of them at once are not; the rest
    is looked for among these few.
    """
    for word in words:
        files = Member.objects.filter(_in_organisation(word)).values_list("pk", flat=True)
        keys = set(files[: MAX_RESULTS + 1])
        if len(keys) <= MAX_RESULTS:
            people = _people_with(word).values_list("member_id", flat=True)
            keys.update(people[: MAX_RESULTS + 1])
        if len(keys) <= MAX_RESULTS:
            return word, keys
    return None, set()


def _similar_keys(members: QuerySet[Member], words: list[str]) -> list[int]:
    """Return the keys of the files that have something like each word, those with fewest slips.

    Nothing is like a word of one or two letters, so that those do not count. What stands in
    quotes is meant to the letter.
    """
    parts = {part for word in words for part in _parts_of(word) if len(part) > MAX_SHORT_WORD}
    is_quoted = any(" " in word for word in words)
    if not parts or is_quoted or connection.vendor != "postgresql":
        return []
    within = members.filter(pk__in=_like_the_rarest(sorted(parts, key=len, reverse=True)))
    there: dict[int, set[str]] = defaultdict(set)
    for key, *texts in within.values_list("pk", *ORGANISATION_FIELDS):
        there[key].update(*map(_parts_of, texts))
    people = FocalPoint.objects.filter(member__in=list(there))
    for key, *texts in people.values_list("member_id", *PERSON_SEARCH_FIELDS):
        there[key].update(*map(_parts_of, texts))
    slips = {key: _slips(parts, present) for key, present in there.items()}
    likest = sorted((number, key) for key, number in slips.items() if number is not None)
    return [key for _number, key in likest[:MAX_SIMILAR]]


def _like_the_rarest(parts: list[str]) -> set[int]:
    """Return the keys of the files in which an index finds something like one of some words.

    Of the first that few files have anything like; if there is none, some that are like the last.
    """
    keys: set[int] = set()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # For this transaction alone; what an index is asked cannot say it.
            setting = "SELECT set_config('pg_trgm.word_similarity_threshold', %s, TRUE)"
            cursor.execute(setting, [str(SIMILARITY_THRESHOLD)])
        for part in parts[:MAX_WORDS_TRIED]:
            files = Member.objects.filter(_is_like(part, ORGANISATION_FIELDS))
            people = FocalPoint.objects.filter(_is_like(part, PERSON_SEARCH_FIELDS))
            keys = {*files.values_list("pk", flat=True)[: MAX_RESULTS + 1]}
            keys.update(people.values_list("member_id", flat=True)[: MAX_RESULTS + 1])
            if len(keys) <= MAX_RESULTS:
                break
    return keys


def _is_like(part: str, columns: tuple[str, ...]) -> Q:
    asked = Unaccented(Value(part))
    return reduce(or_, (Q(TrigramWordSimilar(Unaccented(F(column)), asked)) for column in columns))


def _parts_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", ACCENTS.sub("", unicodedata.normalize("NFD", text.upper()))))


def _slips(parts: set[str], present: set[str]) -> int | None:
    """Return with how many slips of the finger each part is there, None where one has too many."""
    number = 0
    for part in parts:
        allowed = sum(len(part) >= length for length in TYPO_MIN_LENGTHS)
        fewest = min(
            (OSA.distance(part, one, score_cutoff=allowed) for one in present), default=allowed + 1
        )
        if fewest > allowed:
            return None
        number += fewest
    return number


def _in_organisation(word: str) -> Q:
    return reduce(or_, (_contains(column, word) for column in ORGANISATION_FIELDS))


def _people_with(word: str) -> QuerySet[FocalPoint]:
    return FocalPoint.objects.filter(
        reduce(or_, (_contains(column, word) for column in PERSON_SEARCH_FIELDS))
    )


def _contains(column: str, word: str) -> Q:
    """Ask for a word in a column, in any case, as an index answers."""
    if len(word) <= MAX_SHORT_WORD and connection.vendor == "postgresql":
        return Q(Contains(TripledLetters(F(column)), TripledLetters(Value(word))))
    contains = Q(**{f"{column}__icontains": word})
    if connection.vendor == "sqlite" and not word.isascii() and word.upper() != word.lower():
        # Its LIKE takes capitals for small letters in English alone. Python is asked, which takes
        # much longer, for what has the word's longest piece of English letters, if it has one.
        in_english = max(ENGLISH.findall(word), key=len, default="")
        asks_python = Q(**{f"{column}__iregex": re.escape(word)})
        return (
            Q(**{f"{column}__icontains": in_english}) & asks_python if in_english else asks_python
        )
    return contains
