import re
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from commitments.services.money_in_words import (
    currency_codes,
    currency_name,
    money_in_brief,
    money_in_words,
    sums_in_brief,
)


@pytest.mark.parametrize(
    ("original", "currency", "words"),
    [
        ("31000000.00", "USD", "USD 31,000,000"),
        ("0.5", "USD", "USD 0.50"),
        ("6250000.500", "KWD", "KWD 6,250,000.500"),
        ("1900000000", "JPY", "JPY 1,900,000,000"),
        # Nothing that was stated is left out.
        ("1.005", "USD", "USD 1.005"),
        ("0", "XOF", "XOF 0"),
    ],
)
def test_amount_in_full(original, currency, words):
    assert money_in_words(Decimal(original), currency).replace("\xa0", " ") == words


@pytest.mark.parametrize(
    ("original", "words"),
    [
        ("500", "USD 500"),
        ("999999.49", "USD 999,999"),
        ("999999.50", "USD 1.0 m"),
        ("31000000", "USD 31.0 m"),
        ("31049999.99", "USD 31.0 m"),
        ("999949999.99", "USD 999.9 m"),
        ("999950000.01", "USD 1.00 bn"),
        ("14200000000", "USD 14.20 bn"),
        ("910000000000000", "USD 910.00 tn"),
    ],
)
def test_amount_in_brief_does_not_fall_between_two_units(original, words):
    assert money_in_brief(Decimal(original), "USD").replace("\xa0", " ") == words


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        # 1.345 and 0.055 are rounded so that they add up to 1.40.
        (["1345000000", "55000000"], ["USD 1,345.0 m", "USD 55.0 m", "USD 1,400.0 m"]),
        (["1084000000", "266000000"], ["USD 1.08 bn", "USD 0.27 bn", "USD 1.35 bn"]),
        (["1082500000", "271500000"], ["USD 1.08 bn", "USD 0.27 bn", "USD 1.35 bn"]),
        (["11995000", "5000"], ["USD 11,995,000", "USD 5,000", "USD 12,000,000"]),
        (["1350000000", "0"], ["USD 1.35 bn", "USD 0.00 bn", "USD 1.35 bn"]),
        (["0", "0"], ["USD 0", "USD 0", "USD 0"]),
    ],
)
def test_parts_in_brief_have_one_unit_and_add_up(parts, words):
    found = sums_in_brief([Decimal(part) for part in parts], "USD")

    assert [each.replace("\xa0", " ") for each in found] == words


@given(parts=st.lists(st.decimals(0, 10**13, places=2), min_size=2, max_size=4))
def test_parts_in_brief_always_add_up(parts):
    *shown, total = sums_in_brief(parts, "USD")

    def number(text):
        return Decimal(re.sub(r"[^0-9.]", "", text))

    assert sum(map(number, shown)) == number(total)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "31,0 M"),
        ("es", "31,0 M"),
        ("ru", "31,0 млн"),
        ("zh-hans", "3100.0万"),
        ("ar", "31.0 مليون"),
    ],
)
def test_amount_in_brief_has_the_words_of_the_reader(language, words):
    with override(language):
        assert words in money_in_brief(Decimal(31_000_000), "USD").replace("\xa0", " ")


def test_amount_is_isolated_in_the_direction_of_a_reader_from_the_right_alone():
    amount = Decimal(1_100_000_000)

    with override("ar"):
        arabic = [money_in_brief(amount, "USD"), money_in_words(amount, "USD")]
    english = money_in_brief(amount, "USD")

    # The number comes first, and the code of the currency last.
    assert [each.replace("\xa0", " ") for each in arabic] == [
        "\u20671.10 مليار USD\u2069",
        "\u20671,100,000,000 USD\u2069",
    ]
    assert english == "USD\xa01.10\xa0bn"


def test_currencies_are_those_of_countries_since_the_coalition_began():
    codes = currency_codes()

    assert {"ETB", "AOA", "SSP", "BTN", "CVE", "LSL", "DJF", "FJD", "HRK", "ZWG"} <= codes
    assert codes.isdisjoint({"DEM", "XXX", "XAU", "CLF"})


def test_currency_has_the_name_of_the_reader():
    with override("fr"):
        assert currency_name("XOF") == "franc CFA (BCEAO)"
    assert currency_name("QQQ") == "QQQ"
