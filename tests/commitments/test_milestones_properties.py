"""What holds for every target, with milestones and without."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from commitments.models import Condition, Target, TargetValue
from commitments.services.conditions import (
    WORST_FIRST,
    condition_of_target,
    due_on_path,
    is_falling,
    value_due_on,
)
from commitments.services.progress import BOTTOM, LEFT, RIGHT, TOP, Progress, progress_chart

START = date(2024, 1, 1)
DAY = timedelta(days=1)
# In thousandths, as the columns store them.
numbers = st.integers(0, 2_000_000).map(lambda number: Decimal(number).scaleb(-3))
offsets = st.integers(0, 2_500)


@st.composite
def targets(draw, *, has_milestones=None, has_baseline=True):
    """A target that rises, with a number at the start or without, with milestones or without."""
    count = draw(st.integers(2, 4)) if has_milestones in (None, True) else 0
    if has_milestones is None and draw(st.booleans()):
        count = 0
    ends = draw(st.lists(numbers, min_size=count + 2, max_size=count + 2, unique=True))
    start, *steps, goal = sorted(ends)
    days = draw(
        st.lists(st.integers(1, 2_000), min_size=count + 1, max_size=count + 1, unique=True)
    )
    *on, by = sorted(days)
    return Target(
        indicator="Schools",
        unit="schools",
        baseline=start if has_baseline and draw(st.booleans()) else None,
        value=goal,
        by=START + by * DAY,
        milestones=[
            [str(START + day * DAY), str(value)] for day, value in zip(on, steps, strict=True)
        ],
    )


def stands(target, value, on, *, day=None):
    stated = TargetValue(value=value, on=on)
    return condition_of_target(target, [stated], day or on, published_on=START).condition


def mirrored(target, around):
    """The target that falls as the other one rises."""
    assert target.baseline is not None
    return Target(
        indicator=target.indicator,
        unit=target.unit,
        baseline=around - target.baseline,
        value=around - target.value,
        by=target.by,
        milestones=[[day, str(around - Decimal(value))] for day, value in target.milestones],
    )


@given(target=targets(), values=st.tuples(numbers, numbers), offset=offsets)
def test_higher_value_is_never_a_worse_condition(target, values, offset):
    on = START + offset * DAY
    low, high = (WORST_FIRST.index(stands(target, each, on)) for each in sorted(values))

    assert low <= high


@given(target=targets(), offset=offsets, later=offsets)
def test_less_is_never_due_later(target, offset, later):
    first, second = sorted((START + offset * DAY, START + later * DAY))
    due = [value_due_on(target, day, published_on=START) for day in (first, second)]

    assert due[0] is None or due[0] <= due[1]


@given(target=targets(), offset=offsets)
def test_what_is_due_is_on_course_and_less_is_behind(target, offset):
    on = START + offset * DAY
    assume(on < target.by)
    due = value_due_on(target, on, published_on=START)
    smallest = Decimal("0.001")

    if due is None:
        assert stands(target, Decimal(0), on) == Condition.ON_COURSE
    else:
        assert stands(target, due, on) == Condition.ON_COURSE
        assert stands(target, due - smallest, on) == Condition.BEHIND


@given(target=targets(has_milestones=True))
def test_milestone_binds_from_its_own_day_on(target):
    for number, milestone in enumerate(target.path):
        before = value_due_on(target, milestone.on - DAY, published_on=START)
        on_its_day = value_due_on(target, milestone.on, published_on=START)

        assert on_its_day == milestone.value
        assert before == (target.path[number - 1].value if number else None)


@given(target=targets(), value=numbers, offset=offsets, wait=st.integers(0, 2_500))
def test_nothing_falls_behind_because_time_passes(target, value, offset, wait):
    on = START + offset * DAY
    then = stands(target, value, on)
    later = stands(target, value, on, day=min(on + wait * DAY, max(on, target.by)))

    assert later == then


@given(target=targets(has_milestones=False), offset=offsets)
def test_without_milestones_a_tenth_of_the_way_less_than_the_straight_path_is_due(target, offset):
    on = START + offset * DAY
    assume(on < target.by)
    start, goal = Fraction(target.baseline or 0), Fraction(target.value)
    elapsed = Fraction((on - START).days, (target.by - START).days)
    due = Fraction(value_due_on(target, on, published_on=START))
    exact = max(start, start + (goal - start) * (elapsed - Fraction(1, 10)))

    # Rounded towards the start, by less than one unit of the last decimal.
    assert start <= due <= exact
    assert exact - due < 1
    # Without a tolerance it is the straight path itself.
    path = Fraction(due_on_path(target, on, published_on=START))
    assert path <= start + (goal - start) * elapsed
    assert due <= path


@given(target=targets(has_milestones=True), offset=offsets)
def test_milestones_on_the_straight_path_ask_for_no_more_than_it_does(target, offset):
    on = START + offset * DAY
    assume(on < target.by)
    straight = Target(baseline=target.baseline, value=target.value, by=target.by)
    target.milestones = [
        [str(each.on), str(due_on_path(straight, each.on, published_on=START))]
        for each in target.path
    ]
    due = value_due_on(target, on, published_on=START)

    assert due is None or due <= due_on_path(straight, on, published_on=START)


@given(target=targets(), value=numbers, offset=offsets)
def test_falling_target_mirrors_the_rising_one(target, value, offset):
    assume(target.baseline is not None)
    around = Decimal(4_000)
    fallen = mirrored(target, around)
    on = START + offset * DAY

    assert is_falling(fallen)
    assert stands(fallen, around - value, on) == stands(target, value, on)
    due = value_due_on(target, on, published_on=START)
    fallen_due = value_due_on(fallen, on, published_on=START)
    assert fallen_due == (None if due is None else around - due)


@given(
    target=targets(has_milestones=True),
    values=st.lists(st.tuples(offsets, numbers), min_size=1, max_size=5),
    offset=offsets,
)
def test_milestones_stay_in_the_frame_of_the_chart_in_their_order(target, values, offset):
    reported = [TargetValue(value=value, on=START + day * DAY) for day, value in sorted(values)]
    shown = Progress(target, reported, published_on=START, on=START + offset * DAY)
    chart = progress_chart(shown, name="a")

    assert len(chart.milestones) == len(chart.milestone_rows) == len(target.milestones)
    for x, y in (*chart.milestones, *chart.points):
        assert LEFT <= x <= RIGHT
        assert TOP <= y <= BOTTOM
    assert [x for x, _y in chart.milestones] == sorted(x for x, _y in chart.milestones)
    assert shown.line is None or 0 < shown.line <= 100
