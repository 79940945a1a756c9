"""The public list of members, and what the public page of a member shows."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Sum
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from core.dates import GENEVA
from core.spreadsheets import Cell
from focus_areas.models import FocusArea
from members.models import Category, Member, MemberQuerySet, PublicProfile, area_shown
from members.services.answers import answer_in_words
from members.services.countries import (
    CountryGroup,
    Region,
    codes_in_region,
    codes_outside_regions,
    countries_in,
    name_of,
    region_of,
    slug_of,
    sorted_names,
)
from members.services.figures import OUTSIDE_REGIONS
from members.services.questions import QUESTIONS_BY_NAME
from members.services.search import with_words_in_name

# The number of members that are read from the database at a time.
CHUNK_SIZE: Final = 2000


@dataclass(frozen=True)
class MemberPage:
    """The listed facts of a member and, if it is public, its profile.

    The fields from `logo_url` on are empty without a profile. Days are those of Geneva.
    """

    member: Member
    country: str
    region: Region | None
    profile: PublicProfile | None = None
    logo_url: str = ""
    since: date | None = None
    changed: date | None = None
    brings: str = ""
    website_host: str = ""

    @property
    def country_slug(self) -> str:
        """What stands for the country in the URL of its page."""
        return slug_of(self.member.country)


def listed_with_profile() -> MemberQuerySet:
    """Return the members that have a public page, with what it shows."""
    return Member.objects.listed_publicly().select_related("focus_area", "public_profile")


def public_page(member: Member) -> MemberPage:
    """Return the public page of a listed member."""
    profile: PublicProfile | None = getattr(member, "public_profile", None)
    if profile is None or not profile.is_published:
        return MemberPage(member, name_of(member.country), region_of(member.country))
    return page_with(profile, logo_url=logo_url(profile))


def page_with(profile: PublicProfile, *, logo_url: str) -> MemberPage:
    """Return the public page of a member with a profile, which need not be public yet."""
    member = profile.member
    return MemberPage(
        member=member,
        country=name_of(member.country),
        region=region_of(member.country),
        profile=profile,
        logo_url=logo_url,
        since=_day(member.decided_at),
        changed=_day(profile.published_at),
        brings=answer_in_words(QUESTIONS_BY_NAME["contributions"], member, {}),
        website_host=(urlsplit(profile.website).hostname or "").removeprefix("www."),
    )


def logo_url(profile: PublicProfile) -> str:
    """Return the address of a public logo, which changes with the logo; empty without one."""
    if not profile.logo:
        return ""
    return reverse("members:logo", args=[profile.member.slug, profile.logo_version])


def _day(at: datetime | None) -> date | None:
    return localdate(at, ZoneInfo(GENEVA)) if at else None


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
