"""Numbers as the reader's language writes them, and whole numbers that a request names."""

from decimal import Decimal
from typing import Final

from django.utils.formats import number_format


def number_in_words(number: int | Decimal) -> str:
    """Return a number with the separators of the active language.

    It has all its decimals, without zeros at their end.
    """
    exponent = int(Decimal(number).normalize().as_tuple().exponent)
    return number_format(number, max(-exponent, 0), force_grouping=True)


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
