"""What the public page of a member shows.

The same facts and template are the preview of the focal point, who publishes exactly what it shows.
"""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.timezone import localdate

from core.dates import GENEVA
from members.models import Member, MemberQuerySet, PublicProfile
from members.services.answers import answer_in_words
from members.services.countries import Region, name_of, region_of
from members.services.questions import QUESTIONS_BY_NAME


@dataclass(frozen=True)
class MemberPage:
    """The listed facts of a member and, if it is public, its profile.

    The last four are empty without a profile. Days are those of Geneva.
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
