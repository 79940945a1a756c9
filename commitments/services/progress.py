"""How far targets are: their reported values beside what was due, also as a chart.

This module computes coordinates and texts; a template draws them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import ceil, floor, log10
from typing import Final

from django.utils.translation import gettext as _

from commitments.models import CommitmentStatus, Target, TargetValue
from commitments.services.conditions import (
    Standing,
    condition_of_target,
    due_on_path,
    is_falling,
    milestone_due_on,
)
from commitments.services.content_in_words import milestones_in_words
from core.dates import format_date_short
from core.languages import list_in_words
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
        """Which part of the way was due on the day of the newest value, in per cent.

        It is None if nothing was, and after the last day.
        """
        due = self.standing.due_by_now
        return None if due is None or self.on >= self.target.by else self._share(due) or None

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
    def milestones(self) -> str:
        """The milestones in words; empty without them."""
        return milestones_in_words(self.target.path)

    @property
    def sentence(self) -> str:
        """The newest value beside the target, and what was due; empty without a number."""
        if self.latest is None or self.latest.value is None or self.target.value is None:
            return ""
        words = (
            _("%(value)s; the target is %(target)s.")
            if is_falling(self.target)
            else _("%(value)s of %(target)s.")
        )
        reached = words % {
            "value": number_in_words(self.latest.value),
            "target": number_in_words(self.target.value),
        }
        if self.on >= self.target.by:
            return reached
        return _("%(reached)s %(due)s") % {"reached": reached, "due": self._due(self.latest.on)}

    def _due(self, day: date) -> str:
        """Say in a sentence what was due on the day of the newest value."""
        if not self.target.milestones:
            path = due_on_path(self.target, day, published_on=self.published_on)
            words = _(
                "Due on %(day)s: %(due)s (%(path)s on a straight path, less a tenth of the way)."
            )
            return words % {
                "day": format_date_short(day),
                "path": number_in_words(path),
                "due": number_in_words(self.standing.due_by_now or Decimal(0)),
            }
        milestone = milestone_due_on(self.target, day)
        words = (
            _("Due by the milestone of %(day)s: %(due)s.")
            if milestone
            else _("The first milestone is on %(day)s: %(due)s.")
        )
        asked = milestone or self.target.path[0]
        return words % {
            "due": number_in_words(asked.value),
            "day": format_date_short(asked.on),
        }


WIDTH, HEIGHT = 560, 268
# The edges of the area in which values are drawn.
LEFT, RIGHT, TOP, BOTTOM = 84, 536, 30, 230
# How many intervals the vertical axis has at most, and how many years have a label.
MAX_INTERVALS: Final = 4
MAX_LABELS: Final = 8
# The fonts of charts are not measured: the text of a value stands where it has room.
NEAR_THE_EDGE: Final = 420


@dataclass(frozen=True)
class Label:
    """A text at a point of the chart."""

    x: int
    y: int
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class ProgressChart:
    """A chart with its texts, and its figures for the table."""

    progress: Progress
    name: str
    description: str
    lines: Sequence[Label]
    years: Sequence[Label]
    path: str
    milestones: Sequence[tuple[int, int]]
    series: str
    points: Sequence[tuple[int, int]]
    reported: Label
    path_label: Label
    # Day and value, of reports and of milestones.
    rows: Sequence[tuple[str, str]]
    milestone_rows: Sequence[tuple[str, str]]
    goal_day: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT


def progress_chart(progress: Progress, *, name: str) -> ProgressChart | None:
    """Return the chart of a target, or None if no number is reported.

    `name` is unique on a page.
    """
    target = progress.target
    known = [(each.on, each.value) for each in progress.values if each.value is not None]
    if not known or target.value is None:
        return None
    milestones = target.path
    first_day = min(
        target.baseline_on or progress.published_on,
        known[0][0],
        target.by,
        *(each.on for each in milestones),
    )
    start = (first_day, target.baseline or Decimal(0))
    first_year = first_day.year
    last_year = max(target.by, known[-1][0]).year + 1
    ticks = _ticks([start[1], target.value, *(value for _day, value in (*known, *milestones))])

    def x(day: date) -> int:
        days = (date(last_year, 1, 1) - date(first_year, 1, 1)).days
        return LEFT + round((RIGHT - LEFT) * (day - date(first_year, 1, 1)).days / days)

    def y(value: Decimal) -> int:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return BOTTOM - round((BOTTOM - TOP) * share)

    points = [(x(day), y(value)) for day, value in known]
    # Without a value at the start, the line begins at the first report.
    drawn = [(x(start[0]), y(start[1])), *points] if target.baseline is not None else points
    marks = [(x(day), y(value)) for day, value in milestones]
    end = (x(target.by), y(target.value))
    last_x, last_y = points[-1]
    is_near = last_x > NEAR_THE_EDGE
    step = ceil((last_year - first_year + 1) / MAX_LABELS)
    return ProgressChart(
        progress=progress,
        name=name,
        description=_description(target, known),
        lines=[Label(LEFT - 6, y(value), number_in_words(value), "end") for value in ticks],
        years=[
            Label(x(date(year, 1, 1)), BOTTOM + 26, str(year))
            for year in range(first_year, last_year + 1, step)
        ],
        path=_path([(x(start[0]), y(start[1])), *marks, end]),
        milestones=marks,
        series=_path(drawn),
        points=points,
        reported=Label(
            last_x - 10 if is_near else last_x + 10,
            last_y - 10 if is_near or last_y > BOTTOM - 24 else last_y + 18,
            number_in_words(known[-1][1]),
            "end" if is_near else "start",
        ),
        path_label=Label(end[0], max(end[1] - 10, 14), number_in_words(target.value), "end"),
        rows=_rows(known),
        milestone_rows=_rows(milestones),
        goal_day=format_date_short(target.by),
    )


def _description(target: Target, known: Sequence[tuple[date, Decimal]]) -> str:
    words = (
        _("%(target)s: %(values)s; the path leads by %(milestones)s to %(goal)s on %(day)s.")
        if target.milestones
        else _("%(target)s: %(values)s; the path leads to %(goal)s on %(day)s.")
    )
    return words % {
        "target": target.indicator,
        "values": _dated(known),
        "milestones": _dated(target.path),
        "goal": number_in_words(target.value or Decimal(0)),
        "day": format_date_short(target.by),
    }


def _dated(values: Iterable[tuple[date, Decimal]]) -> str:
    return list_in_words(
        _("%(value)s on %(day)s") % {"value": value, "day": day} for day, value in _rows(values)
    )


def _rows(values: Iterable[tuple[date, Decimal]]) -> list[tuple[str, str]]:
    return [(format_date_short(day), number_in_words(value)) for day, value in values]


def _path(points: Sequence[tuple[int, int]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _ticks(values: Sequence[Decimal]) -> list[Decimal]:
    """Return the round numbers at the lines of the vertical axis, which always has a zero."""
    low, high = min(*values, Decimal(0)), max(*values, Decimal(0))
    if low == high:
        high = Decimal(1)
    rough = (high - low) / MAX_INTERVALS
    size = Decimal(10) ** floor(log10(rough))
    step = next(size * part for part in (1, 2, Decimal("2.5"), 5, 10) if size * part >= rough)
    first, last = floor(low / step), ceil(high / step)
    return [step * number for number in range(first, last + 1)]
