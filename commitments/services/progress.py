"""How far the targets of a commitment are: their reported values, and the straight path to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from commitments.models import Commitment, Condition, Target, TargetValue
from core.dates import local_day


@dataclass(frozen=True)
class Progress:
    """A target with its reported values, the earliest first, on a day.

    The straight path leads from the value at the start to the target. Without a value at the start
    it begins at zero.
    """

    target: Target
    values: Sequence[TargetValue]
    # The first day of the path.
    start: date
    on: date

    @property
    def latest(self) -> TargetValue | None:
        """The newest reported value."""
        return self.values[-1] if self.values else None

    @property
    def baseline(self) -> Decimal:
        """The value at the start of the path."""
        return self.target.baseline or Decimal(0)

    def due_on(self, day: date) -> Decimal:
        """Return the value of the straight path on a day."""
        return self.baseline + (self._value - self.baseline) * Decimal(self.share_of_time(day))

    def share_of_time(self, day: date) -> float:
        """Return which part of the time until the target has passed, from 0 to 1."""
        days = (self.target.by - self.start).days
        return min(max((day - self.start).days / days, 0), 1) if days > 0 else 1

    def share_reached(self) -> float:
        """Return which part of the way to the target is reached, from 0 to 1."""
        if self.latest is None:
            return 0
        if self.target.is_yes_no:
            return float(bool(self.latest.reached))
        way = self._value - self.baseline
        gone = (self.latest.value or Decimal(0)) - self.baseline
        return min(max(float(gone / way), 0), 1) if way else float(gone == 0)

    def condition(self) -> Condition:
        """Return how the target stands on the day."""
        reached_on = next((each.on for each in self.values if self._is_reached(each)), None)
        if reached_on and self.latest and self._is_reached(self.latest):
            return Condition.REACHED if reached_on <= self.target.by else Condition.REACHED_LATE
        if self.on > self.target.by:
            return Condition.NOT_REACHED
        if self.latest is None:
            return Condition.NO_REPORT
        is_on_course = self.target.is_yes_no or self.share_reached() >= self.share_of_time(
            self.latest.on
        )
        return Condition.ON_COURSE if is_on_course else Condition.BEHIND

    @property
    def _value(self) -> Decimal:
        return self.target.value or Decimal(0)

    def _is_reached(self, reported: TargetValue) -> bool:
        if reported.value is None:
            return bool(reported.reached)
        is_falling = self._value < self.baseline
        return reported.value <= self._value if is_falling else reported.value >= self._value


def progress_of(
    commitment: Commitment, targets: Iterable[Target], values: Iterable[TargetValue], *, on: date
) -> list[Progress]:
    """Return the progress of each target, from reported values of the commitment in any order."""
    by_target: dict[int, list[TargetValue]] = {}
    for value in sorted(values, key=lambda each: (each.on, each.pk)):
        by_target.setdefault(value.target_id, []).append(value)
    published = commitment.published_at
    first = commitment.starts or (local_day(published) if published else on)
    return [
        Progress(target, by_target.get(target.pk, []), target.baseline_on or first, on)
        for target in targets
    ]
