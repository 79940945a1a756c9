"""The search of the queue: the files whose organisation or people have every word in them."""

from django.db import connection
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import Contains
from django.utils.text import smart_split, unescape_string_literal

from members.models import FocalPoint, Member

# So many files are found at most, the oldest of them: nobody reads on, but adds a word.
FOUND_AT_MOST = 1000
# PostgreSQL's indexes are made of three letters at a time, and know no shorter word.
SHORT = 2


class Thrice(Func):
    """A text in capitals with each letter three times, so that any word in it has trigrams.

    A word is in a text where it is in it thrice.
    """

    template = r"REGEXP_REPLACE(UPPER(%(expressions)s), '(.)', '\1\1\1', 'g')"
    output_field = TextField()


def words_of(typed: str) -> list[str]:
    """Return the words to look for, the longest first; those in quotes are one."""
    words = {
        unescape_string_literal(word) if word[0] == word[-1] and word[0] in "\"'" else word
        for word in smart_split(typed)
    }
    return sorted(words, key=lambda word: (-len(word), word))


def find(members: QuerySet[Member], typed: str) -> tuple[QuerySet[Member], bool]:
    """Return the files that have each word in a name, a reference or an address, in any case.

    Of more than can be found at once, the oldest. Also returns whether there are more.
    """
    words = words_of(typed)
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
    found = list(oldest[: FOUND_AT_MOST + 1])
    return members.filter(pk__in=found[:FOUND_AT_MOST]), len(found) > FOUND_AT_MOST


def _rarest(words: list[str]) -> tuple[str | None, set[int]]:
    """Return a word that few files have, and their keys; None where each word is in many.

    One word in one table is what an index answers, while all of them at once are not; the rest
    is looked for among these few.
    """
    for word in words:
        files = Member.objects.filter(_in_organisation(word)).values_list("pk", flat=True)
        keys = set(files[: FOUND_AT_MOST + 1])
        if len(keys) <= FOUND_AT_MOST:
            people = _people_with(word).values_list("member_id", flat=True)
            keys.update(people[: FOUND_AT_MOST + 1])
        if len(keys) <= FOUND_AT_MOST:
            return word, keys
    return None, set()


def _in_organisation(word: str) -> Q:
    return (
        _contains("organisation_name", word)
        | _contains("acronym", word)
        | _contains("reference", word)
    )


def _people_with(word: str) -> QuerySet[FocalPoint]:
    return FocalPoint.objects.filter(
        _contains("given_name", word) | _contains("family_name", word) | _contains("email", word)
    )


def _contains(column: str, word: str) -> Q:
    """Ask for a word in a column, in any case, as an index answers."""
    if len(word) <= SHORT and connection.vendor == "postgresql":
        return Q(Contains(Thrice(F(column)), Thrice(Value(word))))
    return Q(**{f"{column}__icontains": word})
