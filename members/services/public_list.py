"""The public list of members: its filters and its spreadsheet."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _

from core.spreadsheets import Cell
from focus_areas.models import FocusArea
from members.models import Category, Member, MemberQuerySet, area_shown
from members.services.countries import (
    codes_in_region,
    codes_outside_regions,
    name_of,
    region_of,
    sorted_names,
)
from members.services.country_groups import CountryGroup, countries_in
from members.services.figures import OUTSIDE_REGIONS
from members.services.search import with_words_in_name

# The number of members that are read from the database at a time.
CHUNK_SIZE: Final = 2000


def matching(filters: Mapping[str, Any], *, on: date) -> MemberQuerySet:
    """Return the listed members that match all filters that are set, by name.

    `group` is a Region, a CountryGroup as on that day, or OUTSIDE_REGIONS.
    """
    members = Member.objects.listed_publicly()
    if filters.get("name"):
        members = with_words_in_name(members, filters["name"])
    if filters.get("country"):
        members = members.filter(country=filters["country"])
    if filters.get("focus_area"):
        areas = FocusArea.objects.filter(slug=filters["focus_area"])
        members = members.alias(area=area_shown()).filter(area__in=areas.values("pk"))
    if filters.get("category"):
        members = members.filter(category=filters["category"])
    if filters.get("group"):
        members = members.filter(country__in=countries_of(filters["group"], on=on))
    return members.order_by("sort_key", "pk")


def countries_of(group: str, *, on: date) -> frozenset[str]:
    """Return the codes of the countries of a value of the filter by region or group."""
    if group in CountryGroup:
        return countries_in(CountryGroup(group), on=on)
    if group == OUTSIDE_REGIONS:
        return frozenset(codes_outside_regions())
    return frozenset(codes_in_region(group))


class PublicSheet:
    """The spreadsheet of the public list in the active language, whose words are read once."""

    def __init__(self) -> None:
        self.heading = (
            _("Organisation"),
            _("Acronym"),
            _("Country code"),
            _("Country"),
            _("ITU region"),
            _("Category"),
            _("Focus area"),
        )
        codes = [code for code, _name in sorted_names("en")]
        regions = {code: region_of(code) for code in codes}
        self.countries = {
            code: (code, name_of(code), str(region.label) if region else "")
            for code, region in regions.items()
        }
        self.categories = {value: str(label) for value, label in Category.choices}
        self.focus_areas = {area.pk: str(area.name) for area in FocusArea.objects.order_by("pk")}

    def lines(self, members: MemberQuerySet) -> Iterator[Sequence[Cell]]:
        """Yield the heading row and a row for each member, read in chunks."""
        yield self.heading
        columns = members.annotate(area=area_shown()).values_list(
            "organisation_name", "acronym", "country", "category", "area"
        )
        for name, acronym, country, category, area in columns.iterator(CHUNK_SIZE):
            place = self.countries.get(country, (country, country, ""))
            yield (name, acronym, *place, self.categories[category], self.focus_areas[area])

    def digest(self, filters: Mapping[str, Any], *, on: date) -> str:
        """Return a hash that changes whenever the spreadsheet changes, and no name is read for it.

        It may change without need: if a member changes that the filters leave out, and every day.
        """
        listed = Member.objects.listed_publicly().annotate(area=area_shown())
        state = listed.aggregate(
            members=Count("pk"),
            versions=Sum("version"),
            both=Sum(F("pk") * F("version")),
            areas=Sum(F("pk") * F("area")),
        )
        told = repr((vars(self), sorted(filters.items()), on, state))
        return hashlib.sha256(told.encode()).hexdigest()
