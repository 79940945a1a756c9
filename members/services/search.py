"""The search for members: those whose organisation or focal points contain every word.

The queue and the public list have a search each; the public one reads no focal point.

If there is none, PostgreSQL finds members with similar words: with a typing error or without
accents. SQLite does not support this.
"""

import re
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

from members.models import FocalPoint, Member, MemberQuerySet
from members.services.names import unaccented

# The maximum number of results; the oldest are shown. With more results, people add a word.
MAX_RESULTS = 1000
# The maximum number of words, of which the longest are used, and the maximum length of a word,
# in case a text was pasted by mistake. No searched column is longer.
MAX_WORDS = 10
MAX_QUERY_LENGTH = 254
ORGANISATION_FIELDS = ("organisation_name", "acronym", "reference")
PERSON_SEARCH_FIELDS = ("given_name", "family_name", "email")
# The maximum number of similar results, those with the fewest typing errors.
MAX_SIMILAR = 50
# The minimum trigram similarity for a candidate: "minsitry" and "ministry" share about a third.
SIMILARITY_THRESHOLD = 0.35
# The maximum number of words that are tried to find a rare one.
MAX_WORDS_TRIED = 3
# The minimum lengths of a word for one and for two typing errors. A typing error is a letter that
# is wrong, missing or added, or two letters that are swapped.
TYPO_MIN_LENGTHS = (4, 7)
ENGLISH = re.compile("[ -~]+")
# PostgreSQL's trigram indexes cannot find words of fewer than three letters.
MAX_SHORT_WORD = 2


class TripledLetters(Func):
    """A text in upper case with each letter three times, so that short words have trigrams too.

    A text contains a word if the tripled text contains the tripled word.
    """

    template = r"REGEXP_REPLACE(UPPER(%(expressions)s), '(.)', '\1\1\1', 'g')"
    output_field = TextField()


class Unaccented(Func):
    """A text in upper case without accents, for the search of similar words."""

    template = r"REGEXP_REPLACE(NORMALIZE(UPPER(%(expressions)s), NFD), '[\u0300-\u036F]', '', 'g')"
    output_field = TextField()


@dataclass(frozen=True)
class SearchResult:
    """The results of a search, and a message about them."""

    members: QuerySet[Member]
    in_words: str = ""


def words_of(typed: str) -> list[str]:
    """Return the words to search for, the longest first. A quoted phrase is one word."""
    words = {
        unescape_string_literal(word) if word[0] == word[-1] and word[0] in "\"'" else word
        for word in smart_split(typed)
    }
    longest = sorted(words, key=lambda word: (-len(word), word))
    return [word[:MAX_QUERY_LENGTH] for word in longest[:MAX_WORDS]]


def find(members: QuerySet[Member], typed: str) -> SearchResult:
    """Return the members with each word in a name, the reference or an address (case-insensitive).

    If there are more than MAX_RESULTS, return the oldest. If there is none, return similar ones.
    """
    words = words_of(typed)
    exact = _having(members, words)
    found = SearchResult(members.filter(pk__in=exact[:MAX_RESULTS]))
    if len(exact) > MAX_RESULTS:
        sentence = _(
            "More than %(number)d members match. The oldest are shown. Add a word to narrow the "
            "search."
        )
        return replace(found, in_words=sentence % {"number": MAX_RESULTS})
    similar = [] if exact else _similar_keys(members, words)
    if similar:
        sentence = _("No exact matches. Similar members are shown.")
        return SearchResult(members.filter(pk__in=similar), sentence)
    return found


def with_words_in_name(members: MemberQuerySet, typed: str) -> MemberQuerySet:
    """Return the members with each word in the name or acronym, without regard to accents."""
    for word in words_of(typed):
        members = members.filter(search_text__contains=unaccented(word))
    return members


def _having(members: QuerySet[Member], words: list[str]) -> list[int]:
    """Return the keys of the oldest members with all the words, at most MAX_RESULTS + 1."""
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
    """Return a word that few members have, and their keys; None if all words are frequent.

    An index can find one word in one table, but not all words at once. The other words are
    then searched for among these few members.
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
    """Return the keys of the members with similar words, those with the fewest typing errors.

    Words of one or two letters are ignored, because nothing is similar to them. Quoted phrases
    are only searched for exactly.
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
    """Return the keys of the members in which an index finds a word similar to one of `parts`.

    It is the first word with few results. If there is none, some results of the last one tried.
    """
    keys: set[int] = set()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Set for this transaction only, because the operator has no argument for it.
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
    return set(re.findall(r"\w+", unaccented(text)))


def _slips(parts: set[str], present: set[str]) -> int | None:
    """Return the total number of typing errors; None if a part has too many."""
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
    """Return a case-insensitive condition for a word in a column that an index can answer."""
    if len(word) <= MAX_SHORT_WORD and connection.vendor == "postgresql":
        return Q(Contains(TripledLetters(F(column)), TripledLetters(Value(word))))
    contains = Q(**{f"{column}__icontains": word})
    if connection.vendor == "sqlite" and not word.isascii() and word.upper() != word.lower():
        # SQLite's LIKE ignores case for ASCII letters only. The regular expression runs in Python
        # and is slow, so rows are first filtered by the word's longest ASCII part, if any.
        in_english = max(ENGLISH.findall(word), key=len, default="")
        asks_python = Q(**{f"{column}__iregex": re.escape(word)})
        return (
            Q(**{f"{column}__icontains": in_english}) & asks_python if in_english else asks_python
        )
    return contains
