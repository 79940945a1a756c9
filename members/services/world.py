"""The map of the world: a square for each country, drawn region by region.

The places of the squares are in members/data/tile_grid.csv. No border is drawn, so none can be
disputed, and the smallest island is as large as the largest country.
"""

import csv
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext_lazy
from django.utils.translation import gettext as _

from members.services.countries import (
    CountryGroup,
    Region,
    countries_in,
    list_date_in_words,
    name_of,
    region_of,
    sorted_names,
)

# The columns of the page: how many squares are side by side, and the regions one below the other.
COLUMNS: Final = (
    (8, (Region.AMS,)),
    (10, (Region.EUR, Region.AFR)),
    (12, (Region.CIS, Region.ARB, Region.ASP)),
)
# The side of a square, and the distance from one square to the next.
SIDE: Final = 33
PITCH: Final = 36
# The smallest numbers of the shades 1 to 4.
SHADE_STARTS: Final = (1, 2, 4, 7)
# The class of the text on each shade, and of the dot.
TEXT_CLASSES: Final = ("low", "", "", "high", "high")
DOT_CLASSES: Final = ("low", "ink", "ink", "high", "high")


@dataclass(frozen=True)
class MapWords:
    """What the map and its table say about the things that they count."""

    # In the key.
    none: Promise
    one: Promise
    # The heading of the column in the table, and the caption of the table.
    column: Promise
    caption: Promise
    # With the name of a `country`, and a `number` of one or more.
    country_without: Promise
    country_with: Promise
    # A `number` of things in countries and territories that have no square.
    elsewhere: Promise
    # Whether each thing is in one country only, so that the numbers have a sum.
    has_total: bool = True


MEMBERS: Final = MapWords(
    none=gettext_lazy("no member yet"),
    one=gettext_lazy("1 member"),
    column=gettext_lazy("Members"),
    caption=gettext_lazy("Members by country."),
    country_without=gettext_lazy("%(country)s: no member yet"),
    country_with=ngettext_lazy(
        "%(country)s: %(number)s member", "%(country)s: %(number)s members", "number"
    ),
    elsewhere=ngettext_lazy(
        "Elsewhere: %(number)s member", "Elsewhere: %(number)s members", "number"
    ),
)


@dataclass(frozen=True)
class Country:
    """A country with the number of its things, as the map and the table show it."""

    code: str
    name: str
    region: str
    groups: tuple[str, ...]
    number: int
    # The name and the number in words.
    summary: str
    # Of a page about them; empty if there is none.
    address: str


@dataclass(frozen=True)
class Square:
    """A country on the map. The coordinates are those of an SVG."""

    country: Country
    is_ldc: bool
    # A country that is drawn with a region that it does not belong to.
    is_regionless: bool
    x: int
    y: int

    @property
    def shade(self) -> int:
        """The shade for the number, from 0 to 4."""
        return bisect_right(SHADE_STARTS, self.country.number)

    # Text, because a decimal point must not become a comma in a coordinate.
    @property
    def text_x(self) -> str:
        return str(self.x + SIDE / 2)

    @property
    def text_y(self) -> str:
        return str(self.y + SIDE / 2 + 4)

    @property
    def dot_x(self) -> str:
        return str(self.x + SIDE - 5)

    @property
    def dot_y(self) -> str:
        return str(self.y + 5.5)

    @property
    def text_class(self) -> str:
        return TEXT_CLASSES[self.shade]

    @property
    def dot_class(self) -> str:
        return DOT_CLASSES[self.shade]


@dataclass(frozen=True)
class RegionMap:
    """A region: its squares, and how many of its countries have something."""

    name: str
    countries: int
    with_some: int
    width: int
    height: int
    squares: tuple[Square, ...]


