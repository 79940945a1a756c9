"""The figures of the whole register, computed in advance so that its pages are fast.

`register_figures()` reads them. `refresh_figures()` computes them: a task does so every five
minutes, and so does every step that changes what counts.

- A commitment for several countries is counted in each of them. Its money is in the row of a
  country only if the commitment is for that country alone, or states its share.
- All other money is in `not_divided`. A region or the world never fills the row of a country.
- In a table by place, the rows, `outside` and `not_divided` together are the total of each stage.
- Countries are in the groups of the day of publication. A country can be in several groups, so
  each group is a table of its own.
- An amount is in the year of its decision, else of the publication. Portions by year are in their
  own years. A commitment is counted in the year of its publication.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, Final, TypeVar, cast

from django.db import transaction

from commitments.models import (
    Commitment,
    CommitmentType,
    Condition,
    NotCounted,
    Place,
    RegisterFigures,
    Stage,
)
from commitments.services.counting import (
    COUNTS,
    current_amounts,
    reason_not_counted,
    released_amounts,
)
from commitments.services.totals import CENT, MILL, CurrencyTotal, StageTotal, Totals
from members.services.countries import CountryGroup, region_of
from members.services.response_times import day_in_geneva

Key = TypeVar("Key", bound=Hashable)
Json = dict[str, Any]
# Shares have two decimals.
WHOLE: Final = 100_00
# The keys of the rows beside those of a table by place. No country, region or group has them.
OUTSIDE: Final = "outside"
NOT_DIVIDED: Final = "not divided"
GROUP_FLAGS: Final = {
    CountryGroup.LDC: "is_ldc",
    CountryGroup.LLDC: "is_lldc",
    CountryGroup.SIDS: "is_sids",
}


@dataclass(frozen=True)
class Figure:
    """The number of commitments in force, and their totals."""

    commitments: int
    totals: Totals


@dataclass(frozen=True)
class PlaceTable:
    """Figures by place. The money of all rows, `outside` and `not_divided` is the total."""

    rows: Mapping[str, Figure]
    # Countries in no ITU region, or not in the group.
    outside: Figure
    # Several places without shares, or one that is no country.
    not_divided: Figure


@dataclass(frozen=True)
class Figures:
    """All figures of the register. `as_of` is empty if they were not computed in advance.

    They are read from what is stored when a page asks for them.
    """

    stored: Json
    as_of: datetime | None

    @cached_property
    def everything(self) -> Figure:
        return _figure(self.stored.get("everything", {}).get("all"))

    @cached_property
    def by_area(self) -> Mapping[int, Figure]:
        """By number of the focus area; rows without a commitment are left out, here and below."""
        return {int(key): figure for key, figure in _rows(self.stored, "by_area")}

    @cached_property
    def by_type(self) -> Mapping[CommitmentType, Figure]:
        return {CommitmentType(key): figure for key, figure in _rows(self.stored, "by_type")}

    @cached_property
    def by_condition(self) -> Mapping[Condition, Figure]:
        """A commitment without a condition is in no row."""
        rows = _rows(self.stored, "by_present_condition") or _rows(self.stored, "by_condition")
        return {Condition(key): figure for key, figure in rows}

    @cached_property
    def by_year(self) -> Mapping[int, Figure]:
        return {int(key): figure for key, figure in _rows(self.stored, "by_year")}

    @cached_property
    def by_country(self) -> PlaceTable:
        return _place_table(self.stored, "by_country")

    @cached_property
    def by_region(self) -> PlaceTable:
        return _place_table(self.stored, "by_region")

    @cached_property
    def by_group(self) -> Mapping[CountryGroup, PlaceTable]:
        return {group: _place_table(self.stored, f"by_{group.lower()}") for group in CountryGroup}


def register_figures() -> Figures:
    """Return the stored figures, with one query. Before the first run they are computed."""
    stored = RegisterFigures.objects.first()
    if stored is None:
        return Figures(_compute(), as_of=None)
    return Figures(stored.figures, as_of=stored.as_of)


def refresh_figures(*, at: datetime) -> None:
    """Compute the figures and store them, unless a later run did. Of two, the later one is kept."""
    if RegisterFigures.objects.filter(as_of__gt=at).exists():
        return
    facts = {"figures": _compute(), "as_of": at}
    stored, is_new = RegisterFigures.objects.get_or_create(pk=1, defaults=facts)
    if not is_new:
        RegisterFigures.objects.filter(pk=stored.pk, as_of__lte=at).update(**facts)


def refresh_figures_after_commit(*, at: datetime) -> None:
    """Compute the figures when the current transaction is committed.

    If that fails, the change stays, and the next run of the task computes them.
    """
    transaction.on_commit(partial(refresh_figures, at=at), robust=True)


class _Cell:
    """A figure while it is added up."""

    def __init__(self) -> None:
        self.commitments = self.not_disclosed = 0
        self.usd = defaultdict[str, Decimal](Decimal)
        self.amounts = Counter[str]()
        self.not_counted = Counter[str]()
        self.waiting = defaultdict[tuple[str, str], Decimal](Decimal)
        self.waiting_amounts = Counter[tuple[str, str]]()

    def add_commitment(self, facts: "_Facts") -> None:
        self.commitments += 1
        self.not_disclosed += facts.is_not_disclosed
        self.not_counted.update(facts.not_counted)

    def add_money(self, amount: "_Money", part: Decimal) -> None:
        if amount.usd is None:
            self.waiting[amount.currency, amount.stage] += part
            self.waiting_amounts[amount.currency, amount.stage] += 1
        else:
            self.usd[amount.stage] += part
            self.amounts[amount.stage] += 1

    def as_json(self) -> Json:
        stored = dict(self.not_counted)
        return {
            "commitments": self.commitments,
            "not_disclosed": self.not_disclosed,
            # Apart from the others: version 1.0, which may run beside, does not know this reason.
            "not_confirmed": stored.pop(NotCounted.NOT_CONFIRMED, 0),
            "not_counted": stored,
            "by_stage": {stage: [str(usd), self.amounts[stage]] for stage, usd in self.usd.items()},
            "not_converted": [
                [*key, str(original), self.waiting_amounts[key]]
                for key, original in sorted(self.waiting.items())
            ],
        }


@dataclass(frozen=True)
class _Money:
    """A current amount that counts. `years` has the weight of each year in its money."""

    stage: str
    currency: str
    original: Decimal
    usd: Decimal | None
    years: Mapping[int, int]

    def divided(self, weights: Mapping[Key, int]) -> dict[Key, Decimal]:
        if self.usd is None:
            return divide(self.original, weights, MILL)
        return divide(self.usd, weights, CENT)


@dataclass
class _Facts:
    """What the figures need of a commitment."""

    area: int
    type: str
    condition: str
    # As version 1.0 says it.
    condition_before: str
    year: int
    is_not_disclosed: bool
    places: list[Place]
    money: list[_Money]
    not_counted: Counter[str]


class _Table:
    """Cells by key."""

    def __init__(self) -> None:
        self.cells: dict[Any, _Cell] = defaultdict(_Cell)

    def add(self, facts: _Facts, keys: Iterable[Key], weights: Mapping[Key, int]) -> None:
        for key in keys:
            self.cells[key].add_commitment(facts)
        for amount in facts.money:
            self.add_money(amount, weights)

    def add_money(self, amount: _Money, weights: Mapping[Key, int]) -> None:
        for key, part in amount.divided(weights).items():
            self.cells[key].add_money(amount, part)

    def as_json(self) -> Json:
        return {str(key): self.cells[key].as_json() for key in sorted(self.cells)}


def _compute() -> Json:
    released = released_amounts()
    tables = defaultdict[str, _Table](_Table)
    for facts in _load(released):
        tables["everything"].add(facts, ["all"], {"all": 1})
        for name, key in (
            ("by_area", facts.area),
            ("by_type", facts.type),
            ("by_present_condition", facts.condition),
            # Version 1.0, which may run beside, reads this one.
            ("by_condition", facts.condition_before),
        ):
            if key:
                tables[name].add(facts, [key], {key: 1})
        tables["by_year"].cells[facts.year].add_commitment(facts)
        for amount in facts.money:
            tables["by_year"].add_money(amount, amount.years)
        for name, key_of in PLACE_TABLES.items():
            weights = place_weights(facts.places, key_of)
            keys = {key_of(place) for place in facts.places} | set(weights)
            tables[name].add(facts, sorted(keys), weights)
    return {name: table.as_json() for name, table in tables.items()}


def _load(released: Iterable[int]) -> Iterable[_Facts]:
    """Return the facts of all commitments in force, with three queries."""
    found: dict[int, _Facts] = {}
    commitments = Commitment.objects.in_force()
    published_on: dict[int, date] = {}
    for (
        pk,
        area,
        kind,
        condition,
        before,
        published_at,
        is_not_disclosed,
    ) in commitments.values_list(
        *("pk", "focus_area__number", "type", "present_condition", "condition"),
        *("published_at", "amount_not_disclosed"),
    ):
        # A constraint says that they have it.
        published_on[pk] = day_in_geneva(cast("datetime", published_at))
        year = published_on[pk].year
        found[pk] = _Facts(area, kind, condition, before, year, is_not_disclosed, [], [], Counter())
    for place in Place.objects.filter(commitment__in=commitments.values("pk")).order_by("pk"):
        if place.commitment_id in found:
            found[place.commitment_id].places.append(place)
    amounts = current_amounts(commitments).annotate(reason=reason_not_counted(released))
    for pk, reason, decided_on, portions, *money in amounts.order_by("pk").values_list(
        *("commitment", "reason", "decided_on", "portions"),
        *("stage", "currency", "original", "usd"),
    ):
        if pk not in found:
            continue
        if reason != COUNTS:
            found[pk].not_counted[reason] += 1
            continue
        year = (decided_on or published_on[pk]).year
        stage, currency, original, usd = money
        years = year_weights(portions, original, year)
        found[pk].money.append(_Money(stage, currency, original, usd, years))
    return found.values()


def divide(value: Decimal, weights: Mapping[Key, int], unit: Decimal) -> dict[Key, Decimal]:
    """Divide a value by weights into parts that are whole units, and that add up to it exactly.

    Each part is rounded down. The units that are left go one by one to the parts that lost most by
    that, the first ones if several lost the same (the largest remainder method).
    """
    units, total = int((value / unit).to_integral_value()), sum(weights.values())
    parts = {key: units * weight // total for key, weight in weights.items()}
    by_loss = sorted(weights, key=lambda key: -(units * weights[key] % total))
    for key in by_loss[: units - sum(parts.values())]:
        parts[key] += 1
    return {key: number * unit for key, number in parts.items()}


def place_weights(places: Sequence[Place], key_of: Callable[[Place], str]) -> dict[str, int]:
    """Return how the money of a commitment is divided by place: only as far as that is known."""
    shares = Counter[str]()
    for place in places:
        if place.share is not None:
            shares[key_of(place)] += int(place.share * 100)
    stated = sum(shares.values())
    has_all_shares = bool(places) and all(place.share is not None for place in places)
    keys = {key_of(place) for place in places}
    if len(keys) == 1 and not (has_all_shares and stated < WHOLE):
        return dict.fromkeys(keys, 1)
    if stated > WHOLE:
        return {NOT_DIVIDED: 1}
    shares[NOT_DIVIDED] += WHOLE - stated
    return {key: weight for key, weight in shares.items() if weight}


def year_weights(portions: Sequence[Any], original: Decimal, year: int) -> dict[int, int]:
    """Return how an amount is divided by year. What no portion states is in `year`."""
    mills = int(original / MILL)
    weights = Counter[int]()
    for portion_year, portion in portions:
        weights[int(portion_year)] += int(Decimal(str(portion)) / MILL)
    rest = mills - sum(weights.values())
    if rest < 0 or not mills:
        return {year: 1}
    weights[year] += rest
    return {each: weight for each, weight in sorted(weights.items()) if weight}


def _country(place: Place) -> str:
    return place.country or NOT_DIVIDED


def _region(place: Place) -> str:
    if place.country:
        return region_of(place.country) or OUTSIDE
    return place.region or NOT_DIVIDED


def _group(group: CountryGroup, place: Place) -> str:
    if not place.country:
        return NOT_DIVIDED
    return group.value if getattr(place, GROUP_FLAGS[group]) else OUTSIDE


PLACE_TABLES: Final[Mapping[str, Callable[[Place], str]]] = {
    "by_country": _country,
    "by_region": _region,
    **{f"by_{group.lower()}": partial(_group, group) for group in CountryGroup},
}


def _rows(figures: Json, name: str) -> list[tuple[str, Figure]]:
    return [(key, _figure(cell)) for key, cell in figures.get(name, {}).items()]


def _place_table(figures: Json, name: str) -> PlaceTable:
    rows = dict(_rows(figures, name))
    outside, not_divided = (rows.pop(key, _figure(None)) for key in (OUTSIDE, NOT_DIVIDED))
    return PlaceTable(rows, outside, not_divided)


def _figure(cell: Json | None) -> Figure:
    cell = cell or _Cell().as_json()
    by_stage = {stage: StageTotal() for stage in Stage}
    for stage, (usd, amounts) in cell["by_stage"].items():
        by_stage[Stage(stage)] = StageTotal(Decimal(usd), amounts)
    not_converted: dict[str, dict[Stage, CurrencyTotal]] = {}
    for currency, stage, original, amounts in cell["not_converted"]:
        total = CurrencyTotal(Decimal(original), amounts)
        not_converted.setdefault(currency, {})[Stage(stage)] = total
    not_counted = {NotCounted(reason): number for reason, number in cell["not_counted"].items()}
    # Figures that version 1.0 stored lack it.
    if number := cell.get("not_confirmed", 0):
        not_counted[NotCounted.NOT_CONFIRMED] = number
    return Figure(
        cell["commitments"],
        Totals(by_stage, not_counted, cell["not_disclosed"], not_converted),
    )
