"""Imports rates of exchange from a spreadsheet: it is checked first, then imported whole."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts.models import User
from commitments.models import ExchangeRate
from commitments.services.figures import refresh_figures_after_commit
from commitments.services.money import freeze_waiting
from commitments.services.money_in_words import US_DOLLAR, currency_codes
from core.conflicts import Conflict, NothingChanged, Refused
from core.spreadsheet_parsing import Table, Unreadable

# Twenty years of 20 currencies, or two of all.
MAX_RATE_ROWS: Final = 5_000
COLUMNS: Final = ("source", "currency", "month", "rate")
MONTH: Final = re.compile(r"(\d{4})-(\d{2})(?:-01)?", re.ASCII)
RATE: Final = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)
DECIMAL_COMMA: Final = re.compile(r"[\d., ]*,[\d., ]*", re.ASCII)
# No currency is worth ten dollars; with a smaller rate, an amount may not fit into its column.
MIN_RATE: Final = Decimal("0.1")
FIRST_YEAR: Final = 2000
# A rate that differs by more than this share from the one before must have been compared.
MAX_DIFFERENCE: Final = Decimal("0.25")
MAX_SOURCE_LENGTH: Final = 100


class Outcome(models.TextChoices):
    """What an import does with a row."""

    NEW = "new", pgettext_lazy("of a rate", "New")
    CHANGED = "changed", pgettext_lazy("of a rate", "Changed")
    SAME = "same", pgettext_lazy("of a rate", "The same")
    WRONG = "wrong", pgettext_lazy("of a rate", "Wrong")


class RatesConflict(Conflict):
    """A colleague imported rates after the file was checked."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A colleague has imported rates since you checked the file. Nothing was imported. "
                "Check the file again."
            )
        )


