from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text_diff import Part, differences


def test_differences_tell_which_words_went_and_came():
    assert differences("Dear {name}, hello.", "Dear {name}, good day.") == [
        Part("same", "Dear {name}, "),
        Part("gone", "hello."),
        Part("new", "good day."),
    ]


def test_differences_of_what_sets_no_spaces_are_told_by_characters():
    assert differences("我们收到", "我们已收到") == [
        Part("same", "我们"),
        Part("new", "已"),
        Part("same", "收到"),
    ]


@given(st.text(), st.text())
def test_differences_hold_both_texts_whole(before, after):
    parts = differences(before, after)

    assert "".join(part.words for part in parts if part.what != "new") == before
    assert "".join(part.words for part in parts if part.what != "gone") == after


@pytest.mark.parametrize("piece", ["a ", "a\n", "\n", "a b\nc ", "中", "{x}\n\n"])
def test_differences_of_long_texts_are_told_quickly(piece):
    before, after = piece * (10_000 // len(piece)), "b" + piece * (9_990 // len(piece))
    begins = perf_counter()

    parts = differences(before, after)

    assert perf_counter() - begins < 2
    assert "".join(part.words for part in parts if part.what != "new") == before
