"""Figures, and the tables in which they are printed."""

import math
import statistics
from dataclasses import dataclass, field


def median(values):
    """Return the median of some values."""
    return statistics.median(values)


def percentile(values, percent):
    """Return the value that `percent` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def milliseconds(seconds):
    """Format seconds as `12.3 ms`."""
    return f"{seconds * 1000:.1f} ms"


def ratio(value, to):
    """Format the ratio of `value` to `to`, as in `0.83`."""
    return f"{value / to:.2f}"


@dataclass
class Table:
    """One table of figures in Markdown: its title, its goal, and rows of cells.

    The first column says what was measured. The second is the ratio that the goal is about.
    """

    title: str
    columns: tuple[str, ...]
    goal: str = ""
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, *cells):
        """Add a row, with a cell for each column."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(cells)

    def __str__(self):
        lines = [f"### {self.title}", ""]
        if self.goal:
            lines += [f"Goal: {self.goal}", ""]
        lines += [_row(self.columns), _row("---" for _column in self.columns)]
        lines += [_row(cells) for cells in self.rows]
        return "\n".join(lines) + "\n"


def _row(cells):
    return f"| {' | '.join(str(cell) for cell in cells)} |"
