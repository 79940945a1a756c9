from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text_diff import DiffSegment, diff_words


def test_differences_tell_which_words_went_and_came():
    assert diff_words("Dear {name}, hello.", "Dear {name}, good day.") == [
        DiffSegment("same", "Dear {name}, "),
        DiffSegment("gone", "hello."),
        DiffSegment("new", "good day."),
    ]


def test_differences_of_what_sets_no_spaces_are_told_by_characters():
    assert diff_words("我们收到", "我们已收到") == [
        DiffSegment("same", "我们"),
        DiffSegment("new", "已"),
        DiffSegment("same", "收到"),
    ]


@given(st.text(), st.text())
def test_differences_hold_both_texts_whole(before, after):
    parts = diff_words(before, after)

    assert "".join(part.words for part in parts if part.what != "new") == before
    assert "".join(part.words for part in parts if part.what != "gone") == after


@pytest.mark.parametrize("piece", ["a ", "a\n", "\n", "a b\nc ", "中", "{x}\n\n"])
def test_differences_of_long_texts_are_told_quickly(piece):
    before, after = piece * (10_000 // len(piece)), "b" + piece * (9_990 // len(piece))
    begins = process_time()

    parts = diff_words(before, after)

    assert process_time() - begins < 2
    assert "".join(part.words for part in parts if part.what != "new") == before
