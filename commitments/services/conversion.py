"""Converts amounts to US dollars by the rate of a month."""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from commitments.models import Amount, ExchangeRate
from commitments.services.money_in_words import US_DOLLAR
from members.services.response_times import day_in_geneva

CENT: Final = Decimal("0.01")
ONE_TO_ONE: Final = "1:1"


def month_of(amount: Amount, *, at: datetime) -> date:
    """Return the month whose rate converts an amount that is published at a time.

    It is that of the decision, or else that of the publication.
    """
    return (amount.decided_on or day_in_geneva(at)).replace(day=1)


def rate_of(currency: str, month: date) -> ExchangeRate | None:
    """Return the present rate of a currency for a month, if there is one."""
    if currency == US_DOLLAR:
        return ExchangeRate(currency=US_DOLLAR, month=month, rate=Decimal(1), source=ONE_TO_ONE)
    return ExchangeRate.objects.filter(currency=currency, month=month).first()


def convert(amount: Amount, rate: ExchangeRate) -> None:
    """Set the US dollars of an amount by a rate, without saving it."""
    amount.usd = in_dollars(amount, rate)
    amount.rate, amount.rate_month, amount.rate_source = rate.rate, rate.month, rate.source


def in_dollars(amount: Amount, rate: ExchangeRate) -> Decimal:
    """Return the US dollars of an amount by a rate, rounded to the cent, half to even."""
    usd: Decimal = (amount.original / rate.rate).quantize(CENT, rounding=ROUND_HALF_EVEN)
    return usd
