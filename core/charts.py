"""Bar charts: computes the position of each bar and text. Templates draw them without arithmetic.

Widths are percentages and heights are pixels, so that a chart fits any window and its text has the
same size as the text around it. This module does not create HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

# In percent. The longest bar leaves room for its figure. A part of a whole has a longer figure.
MAX_BAR_WIDTH: Final = 82
LONGEST_OF_A_WHOLE: Final = 58
# In percent: where a bar begins if its short label is beside it.
BAR_START_BESIDE_LABEL: Final = 26
# In pixels: the heights of a bar and of a label above it, and the gap between rows.
BAR, LABEL, GAP = 14, 20, 6
# In pixels, from the top of a bar to the baseline of its text.
BASELINE: Final = 12


@dataclass(frozen=True)
class BarValue:
    """One value to draw: its amount, its label, and the text of its figure."""

    label: str
    amount: float
    figure: str
    # A CSS class, if the colour has a meaning.
    mark: str = ""


@dataclass(frozen=True)
class Bar:
    """One row of a chart: a bar that starts at zero, its label, and the figure at its end."""

    label: str
    figure: str
    mark: str
    x: str
    y: int
    width: str
    height: int
    label_x: str
    label_y: int
    figure_x: str
    figure_y: int
    # The gap between the bar and its figure: positive, or negative in right-to-left text.
    figure_dx: int


@dataclass(frozen=True)
class Cell:
    """The text of one figure in a table, and the URL of the rows that it counts, if any."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Table:
    """The figures of a chart, and further figures. Each row has a heading and cells."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]


@dataclass(frozen=True)
class Chart:
    """A chart with its texts and its table. `name` is unique on the page."""

    name: str
    title: str
    description: str
    bars: Sequence[Bar]
    height: int
    table: Table
    notes: Sequence[str] = field(default_factory=list)


def bars_of(
    values: Sequence[BarValue], *, whole: float = 0, is_beside: bool = False, is_rtl: bool = False
) -> tuple[list[Bar], int]:
    """Lay out bars from top to bottom, and return them with their total height.

    Bars start at zero. The longest bar fills the width, or `whole` would fill it if it is given.
    Labels are above their bars, or beside them if `is_beside` is true.
    """
    begin = BAR_START_BESIDE_LABEL if is_beside else 0
    most = max([whole, *(value.amount for value in values)])
    room = (LONGEST_OF_A_WHOLE if whole else MAX_BAR_WIDTH) - begin
    scale = room / most if most else 0
    step = BAR + GAP + (0 if is_beside else LABEL)
    bars = [
        _bar(value, top=number * step, begin=begin, width=value.amount * scale, is_rtl=is_rtl)
        for number, value in enumerate(values)
    ]
    return bars, step * len(values)


def _bar(value: BarValue, *, top: int, begin: int, width: float, is_rtl: bool) -> Bar:
    """Place one bar below or beside its label; in right-to-left text it starts at the right."""
    y = top if begin else top + LABEL
    end = begin + width
    return Bar(
        label=value.label,
        figure=value.figure,
        mark=value.mark,
        x=_percent(100 - end if is_rtl else begin),
        y=y,
        width=_percent(width),
        height=BAR,
        label_x=_percent(100 if is_rtl else 0),
        label_y=top + BASELINE,
        figure_x=_percent(100 - end if is_rtl else end),
        figure_y=y + BASELINE,
        figure_dx=-GAP if is_rtl else GAP,
    )


def _percent(part: float) -> str:
    return f"{part:.2f}%"
