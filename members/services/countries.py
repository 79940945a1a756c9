"""Countries and territories: names, ITU regions and time zones, read from files and cached.

Sources: members/data/README.md. Also the groups of countries: who is in a group on a day.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from django.conf import settings
from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.folding import fold
from core.sorting import sorting_key
from core.time_zones import zones_by_country

# Columns of the CSV file by language; other languages use the English column.
NAME_COLUMNS = {
    "ar": "name_ar",
    "en": "name_en",
    "es": "name_es",
    "fr": "name_fr",
    "ru": "name_ru",
    "zh-hans": "name_zh",
}
DATA: Final = Path(__file__).parents[1] / "data"
# The day on which members/data/country_groups.csv was last compared with its sources.
LIST_DATE: Final = date(2026, 11, 27)


class Region(TextChoices):
    """ITU's regions. They are neither the UN's M49 regions nor the radio regions."""

    AFR = "AFR", gettext_lazy("Africa")
    AMS = "AMS", gettext_lazy("Americas")
    ARB = "ARB", gettext_lazy("Arab States")
    ASP = "ASP", gettext_lazy("Asia and the Pacific")
    CIS = "CIS", gettext_lazy("Commonwealth of Independent States")
    EUR = "EUR", gettext_lazy("Europe")


def _read(name: str) -> dict[str, dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return {row["iso2"]: row for row in csv.DictReader(file)}


@cache
def _countries() -> dict[str, dict[str, str]]:
    return _read("countries.csv")


@cache
def _rows() -> dict[str, dict[str, str]]:
    return _countries() | _read("territories.csv")


@cache
def _names(language: str) -> dict[str, str]:
    column = NAME_COLUMNS.get(language, "name_en")
    return {code: row[column] for code, row in _rows().items()}


@cache
def sorted_names(language: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of all countries and territories, sorted by name in `language`."""
    return tuple(sorted(_names(language).items(), key=lambda item: sorting_key(item[1], language)))


@cache
def _inhabited(language: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (code, name)
        for code, name in sorted_names(language)
        if _rows()[code].get("inhabited") != "0"
    )


def choices(language: str, *, kept: str = "") -> tuple[tuple[str, str], ...]:
    """Return (code, name) of those where people live, sorted by name in `language`.

    `kept` is the code of a row that is edited. It is offered even if nobody lives there.
    """
    offered = _inhabited(language)
    if kept not in _rows() or any(code == kept for code, _name in offered):
        return offered
    return tuple(item for item in sorted_names(language) if item in offered or item[0] == kept)


def name_of(code: str, language: str | None = None) -> str:
    """Return a country's name in a language, by default the active one.

    An unknown code is returned unchanged.
    """
    language = language or get_language() or settings.LANGUAGE_CODE
    return _names(language).get(code, code)


def former_names_of(code: str) -> tuple[str, ...]:
    """Return the names in all languages that a country had before, for searches."""
    row = _rows().get(code)
    return tuple(row["former_names"].split("; ")) if row and row["former_names"] else ()


def slug_of(code: str) -> str:
    """Return a country's name in English as a part of a URL."""
    return slugify(name_of(code, "en"))


@cache
def codes_by_slug() -> dict[str, str]:
    """Return the code of each country by what stands for it in a URL.

    These are the name in English, the former names, which were in URLs before, and the code.
    """
    former = {slugify(name): code for code in _rows() for name in former_names_of(code)}
    codes = {code.lower(): code for code in _rows()}
    return {**former, **codes, **{slug_of(code): code for code in _rows()}}


@cache
def _names_in_words() -> dict[str, list[frozenset[str]]]:
    """Return the folded words of each name of a country, in all languages.

    Besides the names of the United Nations and the former ones, these are the names that people
    use: those of CLDR, such as South Korea, and those of spoken_names.csv, such as USA.
    """
    spoken = _read("spoken_names.csv")
    locales = [Locale.parse(language, sep="-") for language in NAME_COLUMNS]
    return {
        code: [
            frozenset(re.findall(r"\w+", fold(name)))
            for name in (
                *(name_of(code, language) for language in NAME_COLUMNS),
                *former_names_of(code),
                *(locale.territories[code] for locale in locales),
                *(spoken[code]["names"].split("; ") if code in spoken else ()),
            )
        ]
        for code in _rows()
    }


