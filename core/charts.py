"""Bar charts: computes the position of each bar and text. Templates draw them without arithmetic.

Widths are percentages and heights are in em, so that a chart fits any window and grows with the
reader's text. This module does not create HTML.

No library draws them: those for SVG put style or script into the picture, which the content
security policy forbids (pygal), or write neither title nor description (leather, pysvgchart).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from textwrap import wrap
from typing import Final

from django.utils.translation import get_language, get_language_bidi

# In percent: where a bar begins if its label is beside it, and where the longest one ends, which
# leaves room for its figure.
BAR_START_BESIDE_LABEL: Final = 26
BAR_END_BESIDE_LABEL: Final = 82
# In em: the heights of a line of text, and of a bar beside its label and below it.
LINE, BAR_BESIDE_LABEL, BAR_BELOW_LABEL = 1.35, 1.0, 0.6
# In em: from the top of a line of text, or of a bar, to the baseline of its text.
LINE_BASELINE, BAR_BASELINE = 1.0, 0.85
# In em: the gaps below a bar, and above the heading of a group.
GAP, GROUP_GAP = 0.45, 0.6
# In characters: what fits a window of 320 pixels, because SVG does not wrap text. Letters of some
# languages are wider.
LINE_LENGTH: Final = 32
LINE_LENGTHS: Final = {"ru": 27, "zh-hans": 17}
MIN_LABEL_LENGTH: Final = 8


@dataclass(frozen=True)
class BarValue:
    """One value to draw: its amount, its label, and the text of its figure."""

    label: str
    amount: float
    figure: str
    # A CSS class, if the colour has a meaning.
    mark: str = ""
    # The heading of the group that this value is in, if values are grouped.
    heading: str = ""


@dataclass(frozen=True)
class Bar:
    """A bar that starts at zero, and is mirrored in right-to-left text."""

    x: str
    y: str
    width: str
    height: str
    mark: str
    # Whether the part that the bar leaves empty is drawn too.
    has_track: bool


@dataclass(frozen=True)
class Text:
    """One line of text. `kind` is a CSS class, `anchor` and `dx` are attributes of SVG."""

    text: str
    x: str
    y: str
    kind: str = ""
    anchor: str = ""
    dx: str = ""


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
class Drawing:
    """The bars and texts of a chart, and its height."""

    bars: Sequence[Bar]
    texts: Sequence[Text]
    height: str


@dataclass(frozen=True)
class Chart:
    """A chart with its texts and its table. `name` is unique on the page."""

    name: str
    title: str
    description: str
    values: Sequence[BarValue]
    drawing: Drawing
    table: Table
    notes: Sequence[str] = field(default_factory=list)


def chart_of(
    name: str,
    title: str,
    values: Sequence[BarValue],
    table: Table,
    *,
    whole: float = 0,
    is_beside: bool = False,
    line_length: int = 0,
    notes: Sequence[str] = (),
) -> Chart:
    """Return a chart in the reader's language and direction.

    The longest bar fills the width, or `whole` would fill it if it is given. Labels are above their
    bars, or beside them if `is_beside` is true. `line_length` is in characters, and by default that
    of public pages in the reader's language.
    """
    drawn = draw(
        values,
        whole=whole,
        is_beside=is_beside,
        is_rtl=get_language_bidi(),
        line_length=line_length or LINE_LENGTHS.get(get_language() or "", LINE_LENGTH),
    )
    return Chart(name, title, describe(values), values, drawn, table, notes)


def describe(values: Iterable[BarValue]) -> str:
    """Return the values as one text, for readers who do not see the bars."""
    parts = []
    for heading, group in groupby(values, key=lambda value: value.heading):
        texts = [f"{value.label}: {value.figure}" for value in group]
        parts += [f"{heading} ({', '.join(texts)})"] if heading else texts
    return "; ".join(parts)


def draw(
    values: Sequence[BarValue],
    *,
    whole: float = 0,
    is_beside: bool = False,
    is_rtl: bool = False,
    line_length: int = LINE_LENGTH,
) -> Drawing:
    """Lay out bars from top to bottom, with the heading of each group above its first bar."""
    most = max([whole, *(value.amount for value in values)])
    column = _Column(whole=most, is_rtl=is_rtl, line_length=line_length)
    for heading, group in groupby(values, key=lambda value: value.heading):
        column.add_heading(heading)
        for value in group:
            if is_beside:
                column.add_bar_beside_label(value)
            else:
                column.add_bar_below_label(value)
    return Drawing(column.bars, column.texts, _em(column.height))


class _Column:
    """Bars and texts while they are laid out from top to bottom."""

    def __init__(self, *, whole: float, is_rtl: bool, line_length: int) -> None:
        self.whole, self.is_rtl, self.line_length = whole, is_rtl, line_length
        self.bars: list[Bar] = []
        self.texts: list[Text] = []
        self.height = 0.0

    def add_heading(self, heading: str) -> None:
        if heading and self.bars:
            self.height += GROUP_GAP
        for line in wrap(heading, self.line_length):
            self._add_text(line, at=0, y=self.height + LINE_BASELINE, kind="heading")
            self.height += LINE

    def add_bar_below_label(self, value: BarValue) -> None:
        """Add a label, its figure at the other end of its first line, and a bar below them."""
        baseline = self.height + LINE_BASELINE
        self._add_text(value.figure, at=100, y=baseline, kind="said", anchor="end")
        room = max(MIN_LABEL_LENGTH, self.line_length - len(value.figure) - 1)
        for line in wrap(value.label, room):
            self._add_text(line, at=0, y=self.height + LINE_BASELINE)
            self.height += LINE
        self._add_bar(value, begin=0, end=100, height=BAR_BELOW_LABEL)
        self.height += BAR_BELOW_LABEL + GAP

    def add_bar_beside_label(self, value: BarValue) -> None:
        """Add a label, a bar beside it, and its figure at the end of the bar."""
        begin, baseline = BAR_START_BESIDE_LABEL, self.height + BAR_BASELINE
        self._add_text(value.label, at=0, y=baseline)
        end = self._add_bar(value, begin=begin, end=BAR_END_BESIDE_LABEL, height=BAR_BESIDE_LABEL)
        dx = _em(-GAP if self.is_rtl else GAP)
        self._add_text(value.figure, at=end, y=baseline, kind="said", dx=dx)
        self.height += BAR_BESIDE_LABEL + GAP

    def _add_bar(self, value: BarValue, *, begin: int, end: int, height: float) -> float:
        """Add a bar of which the whole would end at `end`, and return where it ends itself."""
        width = (end - begin) * value.amount / self.whole if self.whole else 0
        x = 100 - begin - width if self.is_rtl else begin
        is_below = height == BAR_BELOW_LABEL
        self.bars.append(
            Bar(_percent(x), _em(self.height), _percent(width), _em(height), value.mark, is_below)
        )
        return begin + width

    def _add_text(
        self, text: str, *, at: float, y: float, kind: str = "", anchor: str = "", dx: str = ""
    ) -> None:
        x = 100 - at if self.is_rtl else at
        self.texts.append(Text(text, _percent(x), _em(y), kind, anchor, dx))


def _percent(part: float) -> str:
    return f"{round(part, 2):g}%"


def _em(number: float) -> str:
    return f"{round(number, 2):g}em"
