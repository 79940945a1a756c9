"""Reads numbers as people type them, and writes them as the form shows them again.

A reader types 1.234,56 or 1 234,56 or ١٬٢٣٤٫٥٦. The language of the page decides what a point or a
comma means, where the number alone does not.
"""

import re
import unicodedata
from decimal import Decimal
from functools import cache
from typing import Final

from babel import numbers
from babel.core import get_global
from django.utils.translation import gettext as _
from django.utils.translation import to_locale

# Digits before the point. The columns have room for 15; SQLite rounds such a number to 16.
MAX_WHOLE_DIGITS: Final = 14
MAX_DECIMALS: Final = 3
# Spaces and apostrophes only ever separate groups; so does the Arabic thousands separator.
GROUPING: Final = re.compile("[\\s\u066c'’]+")
ARABIC_POINT: Final = "\u066b"
# A number with one separator, which may be that of the thousands.
ONE_GROUP: Final = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)


class NotANumber(ValueError):
    """The text is no number that the form accepts. The text of the exception says what to do."""


def decimal_point(language: str) -> str:
    """Return the sign before the decimals in a language: a point or a comma."""
    return str(numbers.get_decimal_symbol(to_locale(language)))


def parse_number(typed: str, language: str, *, has_three_decimals: bool = False) -> Decimal:
    """Return the number in a text. Raises NotANumber.

    With both a point and a comma, the last one is before the decimals. One that repeats separates
    groups. One that occurs once is before the decimals, unless exactly three digits follow, and it
    separates groups in the language of the page. If it does not, the number could be meant either
    way: it is refused, except where three decimals are expected.
    """
    text = western(GROUPING.sub("", typed.strip()))
    if ARABIC_POINT in text:
        text = re.sub("[.,]", "", text).replace(ARABIC_POINT, ".")
    if not text:
        raise NotANumber(_("Enter a number, like %(example)s.") % _example(language))
    if text.startswith(("-", "\N{MINUS SIGN}")):
        raise NotANumber(_("Enter a number that is not below zero."))
    if not re.fullmatch(r"[\d.,]*\d[\d.,]*", text, re.ASCII):
        raise NotANumber(
            _("Enter only the number in figures, like %(example)s.") % _example(language)
        )
    if not has_three_decimals:
        _refuse_ambiguous(text, language)
    whole, decimals = _split(text, language)
    if len(whole) > MAX_WHOLE_DIGITS:
        raise NotANumber(_("Enter a number of 14 digits or fewer."))
    decimals = decimals.rstrip("0")
    if len(decimals) > MAX_DECIMALS:
        raise NotANumber(_("Enter a number with three decimals or fewer."))
    return Decimal(f"{whole or '0'}.{decimals}" if decimals else whole or "0")


def western(text: str) -> str:
    """Return a text with ASCII digits, points and commas."""
    text = unicodedata.normalize("NFKC", text).replace("،", ",")
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text)


def _split(text: str, language: str) -> tuple[str, str]:
    """Return the digits before and after the decimal point."""
    point = _point_in(text, language)
    group = "," if point == "." else "."
    whole, _point, decimals = text.partition(point) if point else (text, "", "")
    is_grouped = re.fullmatch(rf"\d{{1,3}}(\{group}\d{{2,3}})*(\{group}\d{{3}})|\d*", whole)
    if not is_grouped or not re.fullmatch(r"\d*", decimals):
        raise NotANumber(_("Enter a number, like %(example)s.") % _example(language))
    return whole.replace(group, "").lstrip("0"), decimals


def _point_in(text: str, language: str) -> str:
    """Return the sign before the decimals of a number, empty if it has none."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return ""
    sign = text[last]
    other = "," if sign == "." else "."
    if text.count(sign) > 1:
        # It separates groups, so the other one could only come before the decimals after it.
        return other
    if other in text:
        return sign
    return other if ONE_GROUP.fullmatch(text) and sign != decimal_point(language) else sign


def _refuse_ambiguous(text: str, language: str) -> None:
    """Raise NotANumber for 1.234 where the point is before the decimals: it may mean 1,234."""
    if ONE_GROUP.fullmatch(text) and decimal_point(language) in text:
        raise NotANumber(
            _(
                "“%(typed)s” can be read in two ways. For thousands, write %(thousands)s. For "
                "decimals, write one or two, like %(decimals)s."
            )
            % {
                "typed": text,
                "thousands": re.sub("[.,]", "", text),
                "decimals": text[:-1],
            }
        )


def _example(language: str) -> dict[str, str]:
    return {"example": in_language(Decimal("12345.5"), language)}


def in_language(number: Decimal, language: str) -> str:
    """Return a number as a reader of a language types it, with its decimals (CLDR)."""
    decimals = decimals_of(number)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(numbers.format_decimal(number, pattern, to_locale(language)))


def as_typed(number: Decimal, language: str) -> str:
    """Return a number for an input, so that `parse_number()` reads the same number from it."""
    text = in_language(number, language)
    return f"{text}0" if ONE_GROUP.fullmatch(text) and decimal_point(language) in text else text


@cache
def currencies() -> frozenset[str]:
    """Return the codes of the currencies that are legal tender somewhere today (CLDR)."""
    territories = get_global("territory_currencies")
    return frozenset(
        code for territory in territories for code in numbers.get_territory_currencies(territory)
    )


def currency_of(country: str) -> str:
    """Return the code of a country's own currency, empty if CLDR knows none."""
    codes = numbers.get_territory_currencies(country)
    return str(codes[0]) if codes else ""


def currency_name(code: str, language: str) -> str:
    """Return the name of a currency in a language."""
    return str(numbers.get_currency_name(code, locale=to_locale(language)))


def currency_decimals(code: str) -> int:
    """Return how many decimals amounts of a currency have: 2, or 3 for dinars, or none."""
    return int(numbers.get_currency_precision(code))


def decimals_of(number: Decimal) -> int:
    """Return how many decimals a number has, without zeros at the end."""
    return max(-int(number.normalize().as_tuple().exponent), 0)
