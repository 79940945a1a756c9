"""Two people, or two runs, that count or convert the same money."""

from datetime import date
from decimal import Decimal
from functools import partial

from commitments.models import Amount, CommitmentEvent, ExchangeRate, NotCounted
from commitments.services.money import WrongCounting, freeze_waiting, set_counting
from commitments.services.rates import Imported, RateRow, RatesConflict, import_rates
from core.conflicts import Conflict
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    ExchangeRateFactory,
    UserFactory,
)
from tests.sweeps.races.race import Race, own, twice

MONTH = date(2026, 11, 1)


def an_amount(**facts):
    return AmountFactory(commitment=CommitmentFactory(status="published"), **facts)


def counting(amount, **facts):
    return partial(set_counting, own(amount), by=UserFactory(), at=NOON, **facts)


def two_close_a_circle():
    first, second = an_amount(), an_amount()

    def only_first_counts_elsewhere():
        return (own(first).counted_in, own(second).counted_in) == (second.commitment, None)

    return (
        counting(first, not_counted=NotCounted.JOINT, counted_in=second.commitment),
        counting(second, not_counted=NotCounted.JOINT, counted_in=first.commitment),
        only_first_counts_elsewhere,
    )


def two_say_what_counts():
    amount = an_amount()
    return tuple(
        counting(amount, not_counted=reason, version=1)
        for reason in (NotCounted.CONDITIONAL, NotCounted.ANNOUNCED_BEFORE)
    )


def importing(rate, seen):
    rows = [RateRow(2, "UN", "EUR", MONTH, Decimal(rate))]
    return partial(import_rates, rows, seen=seen, by=UserFactory(), at=NOON)


def two_import_a_new_rate():
    return importing("0.92", {}), importing("0.93", {})


def two_change_a_rate():
    ExchangeRateFactory(currency="EUR", month=MONTH, rate=Decimal("0.9"))
    seen = {("EUR", MONTH): Decimal("0.9")}

    def first_stays():
        return ExchangeRate.objects.get().rate == Decimal("0.92")

    return importing("0.92", seen), importing("0.93", seen), first_stays


def two_convert():
    an_amount(currency="EUR", rate_month=MONTH)
    ExchangeRateFactory(currency="EUR", month=MONTH)
    return twice(partial(freeze_waiting, at=NOON))


AMOUNT, RATE = Amount._meta.db_table, ExchangeRate._meta.db_table
RACES = {
    "close a circle of money": Race(
        two_close_a_circle, AMOUNT, (CommitmentEvent, WrongCounting), {CommitmentEvent: 1}
    ),
    "say what counts": Race(
        two_say_what_counts, AMOUNT, (CommitmentEvent, Conflict), {CommitmentEvent: 1}
    ),
    "import a new rate": Race(
        two_import_a_new_rate,
        f"after {RATE}",
        (Imported(1, 0, 0), RatesConflict),
        {ExchangeRate: 1},
        needs_lock=False,
    ),
    "change a rate": Race(two_change_a_rate, RATE, (Imported(0, 1, 0), RatesConflict)),
    "convert an amount": Race(two_convert, AMOUNT, (1, 0), needs_lock=True),
}
