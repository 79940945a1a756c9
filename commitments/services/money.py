"""Converts amounts to US dollars, by rates that are frozen with the amount."""

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from django.utils import timezone

from commitments.models import (
    Amount,
    Commitment,
    ExchangeRate,
    NotCounted,
    Novelty,
    Report,
    Stage,
)

CENT: Final = Decimal("0.01")
US_DOLLAR: Final = "USD"


def freeze_amounts(commitment: Commitment, *, at: datetime) -> None:
    """Convert the amounts of a commitment that have no US dollars yet, where a rate is known.

    The month is that of the decision, or of now if no day of a decision is stated.
    """
    for amount in commitment.amounts.filter(is_current=True, usd=None):
        day = amount.decided_on or timezone.localdate(at)
        month = day.replace(day=1)
        if amount.currency == US_DOLLAR:
            _freeze(amount, ExchangeRate(currency=US_DOLLAR, month=month, rate=1, source="1:1"))
        else:
            rate = ExchangeRate.objects.filter(currency=amount.currency, month=month).first()
            if rate is not None:
                _freeze(amount, rate)


def _freeze(amount: Amount, rate: ExchangeRate) -> None:
    amount.usd = (amount.original / rate.rate).quantize(CENT, rounding=ROUND_HALF_EVEN)
    amount.rate, amount.rate_month, amount.rate_source = Decimal(rate.rate), rate.month, rate.source
    amount.save(update_fields=["usd", "rate", "rate_month", "rate_source"])


def decide_counting(commitment: Commitment, *, at: datetime) -> None:
    """Leave amounts out of totals if the lead announced them before the coalition."""
    if commitment.novelty == Novelty.ANNOUNCED:
        stated = commitment.amounts.filter(is_current=True, not_counted="", report=None)
        stated.update(not_counted=NotCounted.ANNOUNCED_BEFORE)


def record_paid(report: Report, *, at: datetime) -> None:
    """Record what a published report states as paid since the beginning, as one amount of the lead.

    It replaces what earlier reports stated. A report that states nothing changes nothing.
    """
    if report.paid is None:
        return
    commitment = report.commitment
    earlier = commitment.amounts.filter(stage=Stage.PAID, is_current=True, report__isnull=False)
    earlier.update(is_current=False)
    Amount.objects.create(
        commitment=commitment,
        stage=Stage.PAID,
        original=report.paid,
        currency=report.paid_currency,
        decided_on=report.paid_until,
        report=report,
    )
    freeze_amounts(commitment, at=at)
