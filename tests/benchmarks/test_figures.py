import pytest

from benchmarks.figures import Table, percentile


def test_table_is_markdown_with_its_goal():
    table = Table("Form", ("what", "ratio"), goal="0.6 or more")

    table.add("GET", "0.83")

    assert str(table) == (
        "### Form\n\nGoal: 0.6 or more\n\n| what | ratio |\n| --- | --- |\n| GET | 0.83 |\n"
    )


def test_table_refuses_a_row_of_another_width():
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        Table("Form", ("what", "ratio")).add("GET")


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 10), (95, 19), (100, 20)])
def test_percentile_is_the_nearest_rank(percent, value):
    assert percentile(range(20, 0, -1), percent) == value
