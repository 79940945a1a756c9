"""The figures of the register as charts, each with its table, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from commitments.models import CommitmentType, Stage
from commitments.services.figures import Figure, Figures
from commitments.services.money_in_words import US_DOLLAR, money_in_brief
from core.charts import BarValue, Cell, Chart, Table, chart_of
from core.numbers import number_in_words
from focus_areas.models import FOCUS_AREA_NAMES
from members.services.countries import CountryGroup, Region, name_of
from members.services.figures import OUTSIDE_REGIONS
from members.services.world import MapWords, World, draw_world

# Stages have the colours of the first three focus areas wherever they stand beside each other.
MARKS: Final = {stage: f"area-{number}" for number, stage in enumerate(Stage, start=1)}
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


def figure_charts(figures: Figures, *, slugs: Mapping[int, str]) -> list[Chart]:
    """Return the charts of the register. `slugs` are those of the focus areas, by number."""
    areas = [
        Row(f"{number} · {FOCUS_AREA_NAMES[number]}", figure, {"area": slugs[number]})
        for number, figure in figures.by_area.items()
    ]
    types = [
        Row(str(kind.label), figures.by_type[kind], {"type": kind.value})
        for kind in CommitmentType
        if kind in figures.by_type
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
        _chart("areas", _("By focus area"), areas),
        _chart("types", _("By type"), types),
        _chart("regions", _("By ITU region"), _regions(figures), [_note_on_places()]),
        _chart("groups", _("By group of countries"), groups, [_note_on_groups()]),
        _chart("years", _("By year"), years, [_note_on_years()]),
    ]
    return [chart for chart in charts if chart.table.rows]


def map_of(figures: Figures, *, on: date) -> World:
    """Return the map of the numbers of commitments that name each country."""
    numbers = {code: figure.commitments for code, figure in figures.by_country.rows.items()}
    return draw_world(
        numbers, on=on, address_of=lambda code: url_of(country=code), words=COMMITMENTS
    )


def country_table(figures: Figures) -> Table:
    """Return the figures by country; last, the money that is in no country's row."""
    rows = [
        Row(name_of(code), figure, {"country": code})
        for code, figure in figures.by_country.rows.items()
    ]
    return _table(
        [*sorted(rows, key=lambda row: row.label), *_not_divided(figures.by_country.not_divided)]
    )


def url_of(**filters: str) -> str:
    """Return the address of the register with filters."""
    return f"{reverse('commitments:register')}?{urlencode(filters)}"


def _regions(figures: Figures) -> list[Row]:
    table = figures.by_region
    rows = [
        Row(str(region.label), table.rows[region.value], {"region": region.value})
        for region in Region
        if region.value in table.rows
    ]
    if table.outside.commitments:
        rows.append(Row(_("No ITU region"), table.outside, {"region": OUTSIDE_REGIONS}))
    return rows + _not_divided(table.not_divided)


def _not_divided(figure: Figure) -> list[Row]:
    is_empty = not figure.commitments and not any(
        total.amounts for total in figure.totals.by_stage.values()
    )
    return [] if is_empty else [Row(_("Several places, or the whole world"), figure, {})]


def _chart(name: str, title: str, rows: Sequence[Row], notes: Sequence[str] = ()) -> Chart:
    """Return a chart with a bar for each stage of each row that has money."""
    values = [
        BarValue(
            label=str(stage.label),
            amount=float(total.usd),
            figure=money_in_brief(total.usd, US_DOLLAR),
            mark=MARKS[stage],
            heading=row.label,
        )
        for row in rows
        for stage, total in row.figure.totals.by_stage.items()
        if total.amounts
    ]
    return chart_of(name, title, values, _table(rows), notes=notes)


def _table(rows: Iterable[Row]) -> Table:
    return Table(
        columns=[_("Commitments"), *(str(stage.label) for stage in Stage), _("Not counted")],
        rows=[(row.label, _cells(row)) for row in rows],
    )


def _cells(row: Row) -> list[Cell]:
    totals = row.figure.totals
    money = [
        Cell(money_in_brief(totals.by_stage[stage].usd, US_DOLLAR))
        if totals.by_stage[stage].amounts
        else Cell("–")
        for stage in Stage
    ]
    number = Cell(
        number_in_words(row.figure.commitments), url_of(**row.filters) if row.filters else ""
    )
    return [number, *money, Cell(number_in_words(sum(totals.not_counted.values())))]


def _note_on_places() -> str:
    return _(
        "A commitment for several places is counted in each of them. Its money is in the row of a "
        "place only as far as the lead states the shares; the portal never divides it."
    )


def _note_on_groups() -> str:
    return _(
        "A country is in the groups of which it was a member on the day of publication. It can be "
        "in several, so never add these figures up."
    )


def _note_on_years() -> str:
    return _(
        "Money is in the year of its decision, or in the years that the lead states. A commitment "
        "is counted in the year of its publication."
    )
