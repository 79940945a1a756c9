"""The search for members: those that have every word, each in any of their facts.

Staff search names, people, addresses, telephone numbers, references, websites, countries, assignees
and notes. The public list searches names and acronyms only. The best matches come first (`rank`).

If no member has the words, PostgreSQL finds members with similar ones. SQLite does not support
this. Everything else finds the same on both databases.

The text in which staff search is folded and stored, one row a member: names, reference, website,
focal points and internal notes. Countries and assignees are not part of it, because their names
change without the member, nor are telephone numbers, which are found by their digits. Every service
that changes one of these facts calls `write_search_entry()`.

Its last line has the pairs of letters of Chinese, Japanese and Korean texts, in which one or two
letters are a word: `XX北京XX京大XX大学XX学XX`. PostgreSQL's index finds three letters or more.
Folded texts have no capitals, so that nothing else has an X.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.db import connection, transaction
from django.db.models import Case, CharField, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from accounts.models import User
from core.folding import fold
from members.models import (
    FocalPoint,
    Member,
    MemberQuerySet,
    SearchEntry,
    TimelineEntry,
    TimelineKind,
)
from members.services.countries import codes_by_word, codes_named, words_of_country

Key = TypeVar("Key", int, str)

# The maximum number of results; the oldest are shown. With more results, people add a word.
MAX_RESULTS = 1000
# The maximum number of words, of which the longest are used, and the maximum length of a word,
# in case a text was pasted by mistake. No name or address is longer.
MAX_WORDS = 10
MAX_QUERY_LENGTH = 254
# The maximum number of similar results, those with the fewest typing errors.
MAX_SIMILAR = 50
# The minimum trigram similarity for a candidate: "minsitry" and "ministry" share about a third.
SIMILARITY_THRESHOLD = 0.35
# The maximum number of words that are tried to find a rare one.
MAX_WORDS_TRIED = 3
# The minimum lengths of a word for one and for two typing errors. A typing error is a letter that
# is wrong, missing or added, or two letters that are swapped.
TYPO_MIN_LENGTHS = (4, 7)
# Nothing is similar to shorter words.
MIN_SIMILAR_LENGTH = 3
# Shorter words are in too many names of staff.
MIN_NAME_LENGTH = 3
WORD = re.compile(r'"([^"]+)"|(\S+)')
# A reference without its hyphen.
REFERENCE = re.compile(r"p2c([0-9a-z]{6})")
WHOLE_REFERENCE: Final = re.compile(r"(?:p2c[- ]?)?([0-9a-z]{6})")
# A telephone number of at least six digits, with what people write between them.
PHONE: Final = re.compile(r"(?<!\S)[+(]{0,2}(?:\d[ ()./-]{0,3}){5,}\d(?!\S)")
# What people write before the number within a country: +41 (0)22, 0041 22 and 022.
PHONE_PREFIX: Final = re.compile(r"\(0\)|\D")
# Nobody types these parts of an address, or everybody does.
SCHEME: Final = re.compile(r"^https?://(www\.)?|^www\.")
# Chinese characters, Japanese sounds and Korean syllables.
LETTERS_OF_PAIRS: Final = re.compile(
    "[\u3005-\u3007\u3041-\u3096\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\U00020000-\U0003ffff]+"
)


@dataclass(frozen=True)
class SearchResult:
    """The results of a search, and a message about them."""

    members: QuerySet[Member]
    in_words: str = ""


def words_of(typed: str) -> list[str]:
    """Return the folded words to search for, the longest first. A quoted phrase is one word."""
    words = {
        without_scheme(phrase.strip() or word.strip('"'))
        for phrase, word in WORD.findall(fold(typed))
    }
    longest = sorted(words - {""}, key=lambda word: (-len(word), word))
    return [REFERENCE.sub(r"\1", word)[:MAX_QUERY_LENGTH] for word in longest[:MAX_WORDS]]


def find(members: QuerySet[Member], typed: str) -> SearchResult:
    """Return the members that have each word, without regard to case and accents.

    If there are more than MAX_RESULTS, return the oldest. If there is none, return similar ones.
    """
    words, phones = words_of(PHONE.sub(" ", fold(typed))), PHONE.findall(fold(typed))
    exact = _having(members, words, phones) if words or phones else []
    found = SearchResult(members.filter(pk__in=exact[:MAX_RESULTS]))
    if len(exact) > MAX_RESULTS:
        best = members.filter(_is_named(typed)).values_list("pk", flat=True)[:MAX_RESULTS]
        keys = list(dict.fromkeys([*best, *exact]))[:MAX_RESULTS]
        found = SearchResult(members.filter(pk__in=keys))
        sentence = _(
            "More than %(number)d organisations match. The oldest are shown. Add a word to narrow "
            "the search."
        )
        return replace(found, in_words=sentence % {"number": MAX_RESULTS})
    similar = [] if exact or phones else _similar_keys(members, words)
    if similar:
        sentence = _("No exact matches. Similar organisations are shown.")
        return SearchResult(members.filter(pk__in=similar), sentence)
    return found


def rank(typed: str) -> Case:
    """Return how well a member matches a search, the best first.

    It is 0 for the very reference or acronym, 1 for the beginning of the name, 2 for a name with
    every word, and 3 for a member that has the words elsewhere.
    """
    in_name = Q()
    for word in words_of(typed):
        in_name &= Q(search_text__contains=word)
    begins = Q(search_text__startswith=fold(typed)) if fold(typed) else Q(pk__in=[])
    return Case(
        When(_is_named(typed), then=0),
        When(begins, then=1),
        When(in_name, then=2) if in_name else When(pk__in=[], then=2),
        default=3,
        output_field=IntegerField(),
    )


def _is_named(typed: str) -> Q:
    """Return the condition that what was typed is the reference, the acronym or the whole name."""
    text = fold(typed)
    found = WHOLE_REFERENCE.fullmatch(text)
    named = Q(search_text__endswith=f"\n{text}") | Q(search_text__startswith=f"{text}\n")
    return (named if text else Q(pk__in=[])) | (
        Q(reference=f"P2C-{found[1].upper()}") if found else Q(pk__in=[])
    )


def finds_typing_errors() -> bool:
    """Return whether the database can find similar words."""
    return connection.vendor == "postgresql"


def with_words_in_name(members: MemberQuerySet, typed: str) -> MemberQuerySet:
    """Return the members with each word in the name or acronym, without regard to accents."""
    for word in words_of(typed):
        members = members.filter(search_text__contains=word)
    return members


def _having(members: QuerySet[Member], words: list[str], phones: Iterable[str]) -> list[int]:
    """Return the keys of the oldest members with all the words, at most MAX_RESULTS + 1.

    A telephone number is that of a focal point, or a part of it, or its words are in a text.
    """
    for phone in phones:
        digits = PHONE_PREFIX.sub("", phone).lstrip("0") or phone
        people = FocalPoint.objects.alias(digits=Cast("phone", CharField()))
        called = people.filter(digits__contains=digits).values("member")
        members = members.filter(pk__in=_entries_with(phone.split()).union(called))
    staff = {key: fold(name) for key, name in names_of_staff().items()}
    plain = []
    for word in words:
        countries = codes_named(word)
        is_long = len(word) >= MIN_NAME_LENGTH or not word.isascii()
        assignees = [key for key, name in staff.items() if is_long and word in name]
        if countries or assignees:
            # A union, because no index could answer a condition with OR.
            in_any = _entries_with([word]).union(
                Member.objects.filter(country__in=countries).values("pk"),
                Member.objects.filter(assignee__in=assignees).values("pk"),
            )
            members = members.filter(pk__in=in_any)
        else:
            plain.append(word)
    if plain:
        members = members.filter(pk__in=_entries_with(plain))
    oldest = members.order_by("submitted_at", "pk").values_list("pk", flat=True)
    return list(oldest[: MAX_RESULTS + 1])


def _entries_with(words: list[str]) -> QuerySet[SearchEntry, Any]:
    """Return the keys of the members whose entries have all the words."""
    entries = SearchEntry.objects.all()
    for word in words:
        entries = entries.filter(text__contains=stored_form(word))
    return entries.values("pk")


def names_of_staff() -> dict[int, str]:
    """Return the names of staff, to whom members may be assigned, by their keys."""
    return dict(User.objects.filter(is_staff=True).order_by("name", "pk").values_list("pk", "name"))


def _similar_keys(members: QuerySet[Member], words: list[str]) -> list[int]:
    """Return the keys of the members with similar words, those with the fewest typing errors.

    Those that are in no member are misspelled; if each is in some member, any may be. Words of one
    or two letters are ignored, because nothing is similar to them. Quoted phrases are only searched
    for exactly.
    """
    is_quoted = any(" " in word for word in words)
    if is_quoted or not finds_typing_errors():
        return []
    # The names of countries are not in the entries.
    misspelled = [
        word for word in words if not codes_named(word) and not _entries_with([word]).exists()
    ]
    parts = _parts_in(words)
    tried = _parts_in(misspelled) or parts
    keys = _like_the_rarest(sorted(tried, key=lambda part: (-len(part), part)))
    there: dict[int, set[str]] = defaultdict(set)
    rows = members.filter(pk__in=keys).values_list("pk", "country", "assignee__name")
    for key, country, assignee in rows:
        there[key] |= words_of_country(country) | _parts_of(fold(assignee or ""))
    for key, text in SearchEntry.objects.filter(pk__in=list(there)).values_list("pk", "text"):
        there[key] |= _parts_of(words_in(text))
    slips = {key: _slips(parts, present) for key, present in there.items()}
    likest = sorted((number, key) for key, number in slips.items() if number is not None)
    return [key for _number, key in likest[:MAX_SIMILAR]]


def _like_the_rarest(parts: list[str]) -> set[int]:
    """Return the keys of the members that have a word similar to one of `parts`.

    It is the first word with few results. If there is none, some results of the last one tried.
    """
    keys: set[int] = set()
    staff = names_of_staff() if parts else {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Set for this transaction only, because the operator has no argument for it.
            setting = "SELECT set_config('pg_trgm.word_similarity_threshold', %s, TRUE)"
            cursor.execute(setting, [str(SIMILARITY_THRESHOLD)])
        for part in parts[:MAX_WORDS_TRIED]:
            keys = {*_similar_to(part, staff).values_list("pk", flat=True)[: MAX_RESULTS + 1]}
            if len(keys) <= MAX_RESULTS:
                break
    return keys


def _similar_to(part: str, staff: Mapping[int, str]) -> QuerySet[Any, Any]:
    """Return the keys of the members with a word similar to `part`, each condition by an index.

    `staff` has the names of staff by their keys. Trigrams that are similar enough may belong to a
    word with too many typing errors.
    """
    assignees = defaultdict(set)
    for key, name in staff.items():
        for word in _parts_of(fold(name)):
            assignees[word].add(key)
    entries = SearchEntry.objects.filter(TrigramWordSimilar(F("text"), Value(part)))
    of_countries = Member.objects.filter(country__in=codes_like(part))
    assigned = Member.objects.filter(assignee__in=_of_similar_words(part, assignees))
    first, *others = (
        each.values("pk")[: MAX_RESULTS + 1] for each in (entries, of_countries, assigned)
    )
    return first.union(*others)


def codes_like(word: str) -> set[str]:
    """Return the codes of the countries with a word in their names that is similar to a word."""
    return _of_similar_words(word, codes_by_word())


def is_like(word: str, other: str) -> bool:
    """Return whether a word is another one with as many typing errors as its length allows."""
    return OSA.distance(word, other) <= _allowed_slips(word)


def _of_similar_words(part: str, known: Mapping[str, Collection[Key]]) -> set[Key]:
    """Return what the words that are similar to a part stand for. `known` has it by word."""
    similar = process.extract_iter(
        part, known.keys(), scorer=OSA.distance, score_cutoff=_allowed_slips(part)
    )
    return {key for word, _slips, _index in similar for key in known[word]}


def _parts_in(words: list[str]) -> set[str]:
    """Return the parts of words that something can be similar to."""
    return {part for word in words for part in _parts_of(word) if len(part) >= MIN_SIMILAR_LENGTH}


def _parts_of(folded: str) -> set[str]:
    return set(re.findall(r"\w+", folded))


def _slips(parts: set[str], present: set[str]) -> int | None:
    """Return the total number of typing errors; None if a part has too many."""
    number = 0
    for part in parts:
        allowed = _allowed_slips(part)
        fewest = min(
            (OSA.distance(part, one, score_cutoff=allowed) for one in present), default=allowed + 1
        )
        if fewest > allowed:
            return None
        number += fewest
    return number


def _allowed_slips(part: str) -> int:
    """Return how many typing errors a word of this length may have."""
    return sum(len(part) >= length for length in TYPO_MIN_LENGTHS)


def without_scheme(address: str) -> str:
    """Return a web address without `https://`, `www.` and the slash at its end."""
    return SCHEME.sub("", address.casefold()).rstrip("/")


def searched_text(member: Member, people: Iterable[FocalPoint], notes: Iterable[str]) -> str:
    """Return the text that a member is found by, a line for each fact."""
    facts = [
        member.organisation_name,
        member.acronym,
        member.reference,
        without_scheme(member.website),
    ]
    for person in people:
        facts += [person.full_name, person.email]
    text = "\n".join(filter(None, map(fold, [*facts, *notes])))
    return "\n".join(filter(None, [text, _pairs_of(text)]))


def stored_form(word: str) -> str:
    """Return how the text of each member that has a folded word contains it.

    An index can find it, unless it has one or two letters of an alphabet.
    """
    if len(word) > 2 or not LETTERS_OF_PAIRS.fullmatch(word):
        return word
    return f"X{word}X" if len(word) == 2 else f"XX{word}"


def words_in(text: str) -> str:
    """Return the text of an entry without its pairs of letters."""
    return text.partition("\nXX")[0]


def _pairs_of(text: str) -> str:
    """Return the pairs of letters in a folded text; empty if it has none."""
    pairs = dict.fromkeys(
        run[place : place + 2]
        for run in LETTERS_OF_PAIRS.findall(text)
        for place in range(len(run))
    )
    return f"XX{'XX'.join(pairs)}XX" if pairs else ""


def write_search_entry(member: Member) -> None:
    """Write the search entry of a member that the transaction has locked."""
    write_search_entries([member])


def write_search_entries(members: Iterable[Member]) -> None:
    """Write the search entries of some members from the stored focal points and notes."""
    members = list(members)
    people, notes = defaultdict(list), defaultdict(list)
    for person in FocalPoint.objects.filter(member__in=members).order_by("is_alternate"):
        people[person.member_id].append(person)
    written = TimelineEntry.objects.filter(member__in=members, kind=TimelineKind.NOTE_ADDED)
    for key, note in written.order_by("pk").values_list("member_id", "note"):
        notes[key].append(note)
    _store(
        SearchEntry(member=member, text=searched_text(member, people[member.pk], notes[member.pk]))
        for member in members
    )


def write_first_search_entry(member: Member, people: Iterable[FocalPoint]) -> None:
    """Write the search entry of a member that was just created, which has no notes yet."""
    _store([SearchEntry(member=member, text=searched_text(member, people, []))])


def _store(entries: Iterable[SearchEntry]) -> None:
    SearchEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["member"], update_fields=["text"]
    )
