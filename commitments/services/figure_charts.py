"""The figures of the register as tables and charts, in the reader's language.

Each row links to the register with the filter of the row, which shows the same money.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from commitments.models import CommitmentType, Condition, Stage
from commitments.services.figures import Figure, Figures, PlaceTable
from commitments.services.money_in_words import US_DOLLAR, money_in_brief
from commitments.services.register import GLOBAL, GROUP_OF_CONDITION, ConditionGroup
from commitments.services.totals import Sums
from core.charts import BarValue, Cell, Chart, Table, chart_of
from core.numbers import number_in_words
from focus_areas.models import FOCUS_AREA_NAMES
from members.services.countries import CountryGroup, Region, name_of
from members.services.figures import OUTSIDE_REGIONS
from members.services.kinds import OrganisationKind
from members.services.world import MapWords, World, draw_world

# What is promised and what is paid have the colours of the first focus areas wherever they stand.
MARKS: Final = ("area-1", "area-2")
COMMITMENTS: Final = MapWords(
    none=gettext_lazy("no commitment yet"),
    one=gettext_lazy("1 commitment"),
    column=gettext_lazy("Commitments"),
    caption=gettext_lazy("Commitments by country."),
    country_without=gettext_lazy("%(country)s: no commitment yet"),
    country_with=ngettext_lazy(
        "%(country)s: %(number)s commitment", "%(country)s: %(number)s commitments", "number"
    ),
    elsewhere=ngettext_lazy(
        "Elsewhere: %(number)s commitment", "Elsewhere: %(number)s commitments", "number"
    ),
    # A commitment for several countries is in each of them.
    has_total=False,
)


@dataclass(frozen=True)
class Row:
    """One row of a table, with the filters of the register for its commitments."""

    label: str
    figure: Figure
    filters: Mapping[str, str]


@dataclass(frozen=True)
class ConditionBar:
    """How many commitments have a condition, as a bar that links to them."""

    condition: ConditionGroup
    number: int
    url: str
    width: int


class FigureCharts:
    """The charts and tables of some figures. `filters` are those of the page, for its links."""

    def __init__(self, figures: Figures, filters: Mapping[str, str]) -> None:
        self.figures = figures
        self.filters = filters

    def charts(self, *, slugs: Mapping[int, str]) -> list[Chart]:
        """Return the charts. `slugs` are those of the focus areas, by number."""
        figures = self.figures
        areas = [
            Row(f"{number} · {FOCUS_AREA_NAMES[number]}", figure, {"area": slugs[number]})
            for number, figure in figures.by_area.items()
        ]
        types = [
            Row(str(kind.label), figures.by_type[kind], {"type": kind.value})
            for kind in CommitmentType
            if kind in figures.by_type
        ]
        kinds = [
            Row(str(kind.label), figures.by_kind[kind], {"kind": kind.value})
            for kind in OrganisationKind
            if kind in figures.by_kind
        ]
        years = [
            Row(str(year), figure, {"year": str(year)})
            for year, figure in sorted(figures.by_year.items())
        ]
        groups = [
            Row(str(group.label), table.rows[group.value], {"group": group.value})
            for group in CountryGroup
            if group.value in (table := figures.by_group[group]).rows
        ]
        charts = [
            self._chart("areas", _("By focus area"), areas),
            self._chart("types", _("By type"), types),
            self._chart("kinds", _("By kind of organisation"), kinds),
            self._chart("groups", _("By group of countries"), groups, [_note_on_groups()]),
            self._chart("years", _("By year of publication"), years),
        ]
        return [chart for chart in charts if chart.table.rows]

    def regions(self) -> Table:
        """Return the figures by region; last, the money of several regions, each once, and all."""
        table = self.figures.by_region
        rows = [
            Row(str(region.label), table.rows[region.value], {"region": region.value})
            for region in Region
            if region.value in table.rows
        ]
        if table.outside.commitments:
            rows.append(Row(_("No ITU region"), table.outside, {"region": OUTSIDE_REGIONS}))
        if GLOBAL in table.rows:
            rows.append(Row(_("The whole world"), table.rows[GLOBAL], {"region": GLOBAL}))
        return self._place_table(rows, table, _("Several regions, each counted once"))

    def countries(self) -> Table:
        """Return the figures by country; last, the money that is in no country's row, and all."""
        table = self.figures.by_country
        rows = [
            Row(name_of(code), figure, {"country": code}) for code, figure in table.rows.items()
        ]
        rows.sort(key=lambda row: row.label)
        label = _("Several countries, a region or the whole world, each counted once")
        return self._place_table(rows, table, label)

    def map(self, *, on: date) -> World:
        """Return the map of the numbers of commitments that name each country."""
        numbers = {
            code: figure.commitments for code, figure in self.figures.by_country.rows.items()
        }
        return draw_world(
            numbers, on=on, address_of=lambda code: self._url(country=code), words=COMMITMENTS
        )

    def conditions(self) -> list[ConditionBar]:
        """Return how many commitments have each condition, in the order of the register."""
        numbers = dict.fromkeys(ConditionGroup, 0)
        for condition, figure in self.figures.by_condition.items():
            numbers[GROUP_OF_CONDITION[condition]] += figure.commitments
        longest = max(numbers.values(), default=0) or 1
        return [
            ConditionBar(
                group, number, self._url(condition=group.value), round(100 * number / longest)
            )
            for group, number in numbers.items()
            if number
        ]

    def _place_table(self, rows: Sequence[Row], table: PlaceTable, label: str) -> Table:
        last = [Row(label, table.not_divided, {})] if table.not_divided.totals.own else []
        return self._table([*rows, *last, Row(_("All"), self.figures.everything, {})])

    def _chart(
        self, name: str, title: str, rows: Sequence[Row], notes: Sequence[str] = ()
    ) -> Chart:
        """Return a chart with a bar for what is promised and for what is paid, of each row."""
        values = [
            BarValue(
                label=label,
                amount=float(amount),
                figure=money_in_brief(amount, US_DOLLAR),
                mark=mark,
                heading=row.label,
            )
            for row in rows
            for label, amount, mark in zip(
                (_("Promised"), _("Paid")),
                (row.figure.totals.own.promised, row.figure.totals.own.paid),
                MARKS,
                strict=True,
            )
            if amount
        ]
        return chart_of(name, title, values, self._table(rows), notes=notes)

    def _table(self, rows: Sequence[Row]) -> Table:
        has_shared = any(row.figure.totals.shared for row in rows)
        return Table(
            columns=[
                *(_("Commitments"), _("Promised"), _("Of it binding"), _("Paid")),
                *([_("Promised, shared with other places")] if has_shared else []),
                *(_("Not converted"), _("Not counted")),
            ],
            rows=[(row.label, list(self._cells(row, has_shared=has_shared))) for row in rows],
        )

    def _cells(self, row: Row, *, has_shared: bool) -> Iterator[Cell]:
        url = self._url(**row.filters) if row.filters else ""
        totals = row.figure.totals
        yield Cell(number_in_words(row.figure.commitments), url)
        yield Cell(promised_in_brief(totals.own))
        yield Cell(firm_in_brief(totals.own))
        yield Cell(paid_in_brief(totals.own))
        if has_shared:
            yield Cell(promised_in_brief(totals.shared))
        yield Cell(number_in_words(totals.amounts_not_converted))
        yield Cell(number_in_words(sum(totals.not_counted.values())))

    def _url(self, **filters: str) -> str:
        return url_of(**{**self.filters, **filters})


