"""Find and replace the names, addresses and telephone numbers of erased people in free text.

Columns have text as typed, escaped for Markdown or HTML, as a posted form, as JSON, or folded for
searching. Each value is therefore looked for in each of these forms.
"""

import html
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final
from urllib.parse import quote, quote_plus

import phonenumbers

from core.addresses import deliverable_address
from core.folding import fold
from core.personal_data import ERASED_TEXT, DataSubject
from outbox.services.rendering import escape_inline

# Shorter values would match parts of other words.
MIN_LENGTH: Final = 3
PHONE_FORMATS: Final = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
)


@dataclass(frozen=True)
class Traces:
    """The values by which free text is searched, and the pattern that finds them in any form."""

    values: frozenset[str] = frozenset()

    @classmethod
    def of_people(cls, people: Iterable[DataSubject]) -> "Traces":
        """Return the traces of several people, also of the names that others have too."""
        return cls(frozenset(value for each in people for value in cls.of_person(each).values))

    @classmethod
    def of_distinct_names(cls, people: Iterable[DataSubject]) -> "Traces":
        """Return the traces of several people without the names that others have too."""
        return cls.of_people(replace(each, names=each.distinct_names) for each in people)

    @classmethod
    def of_person(cls, person: DataSubject) -> "Traces":
        """Return the traces of a person: addresses, full names in both orders, and numbers.

        A name of one word may be the name of many people and is left out.
        """
        addresses = {*person.addresses, *map(deliverable_address, person.addresses)}
        names = {form for name in person.names for form in _full_names(name)}
        numbers = {form for phone in person.phones for form in _formats(phone)}
        return cls(frozenset(filter(_is_distinct, addresses | names | numbers)))

    @classmethod
    def of_names(cls, names: Iterable[str]) -> "Traces":
        """Return the traces of an organisation: the names that it has or had."""
        return cls(frozenset(filter(_is_distinct, names)))

    @cached_property
    def forms(self) -> frozenset[str]:
        return frozenset(form for value in self.values for form in (value, *_encoded(value)))

    @cached_property
    def needles(self) -> frozenset[str]:
        """The texts of which a column with a value has at least one, in any case.

        A form that contains another one is left out: the shorter one finds the row.
        """
        # Only ASCII: SQLite does not fold the case of other letters.
        folded = {form.lower() if form.isascii() else form for form in self.forms}
        shortest_first = sorted(folded, key=len)
        kept: list[str] = []
        for form in shortest_first:
            if not any(other in form for other in kept):
                kept.append(form)
        return frozenset(kept)

    @cached_property
    def _pattern(self) -> "re.Pattern[str]":
        # The longest first, so that nothing of a longer form is left.
        forms = sorted(self.forms, key=len, reverse=True)
        return re.compile("|".join(map(_whole, forms)), re.IGNORECASE)

    def are_in(self, text: str) -> bool:
        """Return whether a text has one of the values, also as part of a longer word."""
        lower = text.lower()
        return any(needle.lower() in lower for needle in self.needles)

    def replaced(self, text: str) -> str:
        """Return a text without the values."""
        return self._pattern.sub(ERASED_TEXT, text) if self.values else text


def family_name_replaced(text: str, family_names: Iterable[str]) -> str:
    """Return a text without family names that stand alone, such as in “Ms Diallo”."""
    for name in family_names:
        if _is_distinct(name):
            text = re.sub(_whole(name), ERASED_TEXT, text)
    return text


def _full_names(name: str) -> set[str]:
    """Return a full name with the family name last, and first; none if it is a single word."""
    given, blank, family = name.rpartition(" ")
    if blank:
        return {name, f"{family} {given}", f"{family}, {given}"}
    # Chinese, Japanese and Korean full names have no blank.
    return set() if _has_case(name) else {name}


def _formats(phone: str) -> set[str]:
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return {phone}
    return {phone, *(phonenumbers.format_number(number, each) for each in PHONE_FORMATS)}


def _encoded(value: str) -> set[str]:
    """Return the other forms in which columns have a value."""
    as_json = json.dumps(value)[1:-1]
    return {
        unicodedata.normalize("NFD", value),
        fold(value),
        html.escape(value),
        escape_inline(value),
        as_json,
        # Text that is JSON inside JSON.
        json.dumps(as_json)[1:-1],
        quote_plus(value),
        quote(value),
        quote(value, safe="@"),
    } - {value}


def _has_case(text: str) -> bool:
    return text.lower() != text.upper()


def _is_part_of_words(character: str) -> bool:
    return _has_case(character) or character.isdigit()


def _is_distinct(value: str) -> bool:
    return len(value) >= MIN_LENGTH or (bool(value) and not value.isascii() and len(value) > 1)


def _whole(value: str) -> str:
    """Return the pattern of a value that is not part of a longer word.

    In a posted form and in JSON, the end of an escape may stand before it.
    """
    # Scripts without upper and lower case may have no blanks between words.
    before = (
        r"(?:(?<![\w.\-])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))"
        if _is_part_of_words(value[:1])
        else ""
    )
    after = r"(?![\w\-])" if _is_part_of_words(value[-1:]) else ""
    return f"{before}{re.escape(value)}{after}"
