"""The public figures: how many members there are, by region, category, focus area and country."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from django.db.models import Count, Q, QuerySet

from members.models import Member, area_shown
from members.services.countries import CountryGroup, countries_in, region_of

# For countries and territories that are in no region of ITU.
OUTSIDE_REGIONS: Final = "none"


class Coverage(NamedTuple):
    """How many countries of a group have a listed member, and how many there are."""

    with_member: int
    countries: int


@dataclass(frozen=True)
class PublicFigures:
    """The number of members. Only `admitted` counts members who did not agree to be listed."""

    # The day of the figures.
    on: date
    admitted: int
    listed: int
    # By value of Region, or OUTSIDE_REGIONS.
    by_region: Mapping[str, int]
    by_category: Mapping[str, int]
    # By key of the focus area.
    by_focus_area: Mapping[int, int]
    by_country: Mapping[str, int]

    @property
    def countries(self) -> int:
        """The number of countries that have a listed member."""
        return len(self.by_country)

    def with_member(self, group: CountryGroup, on: date) -> Coverage:
        """Return how many countries that are in a group on a day have a listed member."""
        codes = countries_in(group, on=on)
        return Coverage(len(codes & self.by_country.keys()), len(codes))


def public_figures(*, on: date) -> PublicFigures:
    """Count the admitted members, with one query."""
    total = 0
    by_country, by_category = Counter[str](), Counter[str]()
    by_focus_area = Counter[int]()
    for country, category, focus_area, admitted, listed in _counts().all():
        total += admitted
        if listed:
            by_country[country] += listed
            by_category[category] += listed
            by_focus_area[focus_area] += listed
    by_region = Counter[str]()
    for country, listed in by_country.items():
        by_region[region_of(country) or OUTSIDE_REGIONS] += listed
    return PublicFigures(
        on=on,
        admitted=total,
        listed=by_country.total(),
        by_region=by_region,
        by_category=by_category,
        by_focus_area=by_focus_area,
        by_country=by_country,
    )


@cache
def _counts() -> QuerySet[Member, tuple[str, str, int, int, int]]:
    return (
        Member.objects.admitted()
        .annotate(area=area_shown())
        .values_list("country", "category", "area")
        # The country is counted, because the key is not in the index.
        .annotate(
            admitted=Count("country"), listed=Count("country", filter=Q(publication_consent=True))
        )
    )
