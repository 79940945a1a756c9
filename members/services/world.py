"""The map of the members: a square for each country, drawn region by region.

The places of the squares are in members/data/tile_grid.csv. No border is drawn, so none can be
disputed, and the smallest island is as large as the largest country.
"""

import csv
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from members.services.countries import Region, choices, name_of, region_of
from members.services.country_groups import CountryGroup, countries_in, list_date_in_words

# The columns of the page: how many squares are side by side, and the regions one below the other.
COLUMNS: Final = (
    (8, (Region.AMS,)),
    (10, (Region.EUR, Region.AFR)),
    (12, (Region.CIS, Region.ARB, Region.ASP)),
)
# The side of a square, and the distance from one square to the next.
SIDE: Final = 33
PITCH: Final = 36
# The smallest numbers of members of the shades 1 to 4.
SHADE_STARTS: Final = (1, 2, 4, 7)
# The class of the text on each shade, and of the dot.
TEXT_CLASSES: Final = ("low", "", "", "high", "high")
DOT_CLASSES: Final = ("low", "ink", "ink", "high", "high")


@dataclass(frozen=True)
class Country:
    """A country with its members, as the map and the table show it."""

    code: str
    name: str
    region: str
    groups: tuple[str, ...]
    members: int
    # Of a page about its members; empty if there is none.
    address: str

    @property
    def summary(self) -> str:
        """The name and the number of members in words."""
        if not self.members:
            return _("%(country)s: no member yet") % {"country": self.name}
        return ngettext(
            "%(country)s: %(number)s member", "%(country)s: %(number)s members", self.members
        ) % {"country": self.name, "number": self.members}


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
        """The shade for the number of members, from 0 to 4."""
        return bisect_right(SHADE_STARTS, self.country.members)

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
    """A region: its squares, and how many of its countries have members."""

    name: str
    countries: int
    with_members: int
    width: int
    height: int
    squares: tuple[Square, ...]


@dataclass(frozen=True)
class World:
    """The whole map: the regions in the columns of the page, and what has no square."""

    columns: tuple[tuple[RegionMap, ...], ...]
    # Countries and territories with members that have no square.
    elsewhere: tuple[Country, ...]
    # All that are on the map or elsewhere, by name.
    countries: tuple[Country, ...]
    is_linked: bool
    list_date: str

    @property
    def members(self) -> int:
        return sum(country.members for country in self.countries)

    @property
    def members_elsewhere(self) -> int:
        return sum(country.members for country in self.elsewhere)


def draw_world(
    members: Mapping[str, int],
    *,
    on: date,
    address_of: Callable[[str], str | None] | None = None,
) -> World:
    """Draw the map from the number of members by country code, in the active language.

    `on` is the day of the groups. A country with members is a link if `address_of` returns an
    address.
    """
    groups = {group: countries_in(group, on=on) for group in CountryGroup}

    def country(code: str) -> Country:
        region, number = region_of(code), members.get(code, 0)
        return Country(
            code=code,
            name=name_of(code),
            region=str(region.label) if region else _("No ITU region"),
            groups=tuple(str(group.label) for group, codes in groups.items() if code in codes),
            members=number,
            address=(address_of and number and address_of(code)) or "",
        )

    def region_map(region: Region, columns: int) -> RegionMap:
        places = {code: place for code, place in _places().items() if _drawn_with(code) == region}
        squares = tuple(
            Square(
                country=countries[code],
                is_ldc=code in groups[CountryGroup.LDC],
                is_regionless=region_of(code) is None,
                x=column * PITCH,
                y=row * PITCH,
            )
            for code, (column, row) in places.items()
        )
        inside = [square.country for square in squares if not square.is_regionless]
        return RegionMap(
            name=str(region.label),
            countries=len(inside),
            with_members=sum(country.members > 0 for country in inside),
            width=columns * PITCH - (PITCH - SIDE),
            height=max(square.y for square in squares) + SIDE,
            squares=squares,
        )

    by_name = [code for code, _name in choices(get_language() or settings.LANGUAGE_CODE)]
    countries = {
        code: country(code)
        for code in dict.fromkeys([*by_name, *sorted(members)])
        if code in _places() or members.get(code)
    }
    return World(
        columns=tuple(
            tuple(region_map(region, columns) for region in regions) for columns, regions in COLUMNS
        ),
        elsewhere=tuple(each for code, each in countries.items() if code not in _places()),
        countries=tuple(countries.values()),
        is_linked=address_of is not None,
        list_date=list_date_in_words(),
    )


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
