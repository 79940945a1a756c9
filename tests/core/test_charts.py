from itertools import pairwise

import pytest
from django.utils import translation

from core.charts import (
    BAR_END_BESIDE_LABEL,
    BAR_START_BESIDE_LABEL,
    BarValue,
    Table,
    chart_of,
    describe,
    draw,
)


def values(*amounts, **facts):
    return [BarValue(label=f"Row {n}", amount=n, figure=str(n), **facts) for n in amounts]


def number(length):
    return float(length.removesuffix("%").removesuffix("em"))


def widths(drawing):
    return [(number(bar.x), number(bar.width)) for bar in drawing.bars]


def test_bars_begin_at_nothing_and_are_as_long_as_they_amount_to():
    begin, end = BAR_START_BESIDE_LABEL, BAR_END_BESIDE_LABEL

    assert widths(draw(values(10, 5, 0))) == [(0, 100), (0, 50), (0, 0)]
    assert widths(draw(values(10, 5), is_beside=True)) == [
        (begin, end - begin),
        (begin, (end - begin) / 2),
    ]


def test_bars_that_are_parts_of_a_whole_are_as_long_as_their_part_of_it():
    assert widths(draw(values(10, 5), whole=20)) == [(0, 50), (0, 25)]


@pytest.mark.parametrize("is_rtl", [False, True])
@pytest.mark.parametrize("is_beside", [False, True])
def test_bars_and_texts_stay_inside_and_do_not_meet(is_beside, is_rtl):
    drawing = draw(
        [*values(1, 7, heading="First"), *values(1_000, heading="Second")],
        is_beside=is_beside,
        is_rtl=is_rtl,
    )

    for bar, following in pairwise(drawing.bars):
        assert number(bar.y) + number(bar.height) < number(following.y)
    for bar in drawing.bars:
        assert 0 <= number(bar.x) <= number(bar.x) + number(bar.width) <= 100
        assert number(bar.y) + number(bar.height) < number(drawing.height)
    for bar, amount in zip(drawing.bars, (1, 7, 1_000), strict=True):
        [label] = [text for text in drawing.texts if text.text == f"Row {amount}"]
        is_in_bar = number(bar.y) < number(label.y) < number(bar.y) + number(bar.height)
        assert is_in_bar == is_beside


@pytest.mark.parametrize("is_beside", [False, True])
def test_bars_of_who_reads_to_the_left_are_those_of_others_in_a_mirror(is_beside):
    ltr = draw(values(3, 4), is_beside=is_beside)
    rtl = draw(values(3, 4), is_beside=is_beside, is_rtl=True)

    assert ltr.height == rtl.height
    for right, left in zip(ltr.bars, rtl.bars, strict=True):
        assert number(left.x) == pytest.approx(100 - number(right.x) - number(right.width))
    for right, left in zip(ltr.texts, rtl.texts, strict=True):
        assert (left.text, left.y, left.anchor) == (right.text, right.y, right.anchor)
        assert number(left.x) == pytest.approx(100 - number(right.x))
        assert left.dx == (f"-{right.dx}" if right.dx else "")


def test_label_leaves_room_for_its_figure_and_wraps():
    value = BarValue("Landlocked developing country (LLDC)", 3, "3 of 12 (25%)")

    drawing = draw([value], line_length=32)

    assert [(text.text, text.y) for text in drawing.texts] == [
        ("3 of 12 (25%)", "1em"),
        ("Landlocked", "1em"),
        ("developing country", "2.35em"),
        ("(LLDC)", "3.7em"),
    ]


def test_heading_is_drawn_once_above_its_group():
    drawing = draw([*values(1, 2, heading="First"), *values(3, heading="Second")])

    assert [text.text for text in drawing.texts if text.kind == "heading"] == ["First", "Second"]
    assert drawing.texts[0].text == "First"


def test_bars_of_nothing_have_no_length_and_of_no_values_take_no_room():
    assert [bar.width for bar in draw(values(0, 0)).bars] == ["0%", "0%"]
    assert (draw([]).bars, draw([]).height) == ([], "0em")


def test_description_has_every_value_under_its_heading():
    assert describe(values(1, 2)) == "Row 1: 1; Row 2: 2"
    grouped = [*values(1, 2, heading="First"), *values(3, heading="Second")]
    assert describe(grouped) == "First (Row 1: 1, Row 2: 2); Second (Row 3: 3)"


@pytest.mark.parametrize(
    ("language", "x", "lines"), [("en", "0%", 1), ("ar", "100%", 1), ("ru", "0%", 2)]
)
def test_chart_has_the_direction_and_the_width_of_letters_of_the_reader(language, x, lines):
    value = BarValue("Firm", 1, "1", heading="A heading of twenty-nine chars")

    with translation.override(language):
        chart = chart_of("name", "Title", [value], Table([], []))

    headings = [text for text in chart.drawing.texts if text.kind == "heading"]
    assert [text.x for text in headings] == [x] * lines
