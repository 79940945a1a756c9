import csv
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from members.services import countries
from members.services.countries import Region

FILE = Path(countries.__file__).parents[1] / "data" / "countries.csv"
ORGANISATIONS = FILE.with_name("organisations.csv")


def test_choices_have_every_country_of_iso_3166_once():
    codes = [code for code, _name in countries.choices("en")]

    assert len(codes) == len(set(codes)) == 249


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh-hans"])
def test_choices_name_each_country_as_the_united_nations_do(language):
    names = dict(countries.choices(language))

    with FILE.open(encoding="utf-8", newline="") as file:
        named = {
            row["iso2"]: row["name_" + language.removesuffix("-hans")]
            for row in csv.DictReader(file)
        }
    assert {code: names[code] for code in named} == named


@pytest.mark.parametrize("language", ["ar", "ru", "zh-hans"])
def test_choices_name_each_country_and_territory_in_the_script_of_the_language(language):
    in_latin = [name for _code, name in countries.choices(language) if re.search("[A-Za-z]", name)]

    assert in_latin == []


def test_choices_name_territories_as_iso_does_not_as_people_call_them():
    assert countries.name_of("TW", "en") == "Taiwan (Province of China)"
    assert countries.name_of("GL", "fr") == "Groenland"


def test_choices_are_in_the_order_of_the_readers_language():
    english = [code for code, _name in countries.choices("en")]
    french = [code for code, _name in countries.choices("fr")]

    assert english.index("AX") < english.index("AL")  # Åland Islands, Albania
    assert english.index("CI") < english.index("HR")  # Côte d'Ivoire, Croatia
    assert french.index("ZA") < french.index("AL")  # Afrique du Sud, Albanie
    assert french.index("EG") < french.index("ES")  # Égypte, Espagne


def test_choices_keep_the_russian_short_i_apart_and_the_forms_of_the_arabic_alif_together():
    russian = [code for code, _name in countries.choices("ru")]
    arabic = [code for code, _name in countries.choices("ar")]

    assert russian.index("IT") < russian.index("YE")  # Италия, Йемен
    assert arabic.index("ET") < arabic.index("AF") < arabic.index("RU") < arabic.index("IS")


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "Naoero"),
        ("fr", "Naoero"),
        ("es", "Naoero"),
        ("ru", "Наоэро"),
        ("zh-hans", "瑙鲁"),
        ("ar", "ناويرو"),
    ],
)
def test_name_of_is_the_one_of_today_and_former_names_are_known(language, name):
    assert countries.name_of("NR", language) == name
    assert countries.former_names_of("NR") == ("Nauru", "Науру", "ناورو")
    assert countries.former_names_of("CH") == countries.former_names_of("GL") == ()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("BO", "دولة بوليفيا المتعددة القوميات"),
        ("FM", "ولايات ميكرونيزيا الموحدة"),
        ("IR", "جمهورية إيران الإسلامية"),
        ("NL", "مملكة هولندا"),
        ("VE", "جمهورية فنزويلا البوليفارية"),
    ],
)
def test_name_of_is_as_in_a_running_arabic_text(code, name):
    assert countries.name_of(code, "ar") == name


def test_name_of_is_in_the_readers_language():
    with override("fr"):
        assert countries.name_of("CH") == "Suisse"


def test_name_of_leaves_what_is_no_country():
    assert countries.name_of("XX", "en") == "XX"


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