@cache
def words_of_country(code: str) -> frozenset[str]:
    """Return the folded words of all names of a country."""
    return frozenset().union(*_names_in_words().get(code, []))


@cache
def codes_by_word() -> dict[str, frozenset[str]]:
    """Return the codes of the countries by each folded word of their names."""
    codes = defaultdict(set)
    for code in _names_in_words():
        for word in words_of_country(code):
            codes[word].add(code)
    return {word: frozenset(those) for word, those in codes.items()}


def codes_named_among(words: Collection[str]) -> list[str]:
    """Return the codes of the countries that have a name with no other than these folded words."""
    among = set(words)
    return [
        code
        for code, names in _names_in_words().items()
        if any(name.issubset(among) for name in names)
    ]


def codes_named(words: str) -> list[str]:
    """Return the codes of the countries that folded words name: the code, or the names' beginnings.

    Each of the words must begin a word of a name: `niger` names Niger and Nigeria, but `oman` does
    not name Romania. Fewer letters than three, or two in other scripts, name too many, unless they
    are a whole name, such as `uk`.
    """
    if words.upper() in _names_in_words():
        return [words.upper()]
    parts = re.findall(r"\w+", words)
    if max(map(len, parts), default=0) < (3 if words.isascii() else 2):
        return [code for code, names in _names_in_words().items() if frozenset(parts) in names]
    return [
        code
        for code in _names_in_words()
        if all(any(word.startswith(part) for word in words_of_country(code)) for part in parts)
    ]


def region_of(code: str) -> Region | None:
    """Return a country's ITU region. Territories and states outside ITU may have none."""
    row = _countries().get(code)
    return Region(row["itu_region"]) if row and row["itu_region"] else None


def codes_in_region(region: str) -> tuple[str, ...]:
    """Return the codes of the countries of an ITU region."""
    return tuple(code for code, row in _countries().items() if row["itu_region"] == region)


def codes_outside_regions() -> tuple[str, ...]:
    """Return the codes of the countries and territories that are in no ITU region."""
    return tuple(code for code in _names("en") if region_of(code) is None)


def time_zones_of(code: str) -> tuple[str, ...]:
    """Return a country's time zones, the most populous first."""
    return zones_by_country().get(code, ())


class CountryGroup(TextChoices):
    """The groups of the United Nations. They overlap: never add them up."""

    LDC = "LDC", gettext_lazy("Least developed country (LDC)")
    LLDC = "LLDC", gettext_lazy("Landlocked developing country (LLDC)")
    SIDS = "SIDS", gettext_lazy("Small island developing State (SIDS)")


@dataclass(frozen=True)
class _Membership:
    """A country in a group, from its first day to the day before `until`."""

    country: str
    since: date
    until: date

    def includes(self, day: date) -> bool:
        return self.since <= day < self.until


def countries_in(group: CountryGroup, *, on: date) -> frozenset[str]:
    """Return the codes of the countries that are in a group on a day.

    A planned end is not applied, because it may be put off. A country is in the group from 1
    January of its first year. If no year is known, it was a member before 2021.
    """
    return frozenset(each.country for each in _memberships()[group] if each.includes(on))


def list_date_in_words() -> str:
    """Return a sentence with the date of the list, to be shown beside figures by group."""
    return _("Groups as of the list of %(date)s.") % {"date": date_format(LIST_DATE)}


@cache
def _memberships() -> dict[CountryGroup, list[_Membership]]:
    path = DATA / "country_groups.csv"
    memberships: dict[CountryGroup, list[_Membership]] = {group: [] for group in CountryGroup}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            since = date(int(row["from_year"]), 1, 1) if row["from_year"] else date.min
            until = date.fromisoformat(row["to_date"]) if row["to_date"] else date.max
            memberships[CountryGroup(row["group"])].append(_Membership(row["iso2"], since, until))
    return memberships
