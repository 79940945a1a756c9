"""Currencies, and amounts of money as the reader's language writes them (CLDR)."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Final, NamedTuple

from babel import Locale
from babel.numbers import get_territory_currencies
from django.utils.formats import number_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from commitments.services.typed_numbers import currency_decimals, decimals_of
from core.languages import reader_locale
from core.numbers import BRIEF, NO_BREAK_SPACE, number_in_words, units_of

US_DOLLAR: Final = "USD"
# An amount can be in any currency that a country has had since the coalition began.
SINCE: Final = date(2021, 9, 20)
UNTIL: Final = date.max
# From here on, a unit is shown with two decimals.
BILLION: Final = 1_000_000_000
MICRO: Final = Decimal("0.000001")
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
    """Return an amount in brief, like "USD 31.0 m" or "USD 1.35 bn".

    Below a million it is a whole number. It has a decimal from then on, and two from a billion on.
    The words for millions and so on are those of CLDR.
    """
    return sums_in_brief([original], code)[0]


def sums_in_brief(parts: Sequence[Decimal], code: str) -> list[str]:
    """Return the parts of a sum in brief, and the sum at the end if there are several.

    All have the same unit, in which no part is less than a tenth. What is shown adds up: parts are
    rounded down, and those that lose most by that are rounded up, as far as the sum needs it.
    """
    total = sum(parts, Decimal(0))
    unit = _unit_of(total, smallest=min(filter(None, parts), default=total))
    steps = [int(part // unit.step) for part in parts]
    rounded = int((total / unit.step).to_integral_value(ROUND_HALF_EVEN))
    by_loss = sorted(range(len(parts)), key=lambda each: -(parts[each] % unit.step))
    for each in by_loss[: rounded - sum(steps)]:
        steps[each] += 1
    shown = [*steps, rounded] if len(parts) > 1 else steps
    return [_in_unit(step * unit.step, unit, code) for step in shown]


class Unit(NamedTuple):
    """A unit of amounts in brief, with its word, and the last digit that is shown."""

    value: Decimal
    word: str
    decimals: int

    @property
    def step(self) -> Decimal:
        """The value of the last digit that is shown."""
        return self.value.scaleb(-self.decimals)


ONE: Final = Unit(Decimal(1), "", 0)


def _unit_of(value: Decimal, *, smallest: Decimal) -> Unit:
    """Return the largest unit that a sum fills, and in which its smallest part can be seen."""
    if value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN) < BRIEF:
        return ONE
    units = _units(reader_locale())
    first, last = (_largest_filled(units, each) for each in (Decimal(BRIEF), value))
    fitting = [unit for unit in units[first : last + 1] if smallest * 10 >= unit.value]
    return fitting[-1] if fitting else ONE


def _largest_filled(units: Sequence[Unit], value: Decimal) -> int:
    """Return the place of the largest unit that a value fills, as it is shown.

    999.96 million is a billion: rounded, it is a thousand million.
    """
    return max(
        place
        for place, unit in enumerate(units)
        if not place
        or value.quantize(units[place - 1].step.normalize(), rounding=ROUND_HALF_EVEN) >= unit.value
    )


def _in_unit(value: Decimal, unit: Unit, code: str) -> str:
    written = number_format(value / unit.value, unit.decimals, force_grouping=True)
    space = "" if reader_locale().startswith("zh") or not unit.word else NO_BREAK_SPACE
    return _with_code(f"{written}{space}{unit.word}", code)


def rate_in_words(rate: Decimal) -> str:
    """Return a rate with as many of its six decimals as it needs."""
    return number_in_words(rate.quantize(MICRO))


@cache
def _units(locale: str) -> list[Unit]:
    """Return the units of a language from thousands upwards, with the words of CLDR."""
    return [
        Unit(Decimal(unit), words["other"], 2 if unit >= BILLION else 1)
        for unit, _following, words in units_of(locale, "short")
    ]


def _with_code(number: str, code: str) -> str:
    # Translators: money in full or in brief. Keep the no-break space between both.
    amount = _("%(currency)s\N{NO-BREAK SPACE}%(number)s") % {"currency": code, "number": number}
    # An element or a line takes its direction from the first letter, which may be that of the code.
    return f"{RIGHT_TO_LEFT_ISOLATE}{amount}{POP_ISOLATE}" if get_language_bidi() else amount


def _locale() -> Locale:
    return Locale.parse(reader_locale())
