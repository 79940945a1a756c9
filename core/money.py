"""Money as the reader's language writes it (CLDR), always with the code of its currency."""

from decimal import Decimal

from babel.numbers import format_compact_decimal, format_currency

from core.languages import reader_locale


def money_in_words(amount: Decimal, currency: str) -> str:
    """Return an amount with all its digits, like "ZAR 171,000,000". Zeros after the point go."""
    return format_currency(
        amount, currency, "¤¤ #,##0.###", locale=reader_locale(), currency_digits=False
    )


def money_in_brief(amount: Decimal, currency: str = "USD") -> str:
    """Return an amount rounded for a figure or a list, like "USD 14.2bn"."""
    number = format_compact_decimal(
        amount, format_type="short", fraction_digits=1, locale=reader_locale()
    )
    return f"{currency}\N{NO-BREAK SPACE}{number}"
