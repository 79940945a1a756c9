"""What commitments promise and have reached, by indicator: results beside promises.

- Only commitments in force count. The promises of withdrawn and superseded ones leave, and so do
  targets that a later version left out.
- Only values of published reports count, for each target the newest one.
- Promised is the target value minus the value at the start. Reached is the newest value minus the
  value at the start, and never below zero. Without a value at the start it is zero.
- Values are added up only for the indicators that the form proposes, each for itself, and only if
  their sum means something: no prices, and no shares. All other targets stand alone, each with its
  value beside its promise: in own words, yes or no, or to fall.
- A lead counts once for each indicator, and has reported if one of its targets has a value.
- Asked about places, a commitment for these places alone is told apart from one that is also for
  others. The portal divides neither.
- By year: what had been reached at the end of each year, by the newest values up to then.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Case, F, Q, Value, When

from commitments.models import (
    STATUSES_IN_FORCE,
    Commitment,
    CommitmentQuerySet,
    CommitmentStatus,
    Place,
    ReportStatus,
    Target,
    TargetValue,
)
from commitments.services.indicators import BY_CODE, SUMMABLE_CODES, Indicator

Json = dict[str, Any]
# How many targets that are not added up a page shows; the open data has all of them.
MAX_OTHERS: Final = 50


@dataclass(frozen=True)
class Sum:
    """What some targets of one indicator promise and have reached, and how many leads they have."""

    promised: Decimal = Decimal(0)
    reached: Decimal = Decimal(0)
    leads: int = 0
    reporting: int = 0

    @property
    def width(self) -> int:
        """The part of the promise that is reached, in per cent: at most 100."""
        return int(min(self.reached / self.promised, Decimal(1)) * 100) if self.promised else 0


@dataclass(frozen=True)
class Result:
    """The results of one indicator.

    `areas` are the numbers of the focus areas of its commitments. `by_year` has the end of each
    year since the first value. `shared` is what is also for other places than those asked about.
    """

    code: str
    sum: Sum
    areas: Sequence[int] = ()
    by_year: Sequence[tuple[int, Decimal]] = ()
    shared: Sum = Sum()

    @property
    def indicator(self) -> Indicator:
        return BY_CODE[self.code]


@dataclass(frozen=True)
class OtherTarget:
    """A target that is added up with no other. Without a value, it is yes or no."""

    reference: str
    language: str
    indicator: str
    unit: str
    baseline: Decimal | None
    value: Decimal | None
    by: date
    # Of its newest value.
    reached: Decimal | bool | None
    on: date | None


@dataclass(frozen=True)
class Results:
    """All results of some commitments.

    `others` are the first MAX_OTHERS of `other_count` targets, those with the newest values first.
    `first_report_on` is the day on which the first report is due.
    """

    results: Sequence[Result] = ()
    others: Sequence[OtherTarget] = ()
    other_count: int = 0
    commitments: int = 0
    reported: int = 0
    first_report_on: date | None = None

    @property
    def other_count_left(self) -> int:
        """How many of the other targets are not in `others`."""
        return self.other_count - len(self.others)

    @property
    def most_reported(self) -> Sequence[Result]:
        """The results, those first that most leads have reported."""
        return sorted(
            self.results, key=lambda each: (-each.sum.reporting, -each.sum.leads, each.code)
        )


@dataclass(frozen=True)
class _Facts:
    """What is read of a current target of a commitment in force."""

    pk: int
    commitment: int
    code: str
    baseline: Decimal | None
    value: Decimal | None
    lead: int
    area: int

    @property
    def start(self) -> Decimal:
        return self.baseline or Decimal(0)

    @property
    def promised(self) -> Decimal:
        return (self.value or Decimal(0)) - self.start

    @property
    def is_summed(self) -> bool:
        return self.code in SUMMABLE_CODES and self.promised > 0

    def reached(self, values: Sequence["_Value"]) -> Decimal:
        """Return what the last one of some values has reached."""
        if not values or values[-1].value is None:
            return Decimal(0)
        return max(values[-1].value - self.start, Decimal(0))


@dataclass(frozen=True)
class _Value:
    on: date
    value: Decimal | None
    reached: bool | None


def results_of(commitments: CommitmentQuerySet, *, places: Q | None = None) -> Results:
    """Return the results of those of some commitments that are in force.

    `places` is what `register.place_condition()` returns: a condition of `Place`. With it, only
    commitments for such a place count, and `shared` has those for others too. It takes four
    queries, and one more with `places`.
    """
    in_force = commitments.filter(status__in=STATUSES_IN_FORCE)
    chosen = in_force.order_by().values("pk")
    matching, with_others = _by_place(chosen, places) if places is not None else (None, set[int]())
    facts = [
        _Facts(*row)
        for row in Target.objects.filter(commitment__in=chosen, is_current=True)
        .order_by("pk")
        .values_list(
            *("pk", "commitment_id", "indicator_code", "baseline", "value"),
            *("commitment__lead_id", "commitment__focus_area__number"),
        )
        if matching is None or row[1] in matching
    ]
    values = _values(chosen)
    by_code: dict[str, list[_Facts]] = defaultdict(list)
    others: list[_Facts] = []
    for each in facts:
        if each.is_summed:
            by_code[each.code].append(each)
        else:
            others.append(each)
    days = {
        row[0]: row[1:]
        for row in in_force.order_by().values_list(
            *("pk", "last_report_at", "next_report_on", "status")
        )
        if matching is None or row[0] in matching
    }
    due = [day for _last, day, status in days.values() if day and status != CommitmentStatus.ENDED]
    return Results(
        results=[
            _result(code, by_code[code], values, with_others)
            for code in SUMMABLE_CODES
            if code in by_code
        ],
        others=_others(others, values),
        other_count=len(others),
        commitments=len(days),
        reported=sum(last is not None for last, _day, _status in days.values()),
        first_report_on=min(due, default=None),
    )


def results_as_json(commitments: CommitmentQuerySet, *, places: Q | None = None) -> Json:
    """Return the results of some commitments, as the stored figures keep them."""
    stored: Json = _plain(asdict(results_of(commitments, places=places)))
    return stored


def results_from_json(stored: Json | None) -> Results:
    """Return the results that `results_as_json()` stored.

    Figures that the release before stored have none; they are computed then.
    """
    if stored is None:
        return results_of(Commitment.objects.public())
    day = stored["first_report_on"]
    return Results(
        results=[
            Result(
                code=each["code"],
                sum=_sum_from_json(each["sum"]),
                areas=each["areas"],
                by_year=[(year, Decimal(reached)) for year, reached in each["by_year"]],
                shared=_sum_from_json(each["shared"]),
            )
            for each in stored["results"]
            # The next release, which may run beside, may know more indicators.
            if each["code"] in BY_CODE
        ],
        others=[_other_from_json(each) for each in stored["others"]],
        other_count=stored["other_count"],
        commitments=stored["commitments"],
        reported=stored["reported"],
        first_report_on=date.fromisoformat(day) if day else None,
    )


def _by_place(chosen: Any, places: Q) -> tuple[set[int], set[int]]:
    """Return the keys of the commitments for some places, and of those that have others too."""
    matching, with_others = set[int](), set[int]()
    is_asked = Case(When(places, then=Value(value=True)), default=Value(value=False))
    rows = Place.objects.filter(commitment__in=chosen).values_list("commitment_id", is_asked)
    for commitment, is_matching in rows:
        (matching if is_matching else with_others).add(commitment)
    return matching, matching & with_others


def _values(chosen: Any) -> Mapping[int, Sequence[_Value]]:
    """Return the values of published reports by key of their target, the newest last."""
    found: dict[int, list[_Value]] = defaultdict(list)
    rows = TargetValue.objects.filter(
        target__commitment__in=chosen,
        target__is_current=True,
        report__status=ReportStatus.PUBLISHED,
    )
    for target, *value in rows.order_by("on", "report__due_on", "pk").values_list(
        *("target_id", "on", "value", "reached")
    ):
        found[target].append(_Value(*value))
    return found


def _result(
    code: str,
    targets: Sequence[_Facts],
    values: Mapping[int, Sequence[_Value]],
    with_others: set[int],
) -> Result:
    alone = [each for each in targets if each.commitment not in with_others]
    shared = [each for each in targets if each.commitment in with_others]
    return Result(
        code=code,
        sum=_sum(alone, values),
        areas=sorted({each.area for each in targets}),
        by_year=_by_year(alone, values),
        shared=_sum(shared, values),
    )


def _sum(targets: Sequence[_Facts], values: Mapping[int, Sequence[_Value]]) -> Sum:
    return Sum(
        promised=sum((each.promised for each in targets), Decimal(0)),
        reached=sum((each.reached(values.get(each.pk, ())) for each in targets), Decimal(0)),
        leads=len({each.lead for each in targets}),
        reporting=len({each.lead for each in targets if values.get(each.pk)}),
    )


def _by_year(
    targets: Sequence[_Facts], values: Mapping[int, Sequence[_Value]]
) -> list[tuple[int, Decimal]]:
    """Return what the targets had reached at the end of each year from the first value on."""
    known = {each: values[each.pk] for each in targets if values.get(each.pk)}
    years = {value.on.year for those in known.values() for value in those}
    if not years:
        return []
    return [
        (
            year,
            sum(
                (
                    target.reached([value for value in those if value.on.year <= year])
                    for target, those in known.items()
                ),
                Decimal(0),
            ),
        )
        for year in range(min(years), max(years) + 1)
    ]


def _others(targets: Sequence[_Facts], values: Mapping[int, Sequence[_Value]]) -> list[OtherTarget]:
    """Return the first of some targets: those with the newest values, then those without."""
    newest = {each.pk: values[each.pk][-1] for each in targets if values.get(each.pk)}
    shown = sorted(
        (each.pk for each in targets),
        key=lambda pk: (-(newest[pk].on.toordinal() if pk in newest else 0), pk),
    )[:MAX_OTHERS]
    columns = ("indicator", "unit", "baseline", "value", "by")
    facts = {
        row.pop("pk"): row
        for row in Target.objects.filter(pk__in=shown)
        .annotate(reference=F("commitment__reference"), language=F("commitment__language"))
        .values("pk", "reference", "language", *columns)
    }
    return [OtherTarget(**facts[pk], **_newest_in(newest.get(pk))) for pk in shown]


def _newest_in(value: _Value | None) -> Json:
    if value is None:
        return {"reached": None, "on": None}
    return {"reached": value.reached if value.value is None else value.value, "on": value.on}


def _plain(facts: Any) -> Any:
    if isinstance(facts, dict):
        return {name: _plain(each) for name, each in facts.items()}
    if isinstance(facts, Iterable) and not isinstance(facts, str):
        return [_plain(each) for each in facts]
    return str(facts) if isinstance(facts, Decimal | date) else facts


def _sum_from_json(stored: Json) -> Sum:
    return Sum(
        Decimal(stored["promised"]),
        Decimal(stored["reached"]),
        stored["leads"],
        stored["reporting"],
    )


def _other_from_json(stored: Json) -> OtherTarget:
    decimals = {name: stored[name] and Decimal(stored[name]) for name in ("baseline", "value")}
    reached = stored["reached"]
    return OtherTarget(
        **{
            **stored,
            **decimals,
            "by": date.fromisoformat(stored["by"]),
            "reached": Decimal(reached) if isinstance(reached, str) else reached,
            "on": date.fromisoformat(stored["on"]) if stored["on"] else None,
        }
    )
