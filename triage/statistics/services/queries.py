"""What the figures say: what was sent to a call, and what became of it.

Reads the tallies and changes nothing. The figures are as of the time that the tallies are.
"""

import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import islice
from statistics import median_high
from typing import Final, TypeVar

from django.db.models import Max, Min, QuerySet, Sum
from django.db.models.functions import Left

from accounts.models import User
from core.dates import RESOLUTION
from focus_areas.models import EVERY_AREA, FOCUS_AREA_NAMES, FocusArea
from members.models import Call, Category
from members.services.countries import Region, groups_of, region_of
from members.services.response_times import day_in_geneva
from triage.statistics.models import Respect, Tally, Tallying, TallyKind

Counts = Counter[str]
Thing = TypeVar("Thing", bound=Hashable)
# Of fewer decisions, a middle tells more of chance than of us.
MIN_SAMPLE: Final = 10
MAX_BARS: Final = 31
# Countries may be in several of these: what they come to is never added up.
GROUPS: Final = ("is_ldc", "is_lldc", "is_sids")


class PeriodLength(Enum):
    """What days are put together to, so that there are not too many bars."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def begin_of(self, day: date) -> date:
        """Return the first day of the stretch that a day is in; weeks begin on Monday."""
        match self:
            case PeriodLength.WEEK:
                return day - timedelta(days=day.weekday())
            case PeriodLength.MONTH:
                return day.replace(day=1)
            case PeriodLength.YEAR:
                return day.replace(month=1, day=1)
        return day

    def after(self, begin: date) -> date:
        """Return the first day of the stretch after the one that begins on a day."""
        length = {
            PeriodLength.DAY: 1,
            PeriodLength.WEEK: 7,
            PeriodLength.MONTH: 31,
            PeriodLength.YEAR: 366,
        }[self]
        return self.begin_of(begin + timedelta(days=length))

    def begins(self, first: date, last: date) -> Iterator[date]:
        """Give the first day of each stretch from one day to another."""
        begin = self.begin_of(first)
        while begin <= last:
            yield begin
            begin = self.after(begin)

    def is_enough(self, first: date, last: date) -> bool:
        """Tell whether it leaves no more stretches than a chart has room for."""
        return len(list(islice(self.begins(first, last), MAX_BARS + 1))) <= MAX_BARS


# The tallies that tell of a stretch, and as many letters of theirs as do; days tell of a week.
READ_FROM: Final = {
    PeriodLength.DAY: (Respect.DAY, 10),
    PeriodLength.WEEK: (Respect.DAY, 10),
    PeriodLength.MONTH: (Respect.MONTH, 7),
    PeriodLength.YEAR: (Respect.MONTH, 4),
}
A_DAY: Final = "0000-01-01"


@dataclass(frozen=True)
class Period:
    """Some days that follow one another, and what came or was decided on them."""

    first: date
    last: date
    counts: Counts


@dataclass(frozen=True)
class ResponseTimes:
    """In how many working days half of the answers were given, and nine of ten.

    Both are None where there are too few to say.
    """

    answers: int
    half_within: int | None
    nine_of_ten_within: int | None


@dataclass(frozen=True)
class CallStatistics:
    """What was sent to a call and what became of it; each list has all that there could be."""

    call: Call
    # Whether they are of every file, or of the members of some areas alone.
    is_of_every_area: bool
    # Empty until the first count is through.
    as_of: datetime | None
    step: PeriodLength
    stretches: list[Period]
    totals: Counts
    by_area: dict[int, Counts]
    by_category: dict[Category, Counts]
    by_region: dict[Region | None, Counts]
    by_group: dict[str, Counts]
    pace: ResponseTimes


def visible_area_numbers(user: User) -> list[int] | None:
    """Return the numbers of the areas whose figures somebody may see; None for every file's."""
    if user.has_perm(EVERY_AREA):
        return None
    reach = FocusArea.objects.within_reach_of(user)
    return list(reach.order_by("number").values_list("number", flat=True))


