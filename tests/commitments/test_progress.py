"""Bars and lines of targets."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.models import CommitmentStatus, Condition, Target, TargetValue
from commitments.services.progress import (
    BOTTOM,
    LEFT,
    MAX_INTERVALS,
    RIGHT,
    TOP,
    Progress,
    progress_chart,
)

START, END = date(2022, 1, 1), date(2032, 1, 1)
MILESTONES = [["2025-06-30", "200"], ["2027-01-01", "600"]]
numbers = st.decimals(-1_000_000, 1_000_000, places=3)
days = st.dates(date(2021, 1, 1), date(2040, 1, 1))


def progress(*values, baseline=0, goal=1000, on=date(2027, 1, 1), by=END, milestones=(), **facts):
    target = Target(
        indicator="Schools",
        unit="schools",
        baseline=None if baseline is None else Decimal(baseline),
        baseline_on=START if baseline is not None else None,
        value=None if goal is None else Decimal(goal),
        is_yes_no=goal is None,
        by=by,
        milestones=list(milestones),
    )
    reported = [
        TargetValue(
            target=target,
            value=None if isinstance(value, bool) else Decimal(value),
            reached=value if isinstance(value, bool) else None,
            on=day,
        )
        for day, value in values
    ]
    return Progress(target, reported, published_on=START, on=on, **facts)


@pytest.mark.parametrize(
    ("values", "facts", "width", "line"),
    [
        ([], {}, 0, 40),
        ([(date(2026, 1, 1), 405)], {}, 40, 30),
        ([(date(2026, 1, 1), 1500)], {}, 100, 30),
        ([(date(2026, 1, 1), -20)], {}, 0, 30),
        # From 80 down to 20.
        ([(date(2026, 1, 1), 50)], {"baseline": 80, "goal": 20}, 50, 30),
        ([(date(2026, 1, 1), 90)], {"baseline": 80, "goal": 20}, 0, 30),
        # Before and after the first milestone.
        ([(date(2024, 1, 1), 90)], {"milestones": MILESTONES}, 9, None),
        ([(date(2026, 1, 1), 405)], {"milestones": MILESTONES}, 40, 20),
        ([], {"milestones": MILESTONES}, 0, 60),
        # On the last day, the path has ended.
        ([(date(2026, 1, 1), 405)], {"on": END}, 40, None),
        ([(date(2026, 1, 1), False)], {"goal": None, "baseline": None}, 0, None),
        ([(date(2026, 1, 1), True)], {"goal": None, "baseline": None}, 100, None),
        ([(date(2026, 1, 1), 7)], {"baseline": 7, "goal": 7}, 100, 100),
    ],
)
def test_bar_shows_how_much_of_the_way_is_gone_and_how_much_is_due(values, facts, width, line):
    shown = progress(*values, **facts)

    assert (shown.width, shown.line) == (width, line)


def test_sentence_compares_the_newest_value_with_what_was_due_on_its_day():
    values = [(date(2025, 1, 1), 300), (date(2026, 1, 1), 486)]

    assert progress(*values).sentence == (
        "486 of 1,000. Due on 1 Jan 2026: 300 (400 on a straight path, less a tenth of the way)."
    )
    assert progress(*values, on=END).sentence == "486 of 1,000."
    assert progress((date(2026, 1, 1), 60), baseline=80, goal=20).sentence == (
        "60; the target is 20. Due on 1 Jan 2026: 62 (56 on a straight path, less a tenth of the "
        "way)."
    )
    by_milestones = progress(*values, milestones=MILESTONES)
    assert by_milestones.sentence == "486 of 1,000. Due by the milestone of 30 Jun 2025: 200."
    assert progress(*values[:1], milestones=MILESTONES).sentence == (
        "300 of 1,000. The first milestone is on 30 Jun 2025: 200."
    )
    assert by_milestones.milestones == "Milestones: 200 by 30 Jun 2025 and 600 by 1 Jan 2027"
    assert progress().sentence == ""
    assert progress((date(2026, 1, 1), True), goal=None, baseline=None).sentence == ""


def test_target_says_by_when_and_from_where():
    assert progress().way == "By 1 Jan 2032, from 0 in 2022"
    assert progress(baseline=None).way == "By 1 Jan 2032"
    assert progress(goal=None, baseline=None).way == "Yes or no, by 1 Jan 2032"


def test_target_of_an_ended_commitment_is_not_on_course():
    values = [(date(2026, 1, 1), 990)]

    assert progress(*values).standing.condition == Condition.ON_COURSE
    ended = progress(*values, status=CommitmentStatus.ENDED)
    assert ended.standing.condition == Condition.NOT_REACHED


def test_chart_has_a_point_for_each_value_and_the_path():
    chart = progress_chart(
        progress((date(2024, 1, 1), 100), (date(2027, 1, 1), 500)), name="progress-1"
    )

    assert [label.text for label in chart.lines] == ["0", "250", "500", "750", "1,000"]
    assert [label.text for label in chart.years] == ["2022", "2024", "2026", "2028", "2030", "2032"]
    assert chart.path == f"M{LEFT} {BOTTOM}L495 {TOP}"
    assert chart.points == [(166, 210), (289, 130)]
    assert chart.series == f"M{LEFT} {BOTTOM}L166 210L289 130"
    assert chart.rows == [("1 Jan 2024", "100"), ("1 Jan 2027", "500")]
    assert chart.description == (
        "Schools: 100 on 1 Jan 2024 and 500 on 1 Jan 2027; the path leads to 1,000 on 1 Jan 2032."
    )
    assert (chart.milestones, chart.milestone_rows) == ([], [])
    # Without a value at the start, it begins with the first report.
    from_report = progress_chart(progress((date(2024, 1, 1), 100), baseline=None), name="a")
    assert from_report.series == "M166 210"


def test_path_of_the_chart_leads_by_the_milestones():
    chart = progress_chart(progress((date(2024, 1, 1), 100), milestones=MILESTONES), name="a")

    assert chart.milestones == [(228, 190), (289, 110)]
    assert chart.path == f"M{LEFT} {BOTTOM}L228 190L289 110L495 {TOP}"
    assert chart.milestone_rows == [("30 Jun 2025", "200"), ("1 Jan 2027", "600")]
    assert chart.description == (
        "Schools: 100 on 1 Jan 2024; the path leads by 200 on 30 Jun 2025 and 600 on 1 Jan 2027 to "
        "1,000 on 1 Jan 2032."
    )


def test_there_is_no_chart_without_numbers():
    assert progress_chart(progress(), name="a") is None
    answered = progress((date(2024, 1, 1), True), goal=None, baseline=None)
    assert progress_chart(answered, name="a") is None


@given(
    values=st.lists(st.tuples(days, numbers), min_size=1, max_size=8),
    baseline=st.none() | numbers,
    goal=numbers,
    by=days,
    on=days,
)
def test_bar_and_chart_stay_within_their_bounds(values, baseline, goal, by, on):
    shown = progress(*sorted(values), baseline=baseline, goal=goal, by=by, on=on)
    chart = progress_chart(shown, name="a")

    assert 0 <= shown.width <= 100
    assert shown.line is None or 0 < shown.line <= 100
    for x, y in chart.points:
        assert LEFT <= x <= RIGHT
        assert TOP <= y <= BOTTOM
    assert 2 <= len(chart.lines) <= MAX_INTERVALS + 2
