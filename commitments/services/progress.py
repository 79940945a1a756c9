"""How far the targets of a commitment are: their reported values, and the straight path to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from commitments.models import CommitmentStatus, Target, TargetValue
from commitments.services.conditions import Standing, condition_of_target, due_on_path, is_falling
from core.dates import format_date_short
from core.numbers import number_in_words


@dataclass(frozen=True)
class Progress:
    """A target with the values of published reports, the earliest first, on a day."""

    target: Target
    values: Sequence[TargetValue]
    published_on: date
    on: date
    status: CommitmentStatus = CommitmentStatus.PUBLISHED

    @cached_property
    def standing(self) -> Standing:
        """How the target stands on the day."""
        return condition_of_target(
            self.target,
            self.values,
            self.on,
            published_on=self.published_on,
            has_ended=self.status == CommitmentStatus.ENDED,
        )

    @property
    def latest(self) -> TargetValue | None:
        """The newest reported value."""
        return self.values[-1] if self.values else None

    @property
    def width(self) -> int:
        """The length of the bar: which part of the way to the target is reached, in per cent."""
        if self.latest is None:
            return 0
        if self.target.is_yes_no or self.latest.value is None:
            return 100 if self.latest.reached else 0
        return self._share(self.latest.value)

    @property
    def line(self) -> int | None:
        """Where a straight path to the target stands on the day, in per cent."""
        if self.target.is_yes_no or self.on >= self.target.by:
            return None
        due = due_on_path(self.target, self.on, published_on=self.published_on)
        return self._share(due) or None

    def _share(self, value: Decimal) -> int:
        start, goal = self.target.baseline or Decimal(0), self.target.value or Decimal(0)
        if goal == start:
            return 100 if value == goal else 0
        return round(min(max((value - start) / (goal - start), Decimal(0)), Decimal(1)) * 100)

    @property
    def reached(self) -> str:
        """The newest reported value, as a figure of a table."""
        if self.latest is None:
            return "–"
        if self.latest.value is None:
            return _("Yes") if self.latest.reached else _("No")
        return number_in_words(self.latest.value)

    @property
    def promised(self) -> str:
        """The target, as a figure of a table."""
        return _("Yes") if self.target.value is None else number_in_words(self.target.value)

    @property
    def way(self) -> str:
        """By when the target is to be reached, and from which value."""
        day = format_date_short(self.target.by)
        if self.target.is_yes_no:
            return _("Yes or no, by %(day)s") % {"day": day}
        if self.target.baseline is None:
            return _("By %(day)s") % {"day": day}
        value = number_in_words(self.target.baseline)
        if self.target.baseline_on is None:
            return _("By %(day)s, from %(value)s") % {"day": day, "value": value}
        return _("By %(day)s, from %(value)s in %(year)s") % {
            "day": day,
            "value": value,
            "year": self.target.baseline_on.year,
        }

    @property
    def sentence(self) -> str:
        """The newest value beside the target and the path; empty without a number."""
        if self.latest is None or self.latest.value is None or self.target.value is None:
            return ""
        facts = {
            "value": number_in_words(self.latest.value),
            "target": number_in_words(self.target.value),
        }
        due = due_on_path(self.target, self.on, published_on=self.published_on)
        if self.on >= self.target.by:
            return _("%(value)s of %(target)s.") % facts
        facts["due"] = number_in_words(due)
        if is_falling(self.target):
            return _("%(value)s; the target is %(target)s, and %(due)s was due by now.") % facts
        return _("%(value)s of %(target)s; %(due)s were due by now.") % facts
