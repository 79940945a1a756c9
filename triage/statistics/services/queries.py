"""Queries for the statistics of a call: the EOIs that arrived, and their outcomes.

Reads the snapshot of the call and changes nothing.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import islice
from statistics import median_high
from typing import Any, Final, TypeVar

from accounts.models import User
from core.dates import RESOLUTION
from focus_areas.models import EVERY_AREA, FOCUS_AREA_NAMES, FocusArea
from members.models import Call, Category
from members.services.countries import CountryGroup, Region, countries_in, region_of
from members.services.response_times import day_in_geneva
from triage.statistics.models import StatisticsKind, StatisticsSnapshot

Counts = Counter[str]
# Kind, number of the focus area, value, count.
Row = tuple[str, int, Any, int]
Thing = TypeVar("Thing", bound=Hashable)
# With fewer decisions, a median would mostly show chance.
MIN_SAMPLE: Final = 10
MAX_BARS: Final = 31


class PeriodLength(Enum):
    """The length of the periods by which days are grouped, so that there are not too many bars."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def begin_of(self, day: date) -> date:
        """Return the first day of the period that contains a day. Weeks begin on Monday."""
        match self:
            case PeriodLength.WEEK:
                return day - timedelta(days=day.weekday())
            case PeriodLength.MONTH:
                return day.replace(day=1)
            case PeriodLength.YEAR:
                return day.replace(month=1, day=1)
        return day

    def after(self, begin: date) -> date:
        """Return the first day of the period after the one that begins on a day."""
        length = {
            PeriodLength.DAY: 1,
            PeriodLength.WEEK: 7,
            PeriodLength.MONTH: 31,
            PeriodLength.YEAR: 366,
        }[self]
        return self.begin_of(begin + timedelta(days=length))

    def begins(self, first: date, last: date) -> Iterator[date]:
        """Yield the first day of each period from one day to another."""
        begin = self.begin_of(first)
        while begin <= last:
            yield begin
            begin = self.after(begin)

    def is_enough(self, first: date, last: date) -> bool:
        """Return whether the number of periods fits into a chart."""
        return len(list(islice(self.begins(first, last), MAX_BARS + 1))) <= MAX_BARS


@dataclass(frozen=True)
class Period:
    """Consecutive days, with the counts of what arrived or was decided."""

    first: date
    last: date
    counts: Counts


@dataclass(frozen=True)
class ResponseTimes:
    """The working days within which half, and nine tenths, of the answers were given.

    Both are None if there are too few answers.
    """

    answers: int
    half_within: int | None
    nine_of_ten_within: int | None


@dataclass(frozen=True)
class CallStatistics:
    """The EOIs of a call and their outcomes. The lists include values with a count of zero."""

    call: Call
    # Whether all members are counted, or only those of some areas.
    is_of_every_area: bool
    # Empty until they are first computed.
    as_of: datetime | None
    step: PeriodLength
    stretches: list[Period]
    totals: Counts
    by_area: dict[int, Counts]
    by_category: dict[Category, Counts]
    by_region: dict[Region | None, Counts]
    # A country may be in several groups, so their counts must not be added up.
    by_group: dict[CountryGroup, Counts]
    pace: ResponseTimes


def visible_area_numbers(user: User) -> list[int] | None:
    """Return the numbers of the areas whose statistics a user may see; None for all members."""
    if user.has_perm(EVERY_AREA):
        return None
    reach = FocusArea.objects.visible_to(user)
    return list(reach.order_by("number").values_list("number", flat=True))


