"""Currencies, and amounts of money as the reader's language writes them (CLDR)."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Final

from babel import Locale
from babel.numbers import get_territory_currencies
from django.utils.formats import number_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from commitments.services.typed_numbers import currency_decimals, decimals_of
from core.languages import reader_locale
from core.numbers import number_in_words

US_DOLLAR: Final = "USD"
# An amount can be in any currency that a country has had since the coalition began.
SINCE: Final = date(2021, 9, 20)
UNTIL: Final = date.max
# From here on, an amount in brief has a word for millions.
BRIEF: Final = 1_000_000
LARGER_THAN_ANY_AMOUNT: Final = 10**30
TENTH: Final = Decimal("0.1")
MICRO: Final = Decimal("0.000001")
NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
RIGHT_TO_LEFT_ISOLATE: Final = "\N{RIGHT-TO-LEFT ISOLATE}"
POP_ISOLATE: Final = "\N{POP DIRECTIONAL ISOLATE}"


@cache
def currency_codes() -> frozenset[str]:
    """Return the codes (ISO 4217) of the currencies in which an amount can be stated."""
    return frozenset(
        code
        for territory in map(str, Locale.parse("en").territories)
        if len(territory) == 2 and territory.isalpha()
        for code in get_territory_currencies(territory, start_date=SINCE, end_date=UNTIL)
    )


def currency_name(code: str) -> str:
    """Return the name of a currency in the reader's language, or its code if it has none."""
    name: str = _locale().currencies.get(code, code)
    return name


def money_in_words(original: Decimal, code: str) -> str:
    """Return an amount in full, like "USD 31,000,000". It has decimals if it is not whole.

    Nothing is rounded: decimals that the currency does not have are shown.
    """
    decimals = 0
    if original != original.to_integral_value():
        decimals = max(currency_decimals(code), decimals_of(original))
    return _with_code(number_format(original, decimals, force_grouping=True), code)


def money_in_brief(original: Decimal, code: str) -> str:
    """Return an amount rounded to a tenth of a million, like "USD 31.0 m".

    Below a million it is a whole number. The words for millions and so on are those of CLDR.
    """
    whole = original.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    if whole < BRIEF:
        return _with_code(number_format(whole, 0, force_grouping=True), code)
    rounded, word = next(
        (rounded, word)
        for unit, following, word in _units(reader_locale())
        # 999.96 million is 1.0 billion, not 1,000.0 million.
        if (rounded := (original / unit).quantize(TENTH, rounding=ROUND_HALF_EVEN)) * unit
        < following
    )
    number = number_format(rounded, 1, force_grouping=True)
    space = "" if reader_locale().startswith("zh") else NO_BREAK_SPACE
    return _with_code(f"{number}{space}{word}", code)


def rate_in_words(rate: Decimal) -> str:
    """Return a rate with as many of its six decimals as it needs."""
    return number_in_words(rate.quantize(MICRO))


@cache
def _units(locale: str) -> list[tuple[int, int, str]]:
    """Return the units of a language from thousands upwards, with the next one and the word."""
    patterns = Locale.parse(locale).compact_decimal_formats["short"]["other"]
    units: dict[int, str] = {}
    for magnitude, pattern in patterns.items():
        digits = pattern.pattern.count("0")
        word = (pattern.prefix[0] + pattern.suffix[0]).strip(f" {NO_BREAK_SPACE}\u202f'")
        if word and int(magnitude) >= 10_000:
            unit = int(magnitude) // 10 ** (digits - 1)
            units[unit] = word.replace("'", "")
    ordered = sorted(units)
    following = [*ordered[1:], LARGER_THAN_ANY_AMOUNT]
    return [
        (unit, next_one, units[unit]) for unit, next_one in zip(ordered, following, strict=True)
    ]


def _with_code(number: str, code: str) -> str:
    # Translators: money in full or in brief. Keep the no-break space between both.
    amount = _("%(currency)s\N{NO-BREAK SPACE}%(number)s") % {"currency": code, "number": number}
    # An element or a line takes its direction from the first letter, which may be that of the code.
    return f"{RIGHT_TO_LEFT_ISOLATE}{amount}{POP_ISOLATE}" if get_language_bidi() else amount


def _locale() -> Locale:
    return Locale.parse(reader_locale())
