"""How a commitment stands: computed from its targets, its reports and the day, never typed.

A target's latest value is compared with what was due on the day of that value. So a commitment does
not fall behind only because time passes and its next report is not due yet.

- With milestones, the last one of that day or before is due. Before the first one nothing is due.
- Without milestones, a straight path from the baseline to the target value is due, less a tenth of
  the whole way, but never less than the baseline. The path starts on the day of the baseline, or on
  the day of publication. Without a baseline it starts at zero.

A target that is lower than its baseline is reached from above.

Days are days in Geneva. On a border the better condition holds: exactly what is due is on course, a
target reached on its last day is not late, and a report is not overdue on the day when it is due. A
milestone is a border of days too: it binds values of its own day and later ones, and never a value
from the day before, however late it is read.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final, NamedTuple

from django.db import transaction
from django.utils import timezone

from commitments.models import (
    STATUSES_IN_FORCE,
    Commitment,
    CommitmentStatus,
    Condition,
    Milestone,
    Report,
    ReportStatus,
    Target,
    TargetValue,
    day_of,
)
from commitments.services.typed_numbers import decimals_of
from core.conflicts import lock

# A commitment without a report for so many years is inactive.
INACTIVE_AFTER_YEARS: Final = 2
# The conditions of targets, the worst first. The worst one is that of the commitment.
WORST_FIRST: Final = (
    Condition.NOT_REACHED,
    Condition.UNREPORTED,
    Condition.BEHIND,
    Condition.NO_VALUE,
    Condition.ON_COURSE,
    Condition.REACHED_LATE,
    Condition.REACHED,
)
# How version 1.0 says what it does not know.
SAID_BEFORE: Final = {
    Condition.UNREPORTED: Condition.NO_REPORT,
    Condition.NO_VALUE: Condition.NO_REPORT,
}
# Without milestones, which part of the whole way a value may be behind the straight path.
TOLERANCE: Final = Fraction(1, 10)
NO_TOLERANCE: Final = Fraction(0)
# How many commitments are read at once, and how many a run of the hourly task changes.
BATCH_SIZE, MAX_PER_RUN = 500, 2000


class Standing(NamedTuple):
    """The condition of a target, and the value that is due.

    `due_by_now` is that of the day of the latest value. Without a value, it is that of the day that
    was asked about. It is None if the target is yes or no, or before its first milestone.
    """

    condition: Condition
    due_by_now: Decimal | None


@dataclass(frozen=True)
class Facts:
    """All that the condition of a published commitment is computed from.

    `values` are those of published reports, by target. `reported_on` is the day on which the lead
    last sent a report, and `reported_for` the latest day for which one was sent.
    `last_report_at` is when the latest published report was sent.
    """

    status: CommitmentStatus
    published_on: date
    targets: Sequence[Target] = ()
    values: Mapping[int, Sequence[TargetValue]] = field(default_factory=dict)
    reported_on: date | None = None
    reported_for: date | None = None
    last_report_at: datetime | None = None


def condition_of_target(
    target: Target,
    values: Iterable[TargetValue],
    day: date,
    *,
    published_on: date | None = None,
    has_ended: bool = False,
) -> Standing:
    """Return how one target stands on a day, by the values of published reports.

    - Without a value there is none yet, until its day.
    - The latest value decides whether the target is reached, so progress can be lost again. It is
      reached late if no value up to its day reached it.
    - It is not reached if a value of its day or later says so, or if the commitment has ended.
    - After its day, or if the commitment has ended, it is unreported if no value tells about it:
      older values do not.
    - Until its day it is on course or behind. A policy is on course until its day.

    `published_on` saves the query for the commitment of the target.
    """
    known = sorted((each for each in values if each.on <= day), key=lambda each: each.on)
    if published_on is None and not target.is_yes_no and target.baseline_on is None:
        published_on = published_on_of(target.commitment)
    path_day = known[-1].on if known else day
    due = None if target.is_yes_no else value_due_on(target, path_day, published_on=published_on)
    return Standing(_condition_of_values(target, known, day, due, has_ended=has_ended), due)


def _condition_of_values(
    target: Target,
    known: Sequence[TargetValue],
    day: date,
    due: Decimal | None,
    *,
    has_ended: bool,
) -> Condition:
    if not known:
        return Condition.UNREPORTED if has_ended or day > target.by else Condition.NO_VALUE
    latest = known[-1]
    if is_reached_by(target, latest):
        in_time = any(each.on <= target.by and is_reached_by(target, each) for each in known)
        return Condition.REACHED if in_time else Condition.REACHED_LATE
    if has_ended or latest.on >= target.by:
        return Condition.NOT_REACHED
    if day > target.by:
        return Condition.UNREPORTED
    if due is None or latest.value is None:
        return Condition.ON_COURSE
    is_enough = latest.value <= due if is_falling(target) else latest.value >= due
    return Condition.ON_COURSE if is_enough else Condition.BEHIND


def is_reached_by(target: Target, value: TargetValue) -> bool:
    """Return whether a value reaches a target, whatever the day."""
    if target.is_yes_no or target.value is None or value.value is None:
        return bool(value.reached)
    found, goal = Decimal(value.value), Decimal(target.value)
    return found <= goal if is_falling(target) else found >= goal


def is_falling(target: Target) -> bool:
    """Return whether a target is to be reached from above; also zero, if none is the baseline."""
    if target.value is None:
        return False
    if not target.baseline:
        return bool(target.value <= 0)
    return bool(target.value < target.baseline)


def value_due_on(target: Target, day: date, *, published_on: date | None) -> Decimal | None:
    """Return the value with which a target is on course on a day; None if any value will do."""
    if day >= target.by or not target.milestones:
        return due_on_path(target, day, published_on=published_on, tolerance=TOLERANCE)
    milestone = milestone_due_on(target, day)
    return milestone.value if milestone else None


def milestone_due_on(target: Target, day: date) -> Milestone | None:
    """Return the last milestone of a target on a day or before; None before the first one."""
    return next((each for each in reversed(target.path) if each.on <= day), None)


def due_on_path(
    target: Target, day: date, *, published_on: date | None, tolerance: Fraction = NO_TOLERANCE
) -> Decimal:
    """Return the value of the straight path on a day, less a part of the whole way.

    It has as many decimals as target and baseline, so that no half schools are asked for. It is
    rounded towards the baseline.
    """
    goal, start = Decimal(target.value or 0), Decimal(target.baseline or 0)
    begins = target.baseline_on or published_on or target.by
    if day >= target.by or begins >= target.by:
        return goal
    elapsed = Fraction(max((day - begins).days, 0), (target.by - begins).days)
    share = max(elapsed - tolerance, NO_TOLERANCE)
    exact = Fraction(start) + (Fraction(goal) - Fraction(start)) * share
    places = max(decimals_of(start), decimals_of(goal))
    scaled = exact * 10**places
    return Decimal(ceil(scaled) if goal < start else floor(scaled)).scaleb(-places)


def condition_of(facts: Facts, day: date) -> Condition | None:
    """Return how a published commitment stands on a day; None if that cannot be said.

    In this order:

    1. If all targets are reached, it is reached, or reached late if one of them was.
    2. An ended one has the worst condition of its targets.
    3. Two years after its last report, or after its publication, it is inactive.
    4. After the day on which a report was due, until one is sent, its report is overdue.
    5. If the day of a target has passed and no report says that it is reached, it is unreported.
    6. Before the first published report, there is no report yet.
    7. Otherwise it has the worst condition of its targets. Without targets it is on course.

    A withdrawn or superseded one has no condition.
    """
    if facts.status not in STATUSES_IN_FORCE:
        return None
    has_ended = facts.status == CommitmentStatus.ENDED
    worst = _worst(facts, day, has_ended=has_ended)
    if has_ended or worst in (Condition.REACHED, Condition.REACHED_LATE):
        return worst
    if day_of(INACTIVE_AFTER_YEARS, facts.reported_on or facts.published_on) <= day:
        return Condition.INACTIVE
    if next_report_on(facts.published_on, day, reported_for=facts.reported_for) < day:
        return Condition.OVERDUE
    if facts.last_report_at is None:
        return worst if worst == Condition.UNREPORTED else Condition.NO_REPORT
    return worst or Condition.ON_COURSE


def condition_if_reported(
    targets: Sequence[Target],
    values: Mapping[int, Sequence[TargetValue]],
    day: date,
    published_on: date,
) -> Condition | None:
    """Return how a commitment will stand if a report with these values is published on a day."""
    facts = Facts(CommitmentStatus.PUBLISHED, published_on, targets, values)
    return _worst(facts, day, has_ended=False)


def _worst(facts: Facts, day: date, *, has_ended: bool) -> Condition | None:
    found = {
        condition_of_target(
            target,
            facts.values.get(target.pk, ()),
            day,
            published_on=facts.published_on,
            has_ended=has_ended,
        ).condition
        for target in facts.targets
    }
    return next((each for each in WORST_FIRST if each in found), None)


def next_report_on(published_on: date, day: date, *, reported_for: date | None = None) -> date:
    """Return the anniversary for which a report is expected next.

    It is the latest one before the day, if no report was sent for it: then it is overdue. Otherwise
    it is the first one from the day on that has no report.
    """
    years = anniversaries_before(day, published_on)
    if years and (reported_for is None or reported_for < day_of(years, published_on)):
        return day_of(years, published_on)
    years += 1
    while reported_for is not None and day_of(years, published_on) <= reported_for:
        years += 1
    return day_of(years, published_on)


def anniversaries_before(day: date, published_on: date) -> int:
    """Return how many anniversaries of a publication are before a day."""
    years = max(day.year - published_on.year, 0)
    return years - 1 if years and day_of(years, published_on) >= day else years


def is_anniversary(day: date, published_on: date) -> bool:
    """Return whether a day is an anniversary of a publication."""
    years = day.year - published_on.year
    return years > 0 and day_of(years, published_on) == day


def update_condition(commitment: Commitment, *, at: datetime) -> None:
    """Set the derived columns of a locked commitment, and save them.

    They follow from the rest, so they are neither in the history nor a new version.
    """
    derived = _derived(commitment, facts_of([commitment]).get(commitment.pk), at=at)
    for name, value in derived.items():
        setattr(commitment, name, value)
    Commitment.objects.filter(pk=commitment.pk).update(**derived)


def update_conditions(*, at: datetime) -> int:
    """Update the published commitments whose condition has changed with the day.

    Returns how many it changed, at most MAX_PER_RUN; the next run continues. Only rows that change
    are locked and written.
    """
    changed, last = 0, 0
    published = Commitment.objects.filter(status=CommitmentStatus.PUBLISHED).order_by("pk")
    while changed < MAX_PER_RUN and (batch := list(published.filter(pk__gt=last)[:BATCH_SIZE])):
        last = batch[-1].pk
        facts = facts_of(batch)
        for commitment in batch:
            derived = _derived(commitment, facts.get(commitment.pk), at=at)
            if any(getattr(commitment, name) != value for name, value in derived.items()):
                changed += _update(commitment, at)
    return changed


@transaction.atomic
def _update(commitment: Commitment, at: datetime) -> int:
    lock(commitment)
    update_condition(commitment, at=at)
    return 1


def _derived(
    commitment: Commitment, facts: Facts | None, *, at: datetime
) -> dict[str, str | date | datetime | None]:
    if facts is None:
        return {
            "present_condition": "",
            "condition": "",
            "next_report_on": None,
            "last_report_at": None,
        }
    day = timezone.localdate(at)
    condition = condition_of(facts, day)
    is_expected = facts.status == CommitmentStatus.PUBLISHED
    return {
        "present_condition": condition or "",
        "condition": SAID_BEFORE.get(condition, condition) if condition else "",
        "next_report_on": next_report_on(facts.published_on, day, reported_for=facts.reported_for)
        if is_expected
        else None,
        "last_report_at": facts.last_report_at,
    }


def facts_of(commitments: Collection[Commitment]) -> dict[int, Facts]:
    """Return what the conditions of commitments depend on, by key, in three queries.

    Commitments that were never published are left out.
    """
    published = {each.pk: each for each in commitments if each.published_at is not None}
    targets: dict[int, list[Target]] = defaultdict(list)
    for target in Target.objects.filter(commitment__in=published, is_current=True).order_by("pk"):
        targets[target.commitment_id].append(target)
    values = values_by_target(published)
    reports: dict[int, list[Report]] = defaultdict(list)
    for report in Report.objects.filter(commitment__in=published).sent().defer("typed"):
        reports[report.commitment_id].append(report)
    return {
        pk: Facts(
            status=CommitmentStatus(commitment.status),
            published_on=published_on_of(commitment),
            targets=targets[pk],
            values=values,
            reported_on=_reported_on(reports[pk]),
            reported_for=max((each.due_on for each in reports[pk]), default=None),
            last_report_at=_last_report_at(reports[pk]),
        )
        for pk, commitment in published.items()
    }


def values_by_target(commitments: Collection[int]) -> Mapping[int, Sequence[TargetValue]]:
    """Return the values that published reports state of current targets, by key of the target."""
    found: dict[int, list[TargetValue]] = defaultdict(list)
    stated = TargetValue.objects.filter(
        target__commitment__in=commitments,
        target__is_current=True,
        report__status=ReportStatus.PUBLISHED,
    )
    for value in stated.order_by("on", "report__sent_at", "pk"):
        found[value.target_id].append(value)
    return found


def _reported_on(reports: Sequence[Report]) -> date | None:
    times = [each.sent_at for each in reports if each.sent_at]
    return timezone.localdate(max(times)) if times else None


def _last_report_at(reports: Sequence[Report]) -> datetime | None:
    published = [each for each in reports if each.status == ReportStatus.PUBLISHED]
    return max((each.sent_at for each in published if each.sent_at), default=None)


def published_on_of(commitment: Commitment) -> date:
    """Return the day on which a commitment was published, in Geneva."""
    if commitment.published_at is None:
        raise ValueError("The commitment is not published.")
    return timezone.localdate(commitment.published_at)
