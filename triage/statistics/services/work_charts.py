"""The work on a call in the reader's language: figures, two pictures, bars and tables."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import Cell, Table
from core.dates import (
    format_date_in_subject,
    format_date_short,
    format_day_and_month,
    month_in_words,
)
from core.numbers import number_in_words
from members.models import Call, Reason
from members.services.response_times import last_day_to_answer, working_days_from
from triage.statistics.services.work import DAY, OpenDay

# In pixels. A chart of the width of a phone is drawn for it, because text in a scaled one would be
# too small.
WIDE, NARROW = 600, 320
LEFT, RIGHT, TOP, GROUND = 34, 10, 35, 160
# Between the days that are named below a chart.
LABEL_WIDTH: Final = 52
BAR_WIDTH, BAR_TOP, BAR_GROUND = 50, 23, 122
# In working days: how far a forecast is drawn.
HORIZON: Final = 30
SATURDAY: Final = 5


class Shape(NamedTuple):
    """A path of a plot, by its CSS class."""

    kind: str
    path: str


class Label(NamedTuple):
    """A text of a plot. `anchor` is an attribute of SVG."""

    text: str
    x: float
    y: float
    kind: str = ""
    anchor: str = "middle"

    @property
    def place(self) -> tuple[str, str]:
        """The position without separators of the reader's language."""
        return str(self.x), str(self.y)


@dataclass
class Plot:
    """One drawing of a chart, in pixels."""

    name: str
    width: int
    height: int
    shapes: list[Shape] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


@dataclass(frozen=True)
class Figure:
    """A chart drawn twice, for wide and for narrow windows, with its description and table."""

    title: str
    description: str
    plots: Sequence[Plot]
    table: Table


@dataclass(frozen=True)
class Share:
    """One row of a list of bars: its label, number, and width in percent."""

    label: str
    number: int
    percent: int
    is_late: bool = False


@dataclass(frozen=True)
class Work:
    """The work on a call on the day on which it was counted.

    `ends_on` is when all open members are decided at the pace of the last seven working days, and
    `promised_on` is the last day to answer the members that wait for staff.
    """

    today: date
    counted: Mapping[str, Any]
    backlog: list[OpenDay]
    decided: dict[date, int]
    ends_on: date | None
    promised_on: date | None

    @property
    def last_day(self) -> date:
        """The last day of the backlog: today, or the day on which the last member was decided."""
        return self.backlog[-1].day if self.backlog else self.today

    @property
    def open_now(self) -> int:
        return self.backlog[-1].number if self.backlog else 0

    @property
    def oldest(self) -> int:
        return self.backlog[-1].highest_age if self.backlog else 0

    @property
    def ends_in_words(self) -> str:
        return format_date_in_subject(self.ends_on) if self.ends_on else ""

    @property
    def decided_lately(self) -> int:
        """The decisions of today and of the last working day before it."""
        return sum(
            number
            for day, number in self.decided.items()
            if working_days_from(day, self.today) <= 1
        )

    @property
    def in_promise(self) -> int | None:
        """The share of first answers within the promise, in percent; what is late counts too."""
        return percent(self.counted["in_time"], self.counted["answers"] + self.counted["late"])


def read_work(counted: Mapping[str, Any], *, today: date) -> Work:
    """Return the work of a snapshot that was counted on a day, with its forecast."""
    backlog = [OpenDay(date.fromisoformat(row[0]), *row[1:]) for row in counted["backlog"]]
    decided, length = counted["pace"]
    open_now = backlog[-1].number if backlog else 0
    needed = math.ceil(open_now * length / decided) if decided else 0
    since = [date.fromisoformat(day) for day, _number in counted["waits"]]
    return Work(
        today,
        counted,
        backlog,
        {date.fromisoformat(day): number for day, number in counted["decided_by_day"]},
        last_day_to_answer(today, needed) if needed else None,
        last_day_to_answer(max(since), counted["within_days"]) if since else None,
    )


def percent(part: int, whole: int) -> int | None:
    """Return a share in percent, rounded down, so that only all are 100; None of nothing."""
    return 100 * part // whole if whole else None


def forecast_in_words(work: Work) -> str:
    """Return when all are decided at this pace, beside the last day of the promise."""
    if not work.ends_on or not work.promised_on:
        return ""
    days = working_days_from(work.ends_on, work.promised_on)
    if days == 0:
        return _("all decided at this pace, on the day when the promise ends")
    if days > 0:
        return ngettext(
            "all decided at this pace, %(days)d working day early",
            "all decided at this pace, %(days)d working days early",
            days,
        ) % {"days": days}
    return ngettext(
        "all decided at this pace, %(days)d working day late",
        "all decided at this pace, %(days)d working days late",
        -days,
    ) % {"days": -days}