class LargeDifference(Refused):
    """A rate differs much from the one before, and nobody has said that this is right."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Some rates differ from the month before by more than 25 per cent. Compare them "
                "with their source and tick the box, or correct the file."
            )
        )


@dataclass(frozen=True)
class RateRow:
    """A right row of a file."""

    number: int
    source: str
    currency: str
    month: date
    rate: Decimal

    @property
    def key(self) -> tuple[str, date]:
        """What there is one rate for."""
        return self.currency, self.month


@dataclass(frozen=True)
class CheckedRow:
    """A row of a file with what an import does with it. Wrong rows have a reason and no rate.

    `before` is the rate that it replaces. `month_before` is the latest rate of an earlier month of
    the same currency, in the file or stored.
    """

    number: int
    outcome: Outcome
    row: RateRow | None = None
    before: ExchangeRate | None = None
    month_before: "RateRow | ExchangeRate | None" = None
    reason: str = ""

    @property
    def differs_much(self) -> bool:
        """Whether the row changes a rate to one that is far from that of the month before."""
        if self.row is None or self.month_before is None or self.outcome == Outcome.SAME:
            return False
        ratio = self.row.rate / self.month_before.rate
        return abs(ratio - 1) > MAX_DIFFERENCE


@dataclass(frozen=True)
class Imported:
    """How many rates an import created and changed, and how many amounts it converted."""

    new: int
    changed: int
    converted: int


def check_rates(table: Table) -> list[CheckedRow]:
    """Return what an import does with each row of a file. Raises Unreadable without the columns."""
    heading = [cell.strip().lower() for cell in table.heading]
    lacking = [name for name in COLUMNS if heading.count(name) != 1]
    if lacking:
        raise Unreadable(
            _("The first row must have each of these headings once: %(columns)s.")
            % {"columns": ", ".join(COLUMNS)}
        )
    places = [heading.index(name) for name in COLUMNS]
    read = [
        _read(number, *(cells[place].strip() for place in places)) for number, cells in table.rows
    ]
    first: dict[tuple[str, date], RateRow] = {}
    for row in read:
        if isinstance(row, RateRow):
            first.setdefault(row.key, row)
    right = {each.number: each for each in compare_rates(list(first.values()))}
    checked: list[CheckedRow] = []
    for row in read:
        if isinstance(row, CheckedRow):
            checked.append(row)
        elif row.number in right:
            checked.append(right[row.number])
        else:
            reason = _("Row %(number)d has a rate for the same currency and month.")
            checked.append(_wrong(row.number, reason % {"number": first[row.key].number}))
    return checked


def compare_rates(rows: Sequence[RateRow]) -> list[CheckedRow]:
    """Return right rows with the rates that they replace, and those of the month before."""
    stored = _stored_of(rows)
    known = {(rate.currency, rate.month): rate for rate in stored}
    by_month: dict[str, dict[date, RateRow | ExchangeRate]] = defaultdict(dict)
    for stored_rate in stored:
        by_month[stored_rate.currency][stored_rate.month] = stored_rate
    for row in rows:
        by_month[row.currency][row.month] = row
    months = {currency: sorted(rates) for currency, rates in by_month.items()}
    compared = []
    for row in rows:
        before, of_currency = known.get(row.key), months[row.currency]
        place = bisect_left(of_currency, row.month)
        earlier = by_month[row.currency][of_currency[place - 1]] if place else None
        compared.append(CheckedRow(row.number, _outcome(row, before), row, before, earlier))
    return compared


def outcomes(rows: Iterable[CheckedRow]) -> Counter[Outcome]:
    """Return the number of rows with each outcome."""
    return Counter(row.outcome for row in rows)


@transaction.atomic
def import_rates(
    rows: Sequence[RateRow],
    *,
    seen: Mapping[tuple[str, date], Decimal],
    by: User,
    at: datetime,
    is_difference_confirmed: bool = False,
) -> Imported:
    """Store the rates of a checked file, and convert the amounts that waited for them.

    `seen` has the rates that the file replaces, as they were when it was checked. Amounts that are
    converted already keep their US dollars until staff convert them again. Raises NothingChanged,
    LargeDifference unless the person has confirmed that large differences are right, and
    RatesConflict if a colleague stored other rates meanwhile.
    """
    known = _known(rows, for_update=True)
    if {key: rate.rate for key, rate in known.items()} != dict(seen):
        raise RatesConflict
    if not is_difference_confirmed and any(row.differs_much for row in compare_rates(rows)):
        raise LargeDifference
    new: list[ExchangeRate] = []
    changed: list[ExchangeRate] = []
    for row in rows:
        stored = known.get(row.key)
        if stored is None:
            new.append(
                ExchangeRate(
                    source=row.source, currency=row.currency, month=row.month, rate=row.rate
                )
            )
        elif _outcome(row, stored) == Outcome.CHANGED:
            stored.rate, stored.source = row.rate, row.source
            changed.append(stored)
    if not new and not changed:
        raise NothingChanged
    try:
        with transaction.atomic():
            bulk_create_with_history(new, ExchangeRate, default_user=by, default_date=at)
    except IntegrityError as refused:
        # Both found no rate; the other import was faster.
        raise RatesConflict from refused
    bulk_update_with_history(
        changed, ExchangeRate, ["rate", "source"], default_user=by, default_date=at
    )
    converted = freeze_waiting(at=at)
    refresh_figures_after_commit(at=at)
    return Imported(len(new), len(changed), converted)


def _known(
    rows: Iterable[RateRow], *, for_update: bool = False
) -> dict[tuple[str, date], ExchangeRate]:
    """Return the stored rates of the same currencies and months."""
    keys = {row.key for row in rows}
    stored = _stored_of(rows).filter(month__in={month for _currency, month in keys})
    if for_update:
        stored = stored.select_for_update(no_key=True)
    return {
        (rate.currency, rate.month): rate for rate in stored if (rate.currency, rate.month) in keys
    }


def _stored_of(rows: Iterable[RateRow]) -> QuerySet[ExchangeRate]:
    """Return all stored rates of the same currencies."""
    return ExchangeRate.objects.filter(currency__in={row.currency for row in rows}).order_by("pk")


def _outcome(row: RateRow, stored: ExchangeRate | None) -> Outcome:
    if stored is None:
        return Outcome.NEW
    is_same = (stored.rate, stored.source) == (row.rate, row.source)
    return Outcome.SAME if is_same else Outcome.CHANGED


def _wrong(number: int, reason: str) -> CheckedRow:
    return CheckedRow(number, Outcome.WRONG, reason=reason)


def _read(number: int, source: str, currency: str, month: str, rate: str) -> RateRow | CheckedRow:
    """Return a row with its values, or with the first reason why it is wrong."""
    currency = currency.upper()
    found = MONTH.fullmatch(month)
    if not source:
        return _wrong(number, _("The source is missing."))
    if len(source) > MAX_SOURCE_LENGTH or not source.isprintable():
        return _wrong(number, _("The source must be one line of at most 100 characters."))
    if currency == US_DOLLAR:
        return _wrong(number, _("US dollars need no rate."))
    if currency not in currency_codes():
        return _wrong(
            number,
            _("“%(code)s” is not the code of a currency (ISO 4217).") % {"code": currency[:9]},
        )
    if found is None or not (int(found[1]) >= FIRST_YEAR and 1 <= int(found[2]) <= 12):
        return _wrong(number, _("Write the month like this: 2026-11."))
    if DECIMAL_COMMA.fullmatch(rate):
        return _wrong(
            number,
            _("Write the rate with a point before the decimals, and without other separators."),
        )
    if not RATE.fullmatch(rate):
        return _wrong(number, _("The rate must be a number with at most six decimals."))
    if Decimal(rate) < MIN_RATE:
        return _wrong(
            number,
            _("The rate is too small. It must say how many units of the currency one dollar is."),
        )
    day = date(int(found[1]), int(found[2]), 1)
    return RateRow(number, source, currency, day, Decimal(rate))
