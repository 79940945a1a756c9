"""The figures of the register: of all commitments, computed in advance, or of some, computed now.

`register_figures()` reads the figures of all. `refresh_figures()` computes them: a task does so
every five minutes, and so does every step that changes what counts. `figures_of()` computes those
of the commitments that match filters.

Each row of a table answers the question of the register with the filter of that row, by the same
rules (totals.py, division.py):

- A commitment for several countries is counted in each of them. A row by place has the money that
  is only for this place, and what is shared with others. The shared money is in several rows, and
  once in `not_divided`. The rows, `outside` and `not_divided` together are the total.
- Countries are in the groups of the day of publication. A country can be in several groups, so each
  group is a table of its own.
- A commitment, with all its money, is in the year of its publication.
- A row by contributor has the money that the contributor gives, and the commitments that it leads.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, Final, cast

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from commitments.models import (
    CommitmentQuerySet,
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
)
from commitments.services.division import divide, has_rest, is_whole, part_for
from commitments.services.register import GLOBAL, GROUP_COLUMNS, matching, place_condition
from commitments.services.register_order import write_promised
from commitments.services.reporting_rate import ReportingRate, reporting_rates
from commitments.services.results import Results, results_as_json, results_from_json
from commitments.services.totals import (
    CurrencyTotal,
    StageTotal,
    Sums,
    Totals,
    asked_about,
    no_money,
)
from members.models import Category
from members.services.countries import CountryGroup, region_of
from members.services.kinds import KIND_OF_CATEGORY, OrganisationKind
from members.services.response_times import day_in_geneva

Json = dict[str, Any]
# A member by its key, or another organisation by its name.
Giver = int | str
# The keys of the rows beside those of a table by place. No country, region or group has them.
OUTSIDE: Final = "outside"
NOT_DIVIDED: Final = "not divided"


@dataclass(frozen=True)
class Figure:
    """The number of commitments in force, and their totals."""

    commitments: int
    totals: Totals


@dataclass(frozen=True)
class PlaceTable:
    """Figures by place. The own money of all rows and of `outside`, and `not_divided`, is all."""

    rows: Mapping[str, Figure]
    # Countries in no ITU region, or not in the group.
    outside: Figure
    # Several places without shares, or one that has no row. The money of each is here once.
    not_divided: Figure


@dataclass(frozen=True)
class GiverFigure:
    """What a member, or another organisation, gives, and how the commitments it leads stand."""

    giver: Giver
    money: Sums
    conditions: Mapping[Condition, int]


@dataclass(frozen=True)
class Figures:
    """All figures of some commitments. `as_of` is empty if they were not computed in advance.

    They are read from what is stored when a page asks for them.
    """

    stored: Json
    as_of: datetime | None

    @cached_property
    def everything(self) -> Figure:
        return _figure(self.stored.get("everything", {}).get("all"))

    @cached_property
    def results(self) -> Results:
        return results_from_json(self.stored.get("results"))

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
    def by_kind(self) -> Mapping[OrganisationKind, Figure]:
        """By kind of the lead."""
        return {OrganisationKind(key): figure for key, figure in _rows(self.stored, "by_kind")}

    @cached_property
    def reporting(self) -> Sequence[ReportingRate]:
        """Who sent the reports that were due this year; only of the whole register."""
        return [ReportingRate(*rate) for rate in self.stored.get("reporting", [])]

    @cached_property
    def by_year(self) -> Mapping[int, Figure]:
        """By year of publication."""
        return {int(key): figure for key, figure in _rows(self.stored, "by_year_published")}

    @cached_property
    def by_country(self) -> PlaceTable:
        return _place_table(self.stored, "by_country")

    @cached_property
    def by_region(self) -> PlaceTable:
        return _place_table(self.stored, "by_region")

    @cached_property
    def by_group(self) -> Mapping[CountryGroup, PlaceTable]:
        return {group: _place_table(self.stored, f"by_{group.lower()}") for group in CountryGroup}

    @cached_property
    def by_giver(self) -> Sequence[GiverFigure]:
        """Those who give money or lead a commitment, who promise most first."""
        found = [
            GiverFigure(
                giver=name or int(member),
                money=_sums(by_stage),
                conditions={Condition(key): number for key, number in conditions.items()},
            )
            for member, name, by_stage, conditions in self.stored.get("by_giver", [])
        ]
        return sorted(found, key=lambda each: (-each.money.promised, -each.money.paid))


def register_figures() -> Figures:
    """Return the stored figures, with one query. Before the first run they are computed."""
    stored = RegisterFigures.objects.first()
    # The release before stored them without those who give.
    if stored is None or "by_giver" not in stored.figures:
        return Figures({**_compute({}), **_reporting_as_json(now())}, as_of=None)
    return Figures(stored.figures, as_of=stored.as_of)


def figures_of(filters: Mapping[str, Any]) -> Figures:
    """Return the figures of the commitments that match filters of the register."""
    return Figures(_compute(filters), as_of=None)


def refresh_figures(*, at: datetime) -> None:
    """Compute the figures and store them, unless a later run did. Of two, the later one is kept."""
    if RegisterFigures.objects.filter(as_of__gt=at).exists():
        return
    facts = {"figures": {**_compute({}), **_reporting_as_json(at)}, "as_of": at}
    write_promised()
    stored, is_new = RegisterFigures.objects.get_or_create(pk=1, defaults=facts)
    if not is_new:
        RegisterFigures.objects.filter(pk=stored.pk, as_of__lte=at).update(**facts)


def _reporting_as_json(at: datetime) -> Json:
    day = day_in_geneva(at)
    return {"reporting": [[*rate] for rate in reporting_rates(day.year, on=day)]}


def refresh_figures_after_commit(*, at: datetime) -> None:
    """Compute the figures when the current transaction is committed.

    If that fails, the change stays, and the next run of the task computes them.
    """
    transaction.on_commit(partial(refresh_figures, at=at), robust=True)


@dataclass
class _Facts:
    """What the figures need of a commitment."""

    lead: int
    category: str
    area: int
    type: str
    condition: str
    # As version 1.0 says it.
    condition_before: str
    year: int
    is_not_disclosed: bool
    places: list[Place] = field(default_factory=list)
    # Whether the filters ask about each place.
    asked: list[bool] = field(default_factory=list)
    sums: dict[tuple[str, Giver], StageTotal] = field(
        default_factory=lambda: defaultdict(StageTotal)
    )
    # Amounts that no rate converts, by currency and stage.
    waiting: dict[tuple[str, str], CurrencyTotal] = field(default_factory=dict)
    not_counted: Counter[str] = field(default_factory=Counter)


class _Cell:
    """A figure while it is added up."""

    def __init__(self) -> None:
        self.commitments = self.not_disclosed = 0
        self.own = defaultdict[str, StageTotal](StageTotal)
        self.shared = defaultdict[str, StageTotal](StageTotal)
        self.not_counted = Counter[str]()
        self.waiting: dict[tuple[str, str], CurrencyTotal] = {}

    def add(self, facts: _Facts, asked: Sequence[bool] | None) -> None:
        """Add a commitment; `asked` says which places the row is about, None that it is of all."""
        self.add_commitment(facts)
        for (stage, _giver), total in facts.sums.items():
            own, shared = (
                (total.usd, Decimal(0))
                if asked is None
                else part_for(total.usd, facts.places, asked)
            )
            if own:
                self.own[stage] += StageTotal(own, total.amounts)
            if shared:
                self.shared[stage] += StageTotal(shared, total.amounts)

    def add_commitment(self, facts: _Facts) -> None:
        self.commitments += 1
        self.not_disclosed += facts.is_not_disclosed
        self.not_counted.update(facts.not_counted)
        for key, total in facts.waiting.items():
            before = self.waiting.get(key, CurrencyTotal(Decimal(0), 0))
            self.waiting[key] = CurrencyTotal(
                before.original + total.original, before.amounts + total.amounts
            )

    def add_rest(self, facts: _Facts, without_row: Sequence[bool], *, is_rest_known: bool) -> None:
        """Add a commitment with the money of some places, and with the rest if no row has it."""
        self.add_commitment(facts)
        for (stage, _giver), total in facts.sums.items():
            *parts, rest = divide(total.usd, facts.places)
            own = sum(
                part for part, has_no_row in zip(parts, without_row, strict=True) if has_no_row
            )
            is_shared = not all(facts.asked)
            if not (is_rest_known or is_shared):
                own += rest
            if own:
                self.own[stage] += StageTotal(Decimal(own), total.amounts)
            if rest and is_shared and not is_rest_known:
                self.shared[stage] += StageTotal(rest, total.amounts)

    def as_json(self) -> Json:
        return {
            "commitments": self.commitments,
            "not_disclosed": self.not_disclosed,
            "not_counted": dict(self.not_counted),
            "by_stage": _sums_as_json(self.own),
            "shared": _sums_as_json(self.shared),
            "not_converted": [
                [*key, str(total.original), total.amounts]
                for key, total in sorted(self.waiting.items())
            ],
        }


def _compute(filters: Mapping[str, Any]) -> Json:
    tables: dict[str, dict[Any, _Cell]] = defaultdict(lambda: defaultdict(_Cell))
    givers: dict[Giver, dict[str, StageTotal]] = defaultdict(lambda: defaultdict(StageTotal))
    conditions: dict[Giver, Counter[str]] = defaultdict(Counter)
    asks_about_places = place_condition(filters) is not None
    for facts in _load(filters):
        asked = facts.asked if asks_about_places else None
        for name, key in (
            ("everything", "all"),
            ("by_area", facts.area),
            ("by_type", facts.type),
            ("by_kind", KIND_OF_CATEGORY[Category(facts.category)]),
            ("by_year_published", facts.year),
            ("by_present_condition", facts.condition),
            # Version 1.0, which may run beside, reads these two.
            ("by_condition", facts.condition_before),
            ("by_year", facts.year),
        ):
            if key:
                tables[name][key].add(facts, asked)
        for name, key_of in PLACE_TABLES.items():
            _add_by_place(tables[name], facts, key_of)
        for (stage, giver), total in facts.sums.items():
            own = total.usd if asked is None else part_for(total.usd, facts.places, asked).own
            givers[giver][stage] += StageTotal(own, total.amounts)
        conditions[facts.lead][facts.condition] += 1
    return {
        **{
            name: {str(key): table[key].as_json() for key in sorted(table)}
            for name, table in tables.items()
        },
        "results": results_as_json(matching(filters), places=place_condition(filters)),
        "by_giver": [
            [
                "" if isinstance(giver, str) else giver,
                giver if isinstance(giver, str) else "",
                _sums_as_json(givers[giver]),
                {key: number for key, number in sorted(conditions[giver].items()) if key},
            ]
            for giver in sorted(givers.keys() | conditions.keys(), key=str)
        ],
    }


def _add_by_place(table: dict[Any, _Cell], facts: _Facts, key_of: Callable[[Place], str]) -> None:
    """Add a commitment to the rows of its places that the filters ask about.

    Places without a row of their own, and what no row has, are in the row `NOT_DIVIDED`.
    """
    keys = [key_of(place) for place in facts.places]
    is_rest_known = False
    for row in {key for key, asked in zip(keys, facts.asked, strict=True) if asked}:
        if row == NOT_DIVIDED:
            continue
        of_row = [key == row and asked for key, asked in zip(keys, facts.asked, strict=True)]
        table[row].add(facts, of_row)
        is_rest_known = is_rest_known or has_rest(facts.places, of_row)
    without_row = [
        key == NOT_DIVIDED and asked for key, asked in zip(keys, facts.asked, strict=True)
    ]
    if any(without_row) or not (is_rest_known or is_whole(facts.places)):
        table[NOT_DIVIDED].add_rest(facts, without_row, is_rest_known=is_rest_known)


def _load(filters: Mapping[str, Any]) -> Iterable[_Facts]:
    """Return the facts of the commitments in force that match filters, with few queries."""
    commitments = matching(filters).in_force().order_by()
    found = dict(_load_commitments(commitments))
    wanted = commitments.values("pk")
    places = place_condition(filters)
    is_asked = asked_about(places or Q(pk__isnull=False))
    rows = Place.objects.filter(commitment__in=wanted).annotate(is_asked=is_asked)
    for place in rows.order_by("pk"):
        if facts := found.get(place.commitment_id):
            facts.places.append(place)
            facts.asked.append(place.is_asked)
    for amount in _load_amounts(commitments):
        pk, reason, stage, currency, original, usd, contributor, name = amount
        if (facts := found.get(pk)) is None:
            continue
        if reason != COUNTS:
            facts.not_counted[reason] += 1
        elif usd is None:
            before = facts.waiting.get((currency, stage), CurrencyTotal(Decimal(0), 0))
            facts.waiting[currency, stage] = CurrencyTotal(
                before.original + original, before.amounts + 1
            )
        else:
            facts.sums[stage, contributor or name or facts.lead] += StageTotal(usd, 1)
    return found.values()


def _load_commitments(commitments: CommitmentQuerySet) -> Iterable[tuple[int, _Facts]]:
    for pk, *facts, published_at, is_not_disclosed in commitments.values_list(
        *("pk", "lead", "lead__category", "focus_area__number", "type"),
        *("present_condition", "condition", "published_at", "amount_not_disclosed"),
    ):
        # A constraint says that they have it.
        year = day_in_geneva(cast("datetime", published_at)).year
        lead, category, area, kind, condition, before = facts
        yield pk, _Facts(lead, category, area, kind, condition, before, year, is_not_disclosed)


def _load_amounts(commitments: CommitmentQuerySet) -> Iterable[tuple[Any, ...]]:
    return (
        current_amounts(commitments)
        .order_by("pk")
        .values_list(
            *("commitment", "not_counted", "stage", "currency", "original", "usd"),
            *("contributor", "contributor_name"),
        )
    )


def _country(place: Place) -> str:
    return place.country or NOT_DIVIDED


def _region(place: Place) -> str:
    if place.country:
        return region_of(place.country) or OUTSIDE
    return place.region or GLOBAL


def _group(group: CountryGroup, place: Place) -> str:
    if not place.country:
        return NOT_DIVIDED
    return group.value if getattr(place, GROUP_COLUMNS[group]) else OUTSIDE


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


def _sums_as_json(sums: Mapping[str, StageTotal]) -> Json:
    return {stage: [str(total.usd), total.amounts] for stage, total in sums.items()}


def _sums(by_stage: Json) -> Sums:
    sums = no_money()
    for stage, (usd, amounts) in by_stage.items():
        sums[Stage(stage)] = StageTotal(Decimal(usd), amounts)
    return Sums(sums)


def _figure(cell: Json | None) -> Figure:
    cell = cell or _Cell().as_json()
    not_converted: dict[str, dict[Stage, CurrencyTotal]] = {}
    for currency, stage, original, amounts in cell["not_converted"]:
        total = CurrencyTotal(Decimal(original), amounts)
        not_converted.setdefault(currency, {})[Stage(stage)] = total
    not_counted = {NotCounted(reason): number for reason, number in cell["not_counted"].items()}
    return Figure(
        cell["commitments"],
        Totals(
            own=_sums(cell["by_stage"]),
            shared=_sums(cell["shared"]),
            not_counted=not_counted,
            not_disclosed=cell["not_disclosed"],
            not_converted=not_converted,
        ),
    )
