"""Time zones: the list of zones, their names, and the choices for forms."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import get_timezone_location
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_noop, override, to_locale
from django.utils.translation import gettext as _

from core.sorting import sorting_key

# The CLDR codes of continents, by the first part of the names of zones.
CONTINENTS: Final = {
    "Africa": "002",
    "America": "019",
    "Antarctica": "AQ",
    "Arctic": "150",
    "Asia": "142",
    "Australia": "009",
    "Europe": "150",
    "Pacific": "009",
}
OCEANS: Final = {
    "Atlantic": gettext_noop("Atlantic Ocean"),
    "Indian": gettext_noop("Indian Ocean"),
}
Zones = tuple[tuple[str, str], ...]


@cache
def known_zones() -> frozenset[str]:
    """Return all names of the IANA time zone database that stand for a place or an offset.

    "localtime" is what the machine calls its own zone, and "Factory" means that no zone is set.
    """
    return frozenset(available_timezones() - {"Factory", "localtime"})


def validate_time_zone(name: str) -> None:
    """Raise ValidationError for a name that is not in the IANA time zone database."""
    if name not in known_zones():
        raise ValidationError(_("Choose a time zone from the list."), code="unknown_time_zone")


def city(zone: str) -> str:
    """Return the city of a zone in the reader's language (CLDR), such as "Le Caire"."""
    return _city(zone, get_language() or settings.LANGUAGE_CODE)


@cache
def _city(zone: str, language: str) -> str:
    return get_timezone_location(zone, locale=to_locale(language), return_city=True)


@cache
def zones_by_country() -> dict[str, tuple[str, ...]]:
    """Return the time zones of each country, the most populous first (tzdata's zone.tab)."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    zones: dict[str, tuple[str, ...]] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            code, _coordinates, zone = line.split("\t")[:3]
            zones[code] = (*zones.get(code, ()), zone)
    return zones


@cache
def all_zones() -> tuple[str, ...]:
    """Return the time zones of all countries, in alphabetical order."""
    return tuple(sorted({zone for zones in zones_by_country().values() for zone in zones}))


def zone_choices(chosen: str) -> list[tuple[str, str | Zones]]:
    """Return the zones by continent for a select, including `chosen` if it is not in the list."""
    by_other_name = chosen in known_zones() and chosen not in {*all_zones(), "UTC"}
    choices: list[tuple[str, str | Zones]] = [(chosen, chosen)] if by_other_name else []
    return [*choices, *zones_by_continent(), ("UTC", "UTC")]


def zones_by_continent() -> list[tuple[str, Zones]]:
    """Return the zones by continent, sorted by their city in the reader's language."""
    return _by_continent(get_language() or settings.LANGUAGE_CODE)


@cache
def _by_continent(language: str) -> list[tuple[str, Zones]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for zone in all_zones():
        groups.setdefault(_continent(zone, language), []).append((zone, _city(zone, language)))
    return [
        (
            continent,
            tuple(sorted(groups[continent], key=lambda each: sorting_key(each[1], language))),
        )
        for continent in sorted(groups, key=lambda name: sorting_key(name, language))
    ]


def continent(zone: str) -> str:
    """Return the continent or ocean of a zone in the reader's language, such as "Oceania".

    A zone without a place, such as UTC, keeps its name.
    """
    if zone.partition("/")[0] not in {*CONTINENTS, *OCEANS}:
        return zone
    return _continent(zone, get_language() or settings.LANGUAGE_CODE)


def _continent(zone: str, language: str) -> str:
    """Return the name of the continent (CLDR), or of the ocean, in which a zone is."""
    area = zone.partition("/")[0]
    if area in OCEANS:
        with override(language):
            return _(OCEANS[area])
    names: Mapping[str, str] = Locale.parse(to_locale(language)).territories
    return names[CONTINENTS[area]]
