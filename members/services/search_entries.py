"""The text in which staff search for each member, folded and stored in one row.

It has the names, the reference, the website, the focal points and the internal notes. Countries
and assignees are not part of it, because their names change without the member. Every service that
changes one of these facts calls `write_search_entry()`.

Its last line has the pairs of letters of Chinese, Japanese and Korean texts, in which one or two
letters are a word: `XX北京XX京大XX大学XX学XX`. PostgreSQL's index finds three letters or more.
Folded texts have no capitals, so that nothing else has an X.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from core.folding import fold
from members.models import FocalPoint, Member, SearchEntry, TimelineEntry, TimelineKind

# Nobody types these parts of an address, or everybody does.
SCHEME: Final = re.compile(r"^https?://(www\.)?|^www\.")

# Chinese characters, Japanese sounds and Korean syllables.
LETTERS_OF_PAIRS: Final = re.compile(
    "[\u3005-\u3007\u3041-\u3096\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\U00020000-\U0003ffff]+"
)


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
