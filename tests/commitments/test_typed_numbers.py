"""Numbers as people type them, in each language."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitments.services.typed_numbers import (
    NotANumber,
    as_typed,
    currencies,
    currency_decimals,
    currency_of,
    parse_number,
)

LANGUAGES = ["ar", "en", "es", "fr", "ru", "zh-hans"]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u202f234.56", "1234.56"),
        ("1’234.50", "1234.50"),
        ("١٬٢٣٤٫٥٦", "1234.56"),
        ("۱۲۳", "123"),
        ("１２３．５", "123.5"),
        ("1.234.567", "1234567"),
        ("1,23,456", "123456"),
        ("12,34,567", "1234567"),
        ("0,125", "0.125"),
        (",5", "0.5"),
        ("12.5", "12.5"),
        ("1234,567", "1234.567"),
        ("1.2500", "1.25"),
        ("000", "0"),
        ("99999999999999.999", "99999999999999.999"),
    ],
)
def test_number_is_read_in_each_language(typed, number):
    assert {parse_number(typed, language) for language in LANGUAGES} == {Decimal(number)}


@pytest.mark.parametrize(
    ("typed", "language", "number"),
    [("1,234", "en", 1234), ("1.234", "fr", 1234), ("1.234", "es", 1234), ("1,234", "ar", 1234)],
)
def test_separator_means_what_it_means_in_the_language_of_the_page(typed, language, number):
    assert parse_number(typed, language) == number


@pytest.mark.parametrize(("typed", "language"), [("1.234", "en"), ("1,000", "fr"), ("9,999", "ru")])
def test_number_that_can_be_read_in_two_ways_is_refused(typed, language):
    with pytest.raises(NotANumber, match="can be read in two ways"):
        parse_number(typed, language)

    assert parse_number(typed, language, has_three_decimals=True) == Decimal(
        typed.replace(",", ".")
    )


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter a number"),
        ("-3", "not below zero"),
        ("−3", "not below zero"),
        ("1.5 million", "only the number"),
        ("USD 5", "only the number"),
        ("1.2.3", "Enter a number"),
        ("1,2,3.4", "Enter a number"),
        ("12.3.567", "Enter a number"),
        (".", "only the number"),
        ("1" * 15, "14 digits"),
        ("1.23456", "three decimals"),
        ("½", "only the number"),
        ("1e9", "only the number"),
        ("NaN", "only the number"),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(typed, says):
    with pytest.raises(NotANumber, match=says):
        parse_number(typed, "en")


@settings(max_examples=150)
@given(
    number=st.decimals(min_value=0, max_value=Decimal("99999999999999.999"), places=3),
    language=st.sampled_from(LANGUAGES),
)
def test_number_that_is_shown_is_read_again_as_the_same(number, language):
    assert parse_number(as_typed(number, language), language) == number


def test_currencies_have_the_decimals_of_cldr():
    assert {code: currency_decimals(code) for code in ("USD", "KWD", "XOF")} == {
        "USD": 2,
        "KWD": 3,
        "XOF": 0,
    }
    assert {"USD", "XOF", "BTN"} <= currencies()
    assert "DEM" not in currencies()
    assert currency_of("MW") == "MWK"
