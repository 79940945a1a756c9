import csv
import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.utils.translation import override

from eoi.forms.answers import AnswersForm
from members.services import countries
from members.services.countries import CountryGroup, Region, countries_in
from tests.eoi.form import make_call
from tests.factories import FocalPointFactory

FILE = Path(countries.__file__).parents[1] / "data" / "countries.csv"
TERRITORIES = FILE.with_name("territories.csv")
ORGANISATIONS = FILE.with_name("organisations.csv")
LANGUAGES = ["ar", "en", "es", "fr", "ru", "zh-hans"]
# Where nobody lives.
UNINHABITED = {"AQ", "BV", "GS", "HM", "TF", "UM"}


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_country_of_iso_3166_has_a_name_and_is_in_one_file():
    codes = [code for code, _name in countries.sorted_names("en")]

    assert len(codes) == len(set(codes)) == 249
    assert len(rows_of(FILE)) == 197
    assert len(rows_of(TERRITORIES)) == 52


def names_in_files(language):
    column = "name_" + language.removesuffix("-hans")
    return {row["iso2"]: row[column] for row in (*rows_of(FILE), *rows_of(TERRITORIES))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_those_of_the_united_nations(language):
    assert dict(countries.sorted_names(language)) == names_in_files(language)


def test_page_of_the_form_names_each_country_where_somebody_lives(client):
    make_call()

    page = client.get("/zh-hans/expression-of-interest/").text

    [options] = re.findall(r'<select[^>]* name="country".*?</select>', page, re.DOTALL)
    names = dict(re.findall(r'<option value="([A-Z]{2})"[^>]*>([^<]+)<', options))
    assert {code: unescape(name) for code, name in names.items()} == {
        code: name for code, name in names_in_files("zh-hans").items() if code not in UNINHABITED
    }


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [
        # Territories, of which ISO has other names.
        ("en", "HK", "China, Hong Kong Special Administrative Region"),
        ("fr", "SJ", "Îles Svalbard-et-Jan Mayen"),
        ("es", "TW", "Taiwán (provincia de China)"),
        ("ru", "NC", "Новая Каледония"),
        ("zh-hans", "FK", "福克兰群岛（马尔维纳斯）"),
        ("ar", "GF", "غيانا الفرنسية"),
        # The name of today.
        ("en", "NR", "Naoero"),
        ("ru", "NR", "Наоэро"),
        # As in a running Arabic text.
        ("ar", "BO", "دولة بوليفيا المتعددة القوميات"),
        ("ar", "FM", "ولايات ميكرونيزيا الموحدة"),
        ("ar", "IR", "جمهورية إيران الإسلامية"),
        ("ar", "NL", "مملكة هولندا"),
        ("ar", "VE", "جمهورية فنزويلا البوليفارية"),
        # No country.
        ("en", "XX", "XX"),
    ],
)
def test_name_of_is_in_the_language_that_is_asked_for(language, code, name):
    assert countries.name_of(code, language) == name


def test_choices_leave_out_where_nobody_lives_unless_a_row_has_it():
    every = {code for code, _name in countries.sorted_names("en")}

    assert every - {code for code, _name in countries.choices("en")} == UNINHABITED
    assert dict(countries.choices("fr", kept="AQ"))["AQ"] == "Antarctique"
    assert countries.choices("en", kept="XX") == countries.choices("en", kept="CH")
    assert countries.choices("en", kept="CH") == countries.choices("en")


def test_member_where_nobody_lives_keeps_its_country_in_the_form():
    person = FocalPointFactory(member__country="AQ")

    form = AnswersForm(member=person.member, focal_points=[person])

    assert dict(form.fields["country"].choices)["AQ"] == "Antarctica"


@pytest.mark.parametrize("language", ["ar", "ru", "zh-hans"])
def test_choices_name_each_country_and_territory_in_the_script_of_the_language(language):
    names = [name for _code, name in countries.sorted_names(language)]

    assert [name for name in names if re.search("[A-Za-z]", name)] == []


@pytest.mark.parametrize(
    ("language", "in_order"),
    [
        # Åland Islands, Albania; Côte d'Ivoire, Croatia.
        ("en", ["AX AL", "CI HR"]),
        # Afrique du Sud, Albanie; Égypte, Espagne.
        ("fr", ["ZA AL", "EG ES"]),
        # Италия, Йемен: the short i is a letter of its own.
        ("ru", ["IT YE"]),
        # The forms of the alif are one letter.
        ("ar", ["ET AF RU IS"]),
    ],
)
def test_choices_are_in_the_order_of_the_readers_language(language, in_order):
    codes = [code for code, _name in countries.choices(language)]

    for several in in_order:
        assert sorted(several.split(), key=codes.index) == several.split()


def test_former_names_are_known():
    assert countries.former_names_of("NR") == ("Nauru", "Науру", "ناورو")
    assert countries.former_names_of("CH") == countries.former_names_of("GI") == ()
    assert "Îles Malouines" in countries.former_names_of("FK")


def test_name_of_is_in_the_readers_language():
    with override("fr"):
        assert countries.name_of("CH") == "Suisse"


@pytest.mark.parametrize(
    ("codes", "region"),
    [
        (["SD", "SO", "DJ", "KM", "MR"], Region.ARB),
        (["GE", "UA"], Region.EUR),
        (["KZ"], Region.CIS),
        (["BR"], Region.AMS),
        (["FJ"], Region.ASP),
        (["GL", "CK", "XX"], None),
    ],
)
def test_region_of_is_the_one_of_itu(codes, region):
    assert [countries.region_of(code) for code in codes] == [region] * len(codes)


def test_codes_in_region_are_those_whose_region_it_is():
    codes = {code for code, _name in countries.choices("en")}

    for region in Region:
        assert set(countries.codes_in_region(region)) == {
            code for code in codes if countries.region_of(code) == region
        }
    assert "KZ" in countries.codes_in_region("CIS")


def test_time_zones_of_are_those_of_the_country_the_most_populous_first():
    assert countries.time_zones_of("KE") == ("Africa/Nairobi",)
    assert countries.time_zones_of("KZ")[0] == "Asia/Almaty"
    assert countries.time_zones_of("BV") == ()


def test_organisations_of_the_demonstration_are_in_countries_that_exist():
    codes = {code for code, _name in countries.choices("en")}

    with ORGANISATIONS.open(encoding="utf-8", newline="") as file:
        assert {row["country"] for row in csv.DictReader(file)} <= codes


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
    ("group", "day", "left", "joined"),
    [
        (CountryGroup.LDC, date(2020, 12, 4), {"VU"}, set()),
        (CountryGroup.LDC, date(2023, 12, 13), {"BT"}, set()),
        (CountryGroup.LDC, date(2024, 12, 13), {"ST"}, set()),
        (CountryGroup.SIDS, date(2023, 4, 1), {"BH"}, set()),
        (CountryGroup.LLDC, date(2011, 1, 1), set(), {"SS"}),
        # A planned date.
        (CountryGroup.LDC, date(2026, 11, 24), set(), set()),
    ],
)
def test_countries_in_change_on_the_day_on_which_a_country_left_or_joined(group, day, left, joined):
    before, after = (countries_in(group, on=on) for on in (day - timedelta(days=1), day))

    assert (before - after, after - before) == (left, joined)
    assert before | after <= {code for code, _name in countries.choices("en")}


def test_list_date_is_told_in_words():
    with override("en"):
        told = countries.list_date_in_words()

    assert told == "Groups as of the list of 27 November 2026."
