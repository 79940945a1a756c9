"""Reads the names of countries and regions as people type them, in any of six languages."""

import re
from difflib import get_close_matches
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import override

from core.folding import fold
from members.services.countries import (
    NAME_COLUMNS,
    Region,
    choices,
    codes_named,
    codes_named_among,
    former_names_of,
    name_of,
    sorted_names,
)


class UnknownPlace(ValueError):
    """No single place has this name; `likely` are the names of those that it may mean."""

    def __init__(self, likely: list[str]) -> None:
        self.likely = likely
        super().__init__()


def place_name(country: str, region: str) -> str:
    """Return the name of a country, an ITU region or the world, as the form proposes it."""
    if country:
        return name_of(country)
    if region:
        return _("%(region)s (ITU region)") % {"region": Region(region).label}
    return _("The whole world")


def proposed_places(language: str) -> list[str]:
    """Return the names of all places in the active language: the world, regions, countries."""
    regions = [place_name("", region) for region in Region.values]
    return [place_name("", ""), *regions, *(name for _code, name in choices(language))]


def parse_place(typed: str) -> tuple[str, str]:
    """Return the country and the region that a text names; both are empty for the world.

    Raises UnknownPlace.
    """
    name = fold(typed)
    found = _places_by_name().get(name)
    if found is not None:
        return found
    codes = codes_named_among(re.findall(r"\w+", name)) or codes_named(name)
    if len(codes) == 1:
        return codes[0], ""
    raise UnknownPlace([name_of(code) for code in codes[:5]] or _similar_names(name))


def _similar_names(name: str) -> list[str]:
    """Return the names of the places whose names look like a folded one with a typing error."""
    known = _places_by_name()
    similar = get_close_matches(name, known, n=3, cutoff=0.8)
    return list(dict.fromkeys(place_name(*known[each]) for each in similar))


@cache
def _places_by_name() -> dict[str, tuple[str, str]]:
    """Return all places by each of their folded names, in all languages."""
    found: dict[str, tuple[str, str]] = {}
    for language in NAME_COLUMNS:
        with override(language):
            found[fold(place_name("", ""))] = ("", "")
            for region in Region.values:
                found[fold(place_name("", region))] = ("", region)
                found[fold(str(Region(region).label))] = ("", region)
            for code, name in sorted_names(language):
                found[fold(name)] = (code, "")
    for code, _name in sorted_names("en"):
        for former in former_names_of(code):
            found.setdefault(fold(former), (code, ""))
    return found