def call_statistics(call: Call, *, areas: Collection[int] | None, at: datetime) -> CallStatistics:
    """Read the statistics of a call, for all members or only for those of some areas."""
    snapshot = StatisticsSnapshot.objects.filter(call=call).first()
    figures = snapshot.figures if snapshot else {}
    by_day, by_country, by_category, by_working_days = (
        _visible(figures.get(name, []), areas)
        for name in ("day", "country", "category", "working_days")
    )
    step, stretches = _stretches(call, by_day, at)
    by_region, by_group = _by_country(
        by_country, on=day_in_geneva(snapshot.computed_at if snapshot else at)
    )
    by_area = _counters(FOCUS_AREA_NAMES if areas is None else areas)
    categories = _counters(Category)
    for kind, area_number, category, count in by_category:
        categories[Category(category)][kind] += count
        if area_number in by_area:
            by_area[area_number][kind] += count
    return CallStatistics(
        call=call,
        is_of_every_area=areas is None,
        as_of=snapshot.computed_at if snapshot else None,
        step=step,
        stretches=stretches,
        totals=sum(categories.values(), Counter()),
        by_area=by_area,
        by_category=categories,
        by_region=by_region,
        by_group=by_group,
        pace=_pace(by_working_days),
    )


@dataclass(frozen=True)
class CallTotals:
    """The members of a call of each kind, what each person of the staff did, and when counted."""

    totals: Counts
    people: list[dict[str, Any]]
    as_of: datetime | None


def call_totals(call: Call, *, areas: Collection[int] | None) -> CallTotals:
    """Read the totals of a call, for all members or only for those of some areas.

    Of the snapshot, which may have years of days, the database returns only the short lists.
    """
    snapshots = StatisticsSnapshot.objects.filter(call=call)
    lists = ("figures__category", "figures__work__people", "computed_at")
    rows, people, as_of = snapshots.values_list(*lists).first() or ([], [], None)
    totals: Counts = Counter()
    for kind, _area_number, _category, count in _visible(rows, areas):
        totals[kind] += count
    return CallTotals(totals, people or [], as_of)


def _visible(rows: list[Row], areas: Collection[int] | None) -> list[Row]:
    """Return the rows of some areas. EOIs that arrived have no area yet, only a requested one."""
    if areas is None:
        return rows
    return [row for row in rows if row[0] != StatisticsKind.ARRIVED and row[1] in areas]


def _counters(things: Iterable[Thing]) -> dict[Thing, Counts]:
    return {thing: Counter() for thing in things}


def _by_country(
    rows: list[Row], *, on: date
) -> tuple[dict[Region | None, Counts], dict[CountryGroup, Counts]]:
    """Add up the counts of countries by region, and by the groups that they are in on a day."""
    by_region, by_group = _counters([*Region, None]), _counters(CountryGroup)
    groups = {group: countries_in(group, on=on) for group in CountryGroup}
    for kind, _area_number, code, count in rows:
        by_region[region_of(code)][kind] += count
        for group, countries in groups.items():
            if code in countries:
                by_group[group][kind] += count
    return by_region, by_group


def _stretches(call: Call, rows: list[Row], at: datetime) -> tuple[PeriodLength, list[Period]]:
    """Group the days of a call into periods that fit into a chart.

    The periods continue after the call until the last day with a decision.
    """
    by_day: defaultdict[str, Counts] = defaultdict(Counter)
    for kind, _area_number, day, count in rows:
        by_day[day][kind] += count
    days = {date.fromisoformat(day): counts for day, counts in by_day.items()}
    ends = [day_in_geneva(call.opens_at), day_in_geneva(min(at, call.grace_ends_at - RESOLUTION))]
    first, last = min([*days, *ends]), max([*days, *ends])
    step = next((step for step in PeriodLength if step.is_enough(first, last)), PeriodLength.YEAR)
    stretches = _counters(step.begins(first, last))
    for on, counts in days.items():
        stretches[step.begin_of(on)].update(counts)
    return step, [
        Period(begin, step.after(begin) - timedelta(days=1), counts)
        for begin, counts in stretches.items()
    ]


def _pace(rows: list[Row]) -> ResponseTimes:
    """Compute the response times from the number of answers for each number of working days."""
    took: Counter[int] = Counter()
    for _kind, _area_number, days, count in rows:
        took[days] += count
    answers = took.total()
    if answers < MIN_SAMPLE:
        return ResponseTimes(answers, None, None)
    in_order = sorted(took.elements())
    return ResponseTimes(answers, median_high(in_order), in_order[math.ceil(answers * 0.9) - 1])