def backlog_figure(work: Work) -> Figure:
    """Return the chart of the members that were open at the end of each day."""
    most = max(work.backlog, key=lambda row: row.number)
    words = [
        _("Most were open on %(day)s: %(number)s.")
        % {"day": format_date_short(most.day), "number": number_in_words(most.number)},
        _("On %(day)s, %(number)s are open.")
        % {"day": format_date_short(work.last_day), "number": number_in_words(work.open_now)},
    ]
    if work.ends_on:
        words.append(
            _("At the pace of the last seven working days, all are decided on %(day)s.")
            % {"day": format_date_short(work.ends_on)}
        )
    if work.promised_on:
        words.append(
            _("The promise ends on %(day)s.") % {"day": format_date_short(work.promised_on)}
        )
    rows = [
        (
            format_date_short(row.day),
            [Cell(number_in_words(number)) for number in row[1:]],
        )
        for row in reversed(work.backlog)
    ]
    columns = [_("Open"), _("Half for at least (working days)"), _("Oldest (working days)")]
    plots = [_plot_backlog(work, most, width) for width in (WIDE, NARROW)]
    return Figure(_("Backlog"), " ".join(words), plots, Table(columns, rows))


def _plot_backlog(work: Work, most: OpenDay, width: int) -> Plot:
    """Draw the backlog as a line over the working days, with the forecast and the promise."""
    plot = Plot("backlog", width, 190)
    first = work.backlog[0].day
    ahead = [day for day in (work.ends_on, work.promised_on) if day]
    length = working_days_from(first, max([work.last_day, *ahead]))
    length = max(1, min(length, working_days_from(first, work.last_day) + HORIZON))

    def x(day: date) -> float:
        part = min(max(working_days_from(first, day), 0), length) / length
        return round(LEFT + part * (width - LEFT - RIGHT), 1)

    def y(number: float) -> float:
        return round(GROUND - number / (most.number or 1) * (GROUND - TOP), 1)

    for number in _ticks(most.number):
        plot.shapes.append(Shape("axis", f"M{LEFT},{y(number)}H{width - RIGHT}"))
        plot.labels.append(Label(number_in_words(number), LEFT - 6, y(number) + 4, "quiet", "end"))
    line = "L".join(f"{x(row.day)},{y(row.number)}" for row in work.backlog)
    now = x(work.last_day)
    plot.shapes += [
        Shape("ground", f"M{LEFT},{GROUND}L{line}L{now},{GROUND}Z"),
        Shape("line", f"M{line}L{now},{y(work.open_now)}"),
    ]
    if work.ends_on:
        reached = working_days_from(first, work.ends_on) - working_days_from(first, work.last_day)
        drawn = min(reached, length - working_days_from(first, work.last_day))
        rest = work.open_now * (1 - drawn / reached)
        plot.shapes.append(
            Shape("forecast", f"M{now},{y(work.open_now)}L{x(work.ends_on)},{y(rest)}")
        )
        if drawn == reached and width == WIDE:
            _label(plot, x(work.ends_on), 98, work.ends_on, _("at this pace"))
    if work.promised_on and width == WIDE:
        _label(plot, x(work.promised_on), 0, work.promised_on, _("promise ends"))
    if work.promised_on:
        plot.shapes.append(Shape("limit", f"M{x(work.promised_on)},41V{GROUND}"))
    if most.number != work.open_now:
        plot.labels.append(
            Label(number_in_words(most.number), x(most.day), y(most.number) - 8, "strong")
        )
    is_left = now < width * 0.6
    plot.labels.append(
        Label(
            _("%(number)s open") % {"number": number_in_words(work.open_now)},
            now + 8 if is_left else now,
            y(work.open_now) - (2 if is_left else 10),
            "strong",
            "start" if is_left else "end",
        )
    )
    _name_days(
        plot, [first + number * DAY for number in range((work.last_day - first).days + 1)], x
    )
    return plot


def _label(plot: Plot, x: float, y: float, day: date, words: str) -> None:
    """Add a day and what it is, above the end of a line."""
    at = min(max(x, LEFT + 40), plot.width - 40)
    plot.labels += [
        Label(format_date_in_subject(day), at, y + 12, "strong"),
        Label(words, at, y + 28, "quiet"),
    ]


def _name_days(plot: Plot, days: Sequence[date], x: Any) -> None:
    """Name the first day, and each Monday that has room."""
    named = -LABEL_WIDTH
    for day in days:
        if (day == days[0] or not day.weekday()) and x(day) - named >= LABEL_WIDTH:
            named = x(day)
            plot.labels.append(Label(format_day_and_month(day), named, 178, "quiet"))


