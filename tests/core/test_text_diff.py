from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text_diff import DiffSegment, diff_words

SIGNS = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}


def in_signs(before, after):
    return "".join(SIGNS[part.what].format(part.words) for part in diff_words(before, after))


def test_differences_tell_which_words_went_and_came():
    assert diff_words("Dear {name}, hello.", "Dear {name}, good day.") == [
        DiffSegment("same", "Dear {name}, "),
        DiffSegment("gone", "hello"),
        DiffSegment("new", "good day"),
        DiffSegment("same", "."),
    ]


def test_differences_of_a_replaced_phrase_are_one():
    assert in_signs("at a reasonable cost.", "at published prices.") == (
        "at [-a reasonable cost-]{+published prices+}."
    )


@pytest.mark.parametrize(
    ("before", "after", "signs"),
    [
        # A number stays whole, and a no-break space is inside it.
        ("Train 5,000 people.", "Train 10,000 people.", "Train [-5,000-]{+10,000+} people."),
        (
            "تدريب 5000 موظف",
            "تدريب 10\u00a0000 موظف",
            "تدريب [-5000-]{+10\u00a0000+} موظف",
        ),
        # The marks of Arabic letters belong to their word, and a punctuation mark does not.
        (
            "توصيل المدارس.",
            "توصيل المدارسِ، ونشر مواقعها.",
            "توصيل [-المدارس-]{+المدارسِ، ونشر مواقعها+}.",
        ),
        ("توصيل المدارس.", "توصيل المدارس، ونشر مواقعها.", "توصيل المدارس{+، ونشر مواقعها+}."),
        (
            "每所学校都应联网。",
            "每所公立学校都应在2030年前联网。",
            "每所{+公立+}学校都应{+在2030年前+}联网。",
        ),
        # Paragraphs are compared one by one, and what stands between them is no change.
        ("one\n\ntwo", "one more\n\ntwo\n\nthree", "one{+ more+}\n\ntwo{+\n\nthree+}"),
        ("", "new", "{+new+}"),
        ("gone", "", "[-gone-]"),
        ("same", "same", "same"),
    ],
)
def test_differences_are_those_that_a_reader_sees(before, after, signs):
    assert in_signs(before, after) == signs


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


def test_differences_of_a_whole_document_are_told_quickly_by_paragraph():
    paragraphs = [f"Paragraph {number} of what we agreed to do. " * 10 for number in range(100)]
    changed = [each.replace("agreed", "decided") for each in paragraphs]
    begins = process_time()

    parts = diff_words("\n\n".join(paragraphs), "\n\n".join(changed))

    assert process_time() - begins < 2
    assert [part.words for part in parts if part.what == "new"] == ["decided"] * 1000