@dataclass(frozen=True)
class World:
    """The map of numbers by country, in the language that is active when it is read.

    Nothing is drawn before a template asks for it: pages keep what they made for the same `key`.
    """

    numbers: Mapping[str, int]
    on: date
    address_of: Callable[[str], str | None] | None
    words: MapWords

    @property
    def key(self) -> str:
        """What the drawing depends on, to keep it until one of these changes."""
        address = self.address_of("") if self.address_of else ""
        column = self.words.column
        return f"{get_language()} {self.on} {address} {column} {sorted(self.numbers.items())}"

    @property
    def is_linked(self) -> bool:
        return self.address_of is not None

    @property
    def list_date(self) -> str:
        return list_date_in_words()

    @property
    def total(self) -> int:
        return sum(country.number for country in self.countries)

    @property
    def elsewhere_in_words(self) -> str:
        number = sum(country.number for country in self.elsewhere)
        return str(self.words.elsewhere % {"number": number})

    @property
    def columns(self) -> list[list[RegionMap]]:
        """The regions in the columns of the page."""
        return [[self._region(region, size) for region in regions] for size, regions in COLUMNS]

    @property
    def elsewhere(self) -> list[Country]:
        """The countries and territories that have something, and no square."""
        return [each for each in self.countries if each.code not in _places()]

    @property
    def countries(self) -> list[Country]:
        """All that are on the map or elsewhere, by name."""
        return list(self._countries.values())

    @cached_property
    def _groups(self) -> dict[CountryGroup, Collection[str]]:
        return {group: countries_in(group, on=self.on) for group in CountryGroup}

    @cached_property
    def _countries(self) -> dict[str, Country]:
        by_name = [code for code, _name in sorted_names(get_language() or settings.LANGUAGE_CODE)]
        return {
            code: self._country(code)
            for code in dict.fromkeys([*by_name, *sorted(self.numbers)])
            if code in _places() or self.numbers.get(code)
        }

    def _country(self, code: str) -> Country:
        region, number, name = region_of(code), self.numbers.get(code, 0), name_of(code)
        summary = self.words.country_with if number else self.words.country_without
        return Country(
            code=code,
            name=name,
            region=str(region.label) if region else _("No ITU region"),
            groups=tuple(
                str(group.label) for group, codes in self._groups.items() if code in codes
            ),
            number=number,
            summary=str(summary % {"country": name, "number": number}),
            address=(self.address_of and number and self.address_of(code)) or "",
        )

    def _region(self, region: Region, columns: int) -> RegionMap:
        squares = tuple(
            Square(
                country=self._countries[code],
                is_ldc=code in self._groups[CountryGroup.LDC],
                is_regionless=region_of(code) is None,
                x=column * PITCH,
                y=row * PITCH,
            )
            for code, (column, row) in _places().items()
            if _drawn_with(code) == region
        )
        inside = [square.country for square in squares if not square.is_regionless]
        return RegionMap(
            name=str(region.label),
            countries=len(inside),
            with_some=sum(country.number > 0 for country in inside),
            width=columns * PITCH - (PITCH - SIDE),
            height=max(square.y for square in squares) + SIDE,
            squares=squares,
        )


def draw_world(
    numbers: Mapping[str, int],
    *,
    on: date,
    address_of: Callable[[str], str | None] | None = None,
    words: MapWords = MEMBERS,
) -> World:
    """Return the map of numbers by country code.

    `on` is the day of the groups. A country with something is a link if `address_of` returns an
    address, which differs between countries only by their code.
    """
    return World(numbers, on, address_of, words)


def countries_on_the_map() -> frozenset[str]:
    """Return the codes of the countries that have a square."""
    return frozenset(_places())


def _drawn_with(code: str) -> Region:
    """Return the region with which a country is drawn: the Cook Islands and Niue have none."""
    return region_of(code) or Region.ASP


@cache
def _places() -> dict[str, tuple[int, int]]:
    """Return the column and row of each country within its region, both counted from 0."""
    path = Path(__file__).parents[1] / "data" / "tile_grid.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["iso2"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(file)}
