import pytest
from django.utils import translation
from django.utils.translation import ngettext_lazy

from core.numbers import GroupedNumber, number_in_words, whole_number

MEMBERS = ngettext_lazy("%(number)s member", "%(number)s members", "number")


@pytest.mark.parametrize(
    ("language", "number"), [("en", "1,234"), ("fr", "1\xa0234"), ("ar", "1,234")]
)
def test_number_has_the_separators_of_the_reader_also_in_a_text_with_a_plural(language, number):
    with translation.override(language):
        assert number_in_words(1234) == number
        assert (MEMBERS % {"number": GroupedNumber(1234)}).startswith(f"{number} ")


def test_text_with_a_plural_chooses_it_by_the_number():
    assert MEMBERS % {"number": GroupedNumber(1)} == "1 member"


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)],
    ids=["zero", "zeros", "large"],
)
def test_whole_number_is_read(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text", [None, "", "-1", "+1", " 1", "1.0", "1_0", "²", "٣", "x", "9" * 19]
)
def test_other_texts_are_no_whole_number(text):
    assert whole_number(text) is None
