"""The statistics of a call as charts, each with its table, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.charts import BarValue, Cell, Chart, Table, chart_of
from core.dates import days_in_words, format_date, format_date_short, month_in_words
from core.numbers import number_in_words
from focus_areas.models import FOCUS_AREA_NAMES
from members.models import Call
from members.services.countries import list_date_in_words
from members.services.figures import OUTSIDE_REGIONS
from triage.statistics.models import (
    ADMITTED_OR_DECLINED,
    ANSWERED,
    OUTCOMES,
    StatisticsKind,
)
from triage.statistics.services.queries import CallStatistics, Counts, Period, PeriodLength

ARRIVALS: Final = {
    PeriodLength.DAY: gettext_lazy("Submissions by day"),
    PeriodLength.WEEK: gettext_lazy("Submissions by week"),
    PeriodLength.MONTH: gettext_lazy("Submissions by month"),
    PeriodLength.YEAR: gettext_lazy("Submissions by year"),
}
DECISIONS: Final = {
    PeriodLength.DAY: gettext_lazy("Decisions by day"),
    PeriodLength.WEEK: gettext_lazy("Decisions by week"),
    PeriodLength.MONTH: gettext_lazy("Decisions by month"),
    PeriodLength.YEAR: gettext_lazy("Decisions by year"),
}
# For EOIs that arrived, or only for the members of some areas.
CATEGORIES: Final = {
    StatisticsKind.ARRIVED: gettext_lazy("Submissions by category"),
    StatisticsKind.ADMITTED: gettext_lazy("Admitted by category"),
}
REGIONS: Final = {
    StatisticsKind.ARRIVED: gettext_lazy("Submissions by ITU region"),
    StatisticsKind.ADMITTED: gettext_lazy("Admitted by ITU region"),
}
GROUPS: Final = {
    StatisticsKind.ARRIVED: gettext_lazy("Submissions by country group"),
    StatisticsKind.ADMITTED: gettext_lazy("Admitted by country group"),
}
# Texts of the desk are smaller than those of public pages, and in English or French.
LINE_LENGTH: Final = 40
# The kinds that exist for members of a focus area. Other kinds never have one.
AREA_KINDS: Final = (StatisticsKind.ADMITTED, StatisticsKind.WITHDRAWN)


@dataclass(frozen=True)
class Row:
    """One row of a table: its label, its counts, and the filters of the queue for its members."""

    label: str
    counts: Counts
    filters: Mapping[str, str]


@dataclass(frozen=True)
class Total:
    """One total of a call: its label, its number as text, and the URL of the members."""

    label: str
    number: str
    url: str


def kinds_of(*, is_of_every_area: bool) -> Sequence[StatisticsKind]:
    """Return the kinds that are counted, for all members or only for those of some areas."""
    return list(StatisticsKind) if is_of_every_area else AREA_KINDS


def call_totals_shown(call: Call, totals: Counts, kinds: Sequence[StatisticsKind]) -> list[Total]:
    """Return the totals of a call, with the number of undecided members if all are counted."""
    shown = [
        Total(str(kind.label), number_in_words(totals[kind]), members_url(call, kind))
        for kind in kinds
    ]
    if StatisticsKind.ARRIVED in kinds:
        undecided = totals[StatisticsKind.ARRIVED] - sum(totals[kind] for kind in OUTCOMES)
        url = members_url(call, StatisticsKind.ARRIVED, view="undecided")
        shown.append(Total(_("Not decided yet"), number_in_words(undecided), url))
    return shown


def answered_url(call: Call) -> str:
    """Return the URL of the list of the members from which the response times are computed."""
    return members_url(call, StatisticsKind.ARRIVED, status=ADMITTED_OR_DECLINED)


def members_url(call: Call, kind: StatisticsKind, **filters: str) -> str:
    """Return the URL of the list of the members that a figure counts."""
    # The values of the outcomes are those of the member's status.
    of_kind = {} if kind == StatisticsKind.ARRIVED else {"status": kind.value}
    query: dict[str, str | int] = {
        "view": "all",
        "call__id__exact": call.pk,
        **of_kind,
        **filters,
    }
    return f"{reverse('admin:members_member_changelist')}?{urlencode(query)}"


def call_charts(figures: CallStatistics) -> list[Chart]:
    """Return the charts of the statistics, for all EOIs or only for the members of some areas."""
    kinds = kinds_of(is_of_every_area=figures.is_of_every_area)
    kind = kinds[0]
    categories = [
        Row(str(category.label), counts, {"category__exact": category.value})
        for category, counts in figures.by_category.items()
    ]
    regions = [
        Row(
            str(region.label) if region else _("No ITU region"),
            counts,
            {"region": region.value if region else OUTSIDE_REGIONS},
        )
        for region, counts in figures.by_region.items()
    ]
    charts = [
        _by_stretch("decisions", DECISIONS[figures.step], figures, ANSWERED, kinds, "decided"),
        _by_area("areas", _("Admitted by focus area"), figures, AREA_KINDS, "focus_area"),
        _in_rows("categories", CATEGORIES[kind], figures.call, categories, kinds),
        _in_rows("regions", REGIONS[kind], figures.call, regions, kinds),
        _by_group(figures, kind),
    ]
    if figures.is_of_every_area:
        arrivals = ARRIVALS[figures.step]
        charts.insert(0, _by_stretch("arrivals", arrivals, figures, [kind], [kind], "submitted"))
        first_choices = _("Submissions by first choice")
        charts.insert(2, _by_area("first-choices", first_choices, figures, [kind], "first_choice"))
    return charts


def _by_stretch(
    name: str,
    title: object,
    figures: CallStatistics,
    drawn: Iterable[StatisticsKind],
    kinds: Sequence[StatisticsKind],
    parameter: str,
) -> Chart:
    """Return a chart with bars for each day, week, month or year, for several kinds.

    `parameter` is that of the filter of the queue by these days.
    """
    values = []
    for stretch in figures.stretches:
        number = sum(stretch.counts[kind] for kind in drawn)
        label = _in_brief(stretch.first, figures.step)
        values.append(BarValue(label, number, number_in_words(number)))
    rows = [
        Row(
            _in_full(stretch, figures.step),
            stretch.counts,
            {parameter: f"{stretch.first}..{stretch.last}"},
        )
        for stretch in figures.stretches
    ]
    told = [kind for kind in kinds if kind != StatisticsKind.ARRIVED or kind in drawn]
    return chart_of(name, str(title), values, _table(figures.call, rows, told), is_beside=True)


def _by_area(
    name: str,
    title: object,
    figures: CallStatistics,
    kinds: Sequence[StatisticsKind],
    parameter: str,
) -> Chart:
    """Return a chart with a bar for each focus area, by number, in its colour.

    `parameter` is that of the filter of the queue by this area.
    """
    rows = [
        Row(f"{number} · {FOCUS_AREA_NAMES[number]}", counts, {parameter: str(number)})
        for number, counts in figures.by_area.items()
    ]
    marks = [f"area-{number}" for number in figures.by_area]
    return _in_rows(name, title, figures.call, rows, kinds, marks)


def _in_rows(
    name: str,
    title: object,
    call: Call,
    rows: Sequence[Row],
    kinds: Sequence[StatisticsKind],
    marks: Sequence[str] = (),
) -> Chart:
    """Return a chart with a bar for each row of the first kind. The table shows all kinds."""
    values = [
        BarValue(row.label, row.counts[kinds[0]], number_in_words(row.counts[kinds[0]]), mark)
        for row, mark in zip(rows, marks or [""] * len(rows), strict=True)
    ]
    return chart_of(name, str(title), values, _table(call, rows, kinds), line_length=LINE_LENGTH)


def _by_group(figures: CallStatistics, kind: StatisticsKind) -> Chart:
    """Return a chart with a separate bar for each group of countries: its share of the total."""
    everything = figures.totals[kind]
    total = _cell(figures.call, kind, Row(_("Total"), figures.totals, {}))
    values, rows = [], []
    for group, counts in figures.by_group.items():
        row = Row(str(group.label), counts, {"group": group.value})
        number = counts[kind]
        facts = {
            "number": number_in_words(number),
            "all": number_in_words(everything),
            "percent": round(100 * number / everything) if everything else 0,
        }
        figure = _("%(number)s of %(all)s (%(percent)s%%)") % facts
        values.append(BarValue(row.label, number, figure))
        share = Cell(_("%(percent)s%%") % facts)
        rows.append((row.label, [_cell(figures.call, kind, row), total, share]))
    columns = [str(kind.label), _("Total"), _("Share")]
    notes = [
        list_date_in_words(),
        _("A country can be in several groups, so do not add the groups up."),
    ]
    return chart_of(
        "groups",
        str(GROUPS[kind]),
        values,
        Table(columns, rows),
        whole=everything,
        line_length=LINE_LENGTH,
        notes=notes,
    )


def _table(call: Call, rows: Iterable[Row], kinds: Sequence[StatisticsKind]) -> Table:
    return Table(
        [str(kind.label) for kind in kinds],
        [(row.label, [_cell(call, kind, row) for kind in kinds]) for row in rows],
    )


def _cell(call: Call, kind: StatisticsKind, row: Row) -> Cell:
    number = row.counts[kind]
    return Cell(number_in_words(number), members_url(call, kind, **row.filters) if number else "")


def _in_brief(begin: date, step: PeriodLength) -> str:
    """Return a short label for a period, from its first day."""
    match step:
        case PeriodLength.DAY:
            return date_format(begin, pgettext("format of a day in a chart", "D j M"))
        case PeriodLength.WEEK:
            return format_date_short(begin)
        case PeriodLength.MONTH:
            return date_format(begin, pgettext("format of a month in a chart", "M Y"))
        case PeriodLength.YEAR:
            return str(begin.year)


def _in_full(stretch: Period, step: PeriodLength) -> str:
    """Return the label of a period for a table."""
    match step:
        case PeriodLength.DAY:
            return format_date(stretch.first)
        case PeriodLength.WEEK:
            return days_in_words(stretch.first, stretch.last)
        case PeriodLength.MONTH:
            return month_in_words(stretch.first)
        case PeriodLength.YEAR:
            return str(stretch.first.year)
