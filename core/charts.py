"""Charts of bars: where each bar and word stands. Templates draw them, and know no numbers.

Widths are parts of a hundred and heights are pixels, so that a chart fits any window and its
words stay as large as those around it. Nothing here makes HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

# The longest bar leaves room for its figure; one that is a part of a whole says of what.
MAX_BAR_WIDTH: Final = 82
LONGEST_OF_A_WHOLE: Final = 58
# Where a short label stands beside its bar, what is left for the bar begins here.
BAR_START_BESIDE_LABEL: Final = 26
# The heights of a bar and of a label above it, and what lies between one row and the next.
BAR, LABEL, GAP = 14, 20, 6
# From the top of a bar to the line that its words stand on.
BASELINE: Final = 12


@dataclass(frozen=True)
class BarValue:
    """One figure to draw: what it is of, how much it is, and how both are written."""

    label: str
    amount: float
    figure: str
    # A class of the style sheet, where a colour means something.
    mark: str = ""


@dataclass(frozen=True)
class Bar:
    """One row of a chart: a bar from nothing, its label, and its figure at its end."""

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
    # What keeps a word off the bar beside it: to the right, or where one reads to the left.
    figure_dx: int


@dataclass(frozen=True)
class Table:
    """The figures of a chart, and more of them: a heading, then cells, in each row."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[object]]]


@dataclass(frozen=True)
class Chart:
    """A chart with all that is read beside it. `name` tells it from the others on its page."""

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
    """Lay bars out from the top, and return them with the height of all.

    They begin at nothing; the longest is as long as there is room, or `whole` would be where it
    is given. Labels stand above their bars, or beside them where they are short.
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
    """Place one bar, under its label or beside it; on the right where one reads to the left."""
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
