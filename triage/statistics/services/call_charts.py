"""The statistics of a call as charts, each with its table, in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from core.charts import BarValue, Chart, Table, bars_of
from core.dates import format_date, format_date_short, month_in_words
from focus_areas.models import FOCUS_AREA_NAMES
from members.services.country_groups import list_date_in_words
from triage.statistics.models import StatisticsKind
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
DECIDED: Final = (StatisticsKind.ADMITTED, StatisticsKind.DECLINED, StatisticsKind.CLOSED)
# The kinds that exist for members of a focus area. Other kinds never have one.
AREA_KINDS: Final = (StatisticsKind.ADMITTED, StatisticsKind.WITHDRAWN)

Row = tuple[str, Counts]


def kinds_of(figures: CallStatistics) -> Sequence[StatisticsKind]:
    """Return the kinds that are counted in the figures that a user sees."""
    return list(StatisticsKind) if figures.is_of_every_area else AREA_KINDS


def call_charts(figures: CallStatistics) -> list[Chart]:
    """Return the charts of the statistics, for all EOIs or only for the members of some areas."""
    kinds = kinds_of(figures)
    kind = kinds[0]
    categories = [(str(category.label), counts) for category, counts in figures.by_category.items()]
    regions = [
        (str(region.label) if region else _("No ITU region"), counts)
        for region, counts in figures.by_region.items()
    ]
    charts = [
        _by_stretch("decisions", DECISIONS[figures.step], figures, DECIDED, kinds),
        _by_area("areas", _("Admitted by focus area"), figures, AREA_KINDS),
        _in_rows("categories", CATEGORIES[kind], categories, kinds),
        _in_rows("regions", REGIONS[kind], regions, kinds),
        _by_group(figures, kind),
    ]
    if figures.is_of_every_area:
        charts.insert(0, _by_stretch("arrivals", ARRIVALS[figures.step], figures, [kind], [kind]))
        charts.insert(
            2, _by_area("first-choices", _("Submissions by first choice"), figures, [kind])
        )
    return charts


def _by_stretch(
    name: str,
    title: object,
    figures: CallStatistics,
    drawn: Iterable[StatisticsKind],
    kinds: Sequence[StatisticsKind],
) -> Chart:
    """Return a chart with bars for each day, week, month or year, for several kinds."""
    values = []
    for stretch in figures.stretches:
        number = sum(stretch.counts[kind] for kind in drawn)
        values.append(BarValue(_in_brief(stretch.first, figures.step), number, str(number)))
    rows = [(_in_full(stretch, figures.step), stretch.counts) for stretch in figures.stretches]
    told = [kind for kind in kinds if kind != StatisticsKind.ARRIVED or kind in drawn]
    return _chart(name, title, values, _table(rows, told), is_beside=True)


def _by_area(
    name: str, title: object, figures: CallStatistics, kinds: Sequence[StatisticsKind]
) -> Chart:
    """Return a chart with a bar for each focus area, by number, in its colour."""
    rows = [
        (f"{number} · {FOCUS_AREA_NAMES[number]}", counts)
        for number, counts in figures.by_area.items()
    ]
    marks = [f"area-{number}" for number in figures.by_area]
    return _in_rows(name, title, rows, kinds, marks)


def _in_rows(
    name: str,
    title: object,
    rows: Sequence[Row],
    kinds: Sequence[StatisticsKind],
    marks: Sequence[str] = (),
) -> Chart:
    """Return a chart with a bar for each row of the first kind. The table shows all kinds."""
    values = [
        BarValue(label, counts[kinds[0]], str(counts[kinds[0]]), mark)
        for (label, counts), mark in zip(rows, marks or [""] * len(rows), strict=True)
    ]
    return _chart(name, title, values, _table(rows, kinds))


def _by_group(figures: CallStatistics, kind: StatisticsKind) -> Chart:
    """Return a chart with a separate bar for each group of countries: its share of the total."""
    everything = figures.totals[kind]
    values, rows = [], []
    for group, counts in figures.by_group.items():
        number, label = counts[kind], str(group.label)
        percent = round(100 * number / everything) if everything else 0
        facts = {"number": number, "all": everything, "percent": percent}
        figure = _("%(number)s of %(all)s (%(percent)s%%)") % facts
        values.append(BarValue(label, number, figure))
        rows.append((label, [number, everything, _("%(percent)s%%") % facts]))
    columns = [str(kind.label), _("Total"), _("Share")]
    notes = [
        list_date_in_words(),
        _("A country can be in several groups, so do not add the groups up."),
    ]
    return _chart(
        "groups", GROUPS[kind], values, Table(columns, rows), whole=everything, notes=notes
    )


def _table(rows: Iterable[Row], kinds: Sequence[StatisticsKind]) -> Table:
    return Table(
        [str(kind.label) for kind in kinds],
        [(label, [counts[kind] for kind in kinds]) for label, counts in rows],
    )


def _chart(
    name: str,
    title: object,
    values: Sequence[BarValue],
    table: Table,
    *,
    is_beside: bool = False,
    whole: float = 0,
    notes: Sequence[str] = (),
) -> Chart:
    bars, height = bars_of(values, whole=whole, is_beside=is_beside, is_rtl=get_language_bidi())
    description = "; ".join(f"{value.label}: {value.figure}" for value in values)
    return Chart(name, str(title), description, bars, height, table, notes)


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
            days = {
                "start": format_date_short(stretch.first),
                "end": format_date_short(stretch.last),
            }
            return _("%(start)s to %(end)s") % days
        case PeriodLength.MONTH:
            return month_in_words(stretch.first)
        case PeriodLength.YEAR:
            return str(stretch.first.year)
