from itertools import pairwise

import pytest

from core.charts import LONGEST_OF_A_WHOLE, MAX_BAR_WIDTH, BarValue, bars_of


def values(*amounts):
    return [BarValue(label=f"Row {n}", amount=n, figure=str(n)) for n in amounts]


def number(part):
    return float(part.removesuffix("%"))


def test_bars_begin_at_nothing_and_are_as_long_as_they_amount_to():
    bars, _height = bars_of(values(10, 5, 0))

    assert [(number(bar.x), number(bar.width)) for bar in bars] == [
        (0, MAX_BAR_WIDTH),
        (0, MAX_BAR_WIDTH / 2),
        (0, 0),
    ]


def test_bars_that_are_parts_of_a_whole_are_as_long_as_their_part_of_it():
    bars, _height = bars_of(values(10, 5), whole=20)

    assert [number(bar.width) for bar in bars] == [LONGEST_OF_A_WHOLE / 2, LONGEST_OF_A_WHOLE / 4]


@pytest.mark.parametrize("is_rtl", [False, True])
@pytest.mark.parametrize("is_beside", [False, True])
def test_bars_words_and_figures_stay_inside_and_do_not_meet(is_beside, is_rtl):
    bars, height = bars_of(values(1, 7, 1_000), is_beside=is_beside, is_rtl=is_rtl)

    for bar, following in pairwise(bars):
        assert bar.y + bar.height < following.y
        assert bar.label_y <= bar.figure_y
    for bar in bars:
        assert 0 <= number(bar.x) <= number(bar.x) + number(bar.width) <= 100
        assert bar.y + bar.height <= height


def test_bars_of_who_reads_to_the_left_are_those_of_others_in_a_mirror():
    to_the_right, height = bars_of(values(3, 4), is_beside=True)
    to_the_left, same_height = bars_of(values(3, 4), is_beside=True, is_rtl=True)

    assert height == same_height
    for right, left in zip(to_the_right, to_the_left, strict=True):
        assert number(left.x) == pytest.approx(100 - number(right.x) - number(right.width))
        assert number(left.label_x) == 100 - number(right.label_x)
        assert number(left.figure_x) == pytest.approx(100 - number(right.figure_x))
        assert left.figure_dx == -right.figure_dx


def test_bars_of_nothing_have_no_length_and_of_no_values_take_no_room():
    bars, _height = bars_of(values(0, 0))

    assert [bar.width for bar in bars] == ["0.00%", "0.00%"]
    assert bars_of([]) == ([], 0)
