"""The offered time zones, and their cities in the reader's language."""

import re

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import override

from core.time_zones import (
    all_zones,
    city,
    known_zones,
    validate_time_zone,
    zone_choices,
    zones_by_continent,
)

LATIN = re.compile("[A-Za-z]")


@pytest.mark.parametrize(
    ("language", "cities"),
    [
        ("en", ["Cairo", "Buenos Aires", "St. John’s", "New York"]),
        ("fr", ["Le Caire", "Buenos Aires", "Saint-Jean de Terre-Neuve", "New York"]),
        ("es", ["El Cairo", "Buenos Aires", "San Juan de Terranova", "Nueva York"]),
        ("ru", ["Каир", "Буэнос-Айрес", "Сент-Джонс", "Нью-Йорк"]),
        ("zh-hans", ["开罗", "布宜诺斯艾利斯", "圣约翰斯", "纽约"]),
        ("ar", ["القاهرة", "بوينوس أيرس", "سانت جونس", "نيويورك"]),
    ],
)
def test_city_is_named_in_the_language_of_the_reader(language, cities):
    zones = (
        "Africa/Cairo",
        "America/Argentina/Buenos_Aires",
        "America/St_Johns",
        "America/New_York",
    )

    with override(language):
        assert [city(zone) for zone in zones] == cities


@pytest.mark.parametrize("language", settings.MODELTRANSLATION_LANGUAGES)
def test_every_zone_has_a_city_without_signs_of_its_identifier(language):
    with override(language):
        cities = {zone: city(zone) for zone in known_zones()}
        offered = [city(zone) for zone in all_zones()]

    assert [zone for zone, name in cities.items() if not name or set(name) & {"/", "_"}] == []
    if language in ("ar", "ru", "zh-hans"):
        assert [name for name in offered if LATIN.search(name)] == []


def test_zones_are_offered_once_each_in_the_order_of_the_readers_language():
    with override("fr"):
        continents = dict(zones_by_continent())

    offered = [zone for zones in continents.values() for zone, _city in zones]
    europe = [name for _zone, name in continents["Europe"]]
    assert [*continents] == [
        "Afrique",
        "Amériques",
        "Antarctique",
        "Asie",
        "Europe",
        "Océan Atlantique",
        "Océan Indien",
        "Océanie",
    ]
    assert sorted(offered) == list(all_zones())
    assert len(offered) == len(set(offered))
    assert europe.index("Île de Man") < europe.index("Istanbul") < europe.index("Londres")


def test_zone_by_an_older_name_is_offered_to_whoever_has_it_alone():
    assert ("US/Eastern", "US/Eastern") in zone_choices("US/Eastern")
    assert ("US/Eastern", "US/Eastern") not in zone_choices("Europe/Zurich")
    assert ("nowhere", "nowhere") not in zone_choices("nowhere")


@pytest.mark.parametrize("name", ["localtime", "Factory", "nowhere", "../etc/passwd", "+02:00", ""])
def test_name_that_stands_for_no_place_is_no_time_zone(name):
    assert (name, name) not in zone_choices(name)
    with pytest.raises(ValidationError):
        validate_time_zone(name)
