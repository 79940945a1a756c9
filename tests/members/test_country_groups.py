from datetime import date

import pytest
from django.utils.translation import override

from members.services import countries, country_groups
from members.services.country_groups import CountryGroup, countries_in

CIRCULAR_DATE = date(2021, 10, 18)
TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("group", "on", "number"),
    [
        # The numbers that the United Nations published.
        (CountryGroup.LDC, date(1971, 12, 31), 24),
        (CountryGroup.LDC, date(2012, 12, 31), 49),
        (CountryGroup.LDC, date(2020, 12, 3), 47),
        (CountryGroup.LDC, CIRCULAR_DATE, 46),
        (CountryGroup.LDC, date(2023, 12, 31), 45),
        (CountryGroup.LDC, date(2025, 1, 1), 44),
        (CountryGroup.LDC, TODAY, 44),
        (CountryGroup.LLDC, CIRCULAR_DATE, 32),
        (CountryGroup.LLDC, TODAY, 32),
        # Without the 14 territories that are not in the file.
        (CountryGroup.SIDS, CIRCULAR_DATE, 40),
        (CountryGroup.SIDS, TODAY, 39),
    ],
)
def test_countries_in_are_as_many_as_were_published(group, on, number):
    assert len(countries_in(group, on=on)) == number


@pytest.mark.parametrize(
    ("group", "country", "last_day", "day_after"),
    [
        (CountryGroup.LDC, "VU", date(2020, 12, 3), date(2020, 12, 4)),
        (CountryGroup.LDC, "BT", date(2023, 12, 12), date(2023, 12, 13)),
        (CountryGroup.LDC, "ST", date(2024, 12, 12), date(2024, 12, 13)),
        (CountryGroup.SIDS, "BH", date(2023, 3, 31), date(2023, 4, 1)),
    ],
)
def test_countries_in_are_without_a_country_from_the_day_it_left(
    group, country, last_day, day_after
):
    assert countries_in(group, on=last_day) - countries_in(group, on=day_after) == {country}


def test_countries_in_are_with_a_country_from_its_first_year():
    before, after = (
        countries_in(CountryGroup.LLDC, on=day) for day in (date(2010, 12, 31), date(2011, 1, 1))
    )

    assert after - before == {"SS"}


def test_countries_in_are_not_changed_by_a_planned_date():
    before, after = (
        countries_in(CountryGroup.LDC, on=day) for day in (date(2026, 11, 23), date(2030, 1, 1))
    )

    assert before == after
    assert {"BD", "KH", "LA", "NP", "SB", "SN"} <= after


def test_groups_are_of_countries_in_the_list():
    codes = {code for code, _name in countries.choices("en")}

    for group in CountryGroup:
        assert countries_in(group, on=TODAY) <= codes


def test_list_date_is_told_in_words():
    with override("en"):
        told = country_groups.list_date_in_words()

    assert told == "Groups as of the list of 27 November 2026."
