"""Numbers as the reader's language writes them, and whole numbers that a request names."""

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from math import ceil
from typing import Any, Final, NamedTuple

from babel import Locale
from django.utils.formats import number_format
from django.utils.translation import pgettext

from core.languages import reader_locale

# From here on, a number in brief has a word for millions.
BRIEF: Final = 1_000_000
LARGER_THAN_ANY_NUMBER: Final = 10**30
TENTH: Final = Decimal("0.1")
NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"


def number_in_words(number: int | Decimal) -> str:
    """Return a number with the separators of the active language.

    It has all its decimals, without zeros at their end.
    """
    exponent = int(Decimal(number).normalize().as_tuple().exponent)
    return number_format(number, max(-exponent, 0), force_grouping=True)


class CompactNumber(NamedTuple):
    """A number in tenths of a million or more, with the word of CLDR for its unit."""

    rounded: Decimal
    unit: int
    word: str
    # Between number and word.
    space: str


def compact_number(number: Decimal, *, style: str = "short") -> CompactNumber:
    """Return a number from BRIEF upwards in the units of the reader's language.

    `style` is "short", as in "m", or "long", as in "million".
    """
    locale = reader_locale()
    rounded, unit, words = next(
        (rounded, unit, words)
        for unit, following, words in units_of(locale, style)
        # 999.96 million is 1.0 billion, not 1,000.0 million.
        if (rounded := (number / unit).quantize(TENTH, rounding=ROUND_HALF_EVEN)) * unit < following
    )
    # "1 million" is singular, "1.0 million" is not.
    counted = rounded if rounded % 1 else int(rounded)
    word = words.get(Locale.parse(locale).plural_form(counted), words["other"])
    return CompactNumber(rounded, unit, word, "" if locale.startswith("zh") else NO_BREAK_SPACE)


def number_in_brief(number: Decimal) -> str:
    """Return a number that is rounded to a tenth of a million from there on, like "4.1 million"."""
    if number < BRIEF:
        return number_in_words(number)
    compact = compact_number(number, style="long")
    return f"{number_in_words(compact.rounded)}{compact.space}{compact.word}"


def number_before_noun(number: Decimal) -> tuple[str, int]:
    """Return a number in brief before what it counts, and the number that decides the plural."""
    words = number_in_brief(number)
    if number < BRIEF:
        return words, ceil(number)
    # Translators: a number in millions or more, before the noun that it counts, as in "4.1 million
    # people". Some languages need a preposition between both, as in "4,1 millions de personnes".
    words = pgettext("in millions, before a noun", "%(number)s") % {"number": words}
    compact = compact_number(number)
    return words, ceil(compact.rounded) * compact.unit


@cache
def units_of(locale: str, style: str) -> list[tuple[int, int, dict[str, str]]]:
    """Return the units of a language from thousands upwards, with the next one and the words.

    The words are by plural form.
    """
    formats = Locale.parse(locale).compact_decimal_formats[style]
    units: dict[int, dict[str, str]] = {}
    for magnitude, pattern in formats["other"].items():
        digits = pattern.pattern.count("0")
        if _word(pattern) and int(magnitude) >= 10_000:
            units[int(magnitude) // 10 ** (digits - 1)] = {
                form: _word(patterns.get(magnitude, pattern)) for form, patterns in formats.items()
            }
    ordered = sorted(units)
    following = [*ordered[1:], LARGER_THAN_ANY_NUMBER]
    return [
        (unit, next_one, units[unit]) for unit, next_one in zip(ordered, following, strict=True)
    ]


def _word(pattern: Any) -> str:
    word: str = (pattern.prefix[0] + pattern.suffix[0]).strip(f" {NO_BREAK_SPACE}\u202f'")
    return word.replace("'", "")


# One digit less than the largest primary key: no number that is read is too large for a column.
MAX_DIGITS: Final = 18


def whole_number(text: str | None) -> int | None:
    """Return the whole number that a request names, from 0 to 10**18 - 1; None for other texts.

    `int()` alone accepts signs, spaces and the digits of other scripts.
    """
    if text and text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:
        return int(text)
    return None


class GroupedNumber(int):
    """A whole number that `%s` shows with thousands separators.

    A translated text with a plural needs both: the number, and how it is written.
    """

    def __str__(self) -> str:
        return number_in_words(int(self))
