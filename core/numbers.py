"""Numbers as the reader's language writes them."""

from decimal import Decimal

from django.utils.formats import number_format


def number_in_words(number: int) -> str:
    """Return a number with the thousands separators of the active language."""
    return number_format(number, force_grouping=True)


def decimal_in_words(number: Decimal) -> str:
    """Return a number with its decimal places, without zeros at their end."""
    exponent = int(number.normalize().as_tuple().exponent)
    return number_format(number, max(-exponent, 0), force_grouping=True)


class GroupedNumber(int):
    """A whole number that `%s` shows with thousands separators.

    A translated text with a plural needs both: the number, and how it is written.
    """

    def __str__(self) -> str:
        return number_in_words(int(self))