def url_of(**filters: str) -> str:
    """Return the address of the register with filters."""
    return f"{reverse('commitments:register')}?{urlencode(filters)}"


def promised_in_brief(sums: Sums) -> str:
    """Return what is promised, as a cell of a table."""
    return _in_brief(sums, Stage.PLEDGED, Stage.FIRM)


def firm_in_brief(sums: Sums) -> str:
    """Return what is firm, as a cell of a table."""
    return _in_brief(sums, Stage.FIRM)


def paid_in_brief(sums: Sums) -> str:
    """Return what is paid, as a cell of a table."""
    return _in_brief(sums, Stage.PAID)


def conditions_in_words(conditions: Mapping[Condition, int]) -> list[tuple[ConditionGroup, str]]:
    """Return how many commitments have each condition, like "2" and "On course"."""
    numbers = dict.fromkeys(ConditionGroup, 0)
    for condition, number in conditions.items():
        numbers[GROUP_OF_CONDITION[condition]] += number
    return [(group, number_in_words(number)) for group, number in numbers.items() if number]


def _in_brief(sums: Sums, *stages: Stage) -> str:
    totals = [sums.by_stage[stage] for stage in stages]
    if not any(total.amounts for total in totals):
        return "–"
    return money_in_brief(sum((total.usd for total in totals), Decimal(0)), US_DOLLAR)


def _note_on_groups() -> str:
    return _(
        "A country is in the groups of which it was a member on the day of publication. It can be "
        "in several, so never add these figures up."
    )