def call_statistics(call: Call, *, areas: Collection[int] | None, at: datetime) -> CallStatistics:
    """Read the figures of a call: all of them, or those of the members of some areas alone."""
    # Before the tallies, which may be counted anew at this moment: they are of no time before.
    as_of = Tallying.objects.values_list("as_of", flat=True).first()
    tallies = Tally.objects.filter(call=call)
    if areas is not None:
        # What arrived is of no area yet, whichever it asked for.
        tallies = tallies.filter(area_number__in=areas).exclude(kind=TallyKind.ARRIVED)
    step, stretches = _stretches(call, tallies, at)
    by_area = _counters(FOCUS_AREA_NAMES if areas is None else areas)
    by_category, took = _counters(Category), Counter[int]()
    for respect, value, kind, area_number, count in _in_few_rows(tallies):
        if respect == Respect.WORKING_DAYS:
            took[int(value)] += count
            continue
        by_category[Category(value)][kind] += count
        if area_number in by_area:
            by_area[area_number][kind] += count
    by_region, by_group = _by_country(tallies)
    return CallStatistics(
        call=call,
        is_of_every_area=areas is None,
        as_of=as_of,
        step=step,
        stretches=stretches,
        totals=sum(by_category.values(), Counter()),
        by_area=by_area,
        by_category=by_category,
        by_region=by_region,
        by_group=by_group,
        pace=_pace(took),
    )


def _counters(things: Iterable[Thing]) -> dict[Thing, Counts]:
    """Return a count of nothing for each of some things."""
    return {thing: Counter() for thing in things}


def _in_few_rows(tallies: QuerySet[Tally]) -> QuerySet[Tally, tuple[str, str, str, int, int]]:
    """Return what has few values: categories, and working days until the answer."""
    return tallies.filter(respect__in=[Respect.CATEGORY, Respect.WORKING_DAYS]).values_list(
        "respect", "value", "kind", "area_number", "count"
    )


def _by_country(
    tallies: QuerySet[Tally],
) -> tuple[dict[Region | None, Counts], dict[str, Counts]]:
    """Add countries up to regions, and to the groups that they are in today."""
    by_region, by_group = _counters([*Region, None]), _counters(GROUPS)
    by_country = tallies.filter(respect=Respect.COUNTRY).values_list("value", "kind")
    for code, kind, count in by_country.annotate(Sum("count")):
        by_region[region_of(code)][kind] += count
        groups = groups_of(code)
        for group in GROUPS:
            if getattr(groups, group):
                by_group[group][kind] += count
    return by_region, by_group


def _stretches(
    call: Call, tallies: QuerySet[Tally], at: datetime
) -> tuple[PeriodLength, list[Period]]:
    """Put the days of a call together to as few stretches as make a chart.

    They go on after the call until the last day on which something was decided.
    """
    of_days = tallies.filter(respect=Respect.DAY)
    ends = of_days.aggregate(first=Min("value"), last=Max("value"))
    days = [date.fromisoformat(day) for day in ends.values() if day]
    days += [day_in_geneva(call.opens_at), day_in_geneva(min(at, call.grace_ends_at - RESOLUTION))]
    first, last = min(days), max(days)
    step = next((step for step in PeriodLength if step.is_enough(first, last)), PeriodLength.YEAR)
    counts = _counters(step.begins(first, last))
    respect, length = READ_FROM[step]
    found = tallies.filter(respect=respect).annotate(begin=Left("value", length))
    for letters, kind, count in found.values_list("begin", "kind").annotate(Sum("count")):
        begin = step.begin_of(date.fromisoformat(letters + A_DAY[len(letters) :]))
        # What was counted after the ends were read is for the next look.
        if begin in counts:
            counts[begin][kind] += count
    return step, [
        Period(begin, step.after(begin) - timedelta(days=1), count)
        for begin, count in counts.items()
    ]


def _pace(took: Counter[int]) -> ResponseTimes:
    """Tell how long answers took, exactly, from how many took so many working days."""
    answers = took.total()
    if answers < MIN_SAMPLE:
        return ResponseTimes(answers, None, None)
    in_order = sorted(took.elements())
    return ResponseTimes(answers, median_high(in_order), in_order[math.ceil(answers * 0.9) - 1])