def _ticks(most: int) -> list[int]:
    """Return zero and one or two round numbers up to a number."""
    if most < 2:
        return [0]
    power = 10 ** (len(str(most // 2)) - 1)
    step = max(step for step in (power, 2 * power, 5 * power) if step <= most // 2)
    return [0, step, 2 * step]


def decided_figure(work: Work) -> Figure:
    """Return the chart of the decisions of each working day, and of weekends that have some."""
    first = min([*work.decided, *(row.day for row in work.backlog[:1])], default=work.today)
    last = max([*work.decided, work.last_day])
    every = [first + number * DAY for number in range((last - first).days + 1)]
    shown = [day for day in every if day.weekday() < SATURDAY or work.decided.get(day)]
    rows = [
        (format_date_short(day), [Cell(number_in_words(work.decided.get(day, 0)))])
        for day in reversed(shown)
    ]
    numbers = ", ".join(f"{label}: {cell.text}" for label, [cell] in reversed(rows[:12]))
    plots = [_plot_decided(work, shown[-number:], number) for number in (12, 6)]
    return Figure(_("Decided a day"), numbers, plots, Table([_("Decided")], rows))


def _plot_decided(work: Work, days: Sequence[date], number: int) -> Plot:
    plot = Plot("decided", number * BAR_WIDTH, 150)
    most = max((work.decided.get(day, 0) for day in days), default=0) or 1
    for n, day in enumerate(days):
        decided = work.decided.get(day, 0)
        height = round(decided / most * (BAR_GROUND - BAR_TOP))
        kind = "s3" if day == work.today else "s4"
        left, top, middle = n * BAR_WIDTH + 2, BAR_GROUND - height, n * BAR_WIDTH + BAR_WIDTH / 2
        plot.shapes.append(Shape(kind, f"M{left},{BAR_GROUND}V{top}h{BAR_WIDTH - 4}V{BAR_GROUND}Z"))
        plot.labels += [
            Label(number_in_words(decided), middle, top - 6, "strong"),
            Label(format_day_and_month(day), middle, BAR_GROUND + 18, "quiet"),
        ]
    return plot


def ages(work: Work) -> list[Share]:
    """Return how long members have waited for staff, in steps up to the promise of the call."""
    promise = work.counted["within_days"]
    due_from = max(promise - 1, 0)
    begins = sorted({due_from * n // 3 for n in range(4)})
    numbers, late = dict.fromkeys(begins, 0), 0
    for day, number in work.counted["waits"]:
        since = date.fromisoformat(day)
        if last_day_to_answer(since, promise) < work.today:
            late += number
        else:
            age = working_days_from(since, work.today)
            numbers[max(begin for begin in begins if begin <= age)] += number
    ends = [begin - 1 for begin in begins[1:]] + [promise]
    rows = [
        (_age_in_words(begin, end, is_due=end == promise), numbers[begin])
        for begin, end in zip(begins, ends, strict=True)
    ]
    rows.append((_("More than %(days)d: late") % {"days": promise}, late))
    return _shares(rows, late_from=len(begins))


def _age_in_words(begin: int, end: int, *, is_due: bool) -> str:
    days = {"first": begin, "last": end}
    if is_due:
        return _("%(first)d to %(last)d working days, due now") % days
    return _("%(first)d to %(last)d working days") % days


def reasons(work: Work) -> list[Share]:
    """Return why members were declined, the most frequent reason first."""
    counted = dict(work.counted["reasons"])
    names = Reason.objects.in_bulk(counted)
    rows = [(str(names[pk]), number) for pk, number in counted.items()]
    if work.counted["without_reason"]:
        rows.append((_("No standard reason"), work.counted["without_reason"]))
    return _shares(sorted(rows, key=lambda row: -row[1]))


def answers(work: Work) -> list[Share]:
    """Return the first answers within the promise and after it, and who still waits for one."""
    counted = work.counted
    rows = [
        (_("Within the promise"), counted["in_time"]),
        (_("After it"), counted["answers"] - counted["in_time"]),
        (_("Open and late, without an answer"), counted["late"]),
    ]
    return _shares(rows, late_from=2)


def _shares(rows: Sequence[tuple[str, int]], *, late_from: int | None = None) -> list[Share]:
    most = max((number for _label, number in rows), default=0)
    return [
        Share(label, number, percent(number, most) or 0, is_late=n == late_from)
        for n, (label, number) in enumerate(rows)
    ]


def calls_beside(work: Work) -> Table | None:
    """Return this call beside the one before it, on the same day; None if it is the first."""
    compared = work.counted["beside"]
    calls = Call.objects.in_bulk(each["call"] for each in compared)
    if len(compared) < 2 or len(calls) < 2:
        return None
    rows = {
        "received": _("Received on the same day of the call"),
        "decided": _("Decided by then"),
        "half_within": _("Half answered within (working days)"),
        "least_developed": _("From least developed countries"),
    }
    columns = [month_in_words(calls[each["call"]].opens_at.date()) for each in compared]
    return Table(
        columns,
        [
            (
                label,
                [
                    Cell("–" if each[name] is None else number_in_words(each[name]))
                    for each in compared
                ],
            )
            for name, label in rows.items()
        ],
    )
