"""What search engines are told: the public pages, and the addresses that are not for them."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from commitments.models import Commitment
from focus_areas.models import FocusArea
from framework.models import Draft, Framework
from meetings.models import Meeting
from members.models import Member
from members.services.countries import slug_of
from opportunities.models import Opportunity

SITE = urlsplit(settings.SITE_URL)
# The public pages of which there is only one.
PAGES = (
    "home",
    "focus_area_list",
    "meetings:calendar",
    "meetings:past_meetings",
    "members:member_list",
    "commitments:register",
    "commitments:figures",
    "commitments:method",
    "commitments:data",
    "opportunities:gaps",
    "opportunities:register",
    "eoi:create",
    "eoi:before_you_start",
    "help_page",
    "privacy",
    "accessibility",
)
cached = cache_control(public=True, max_age=3600)


class PublicSitemap(Sitemap):  # type: ignore[type-arg]  # no subscript at run time
    """Pages in each language, each with its other languages."""

    i18n = alternates = x_default = True
    limit = 5000
    protocol = SITE.scheme

    def get_domain(self, site: object = None) -> str:
        """Return the host in SITE_URL, by whatever name the portal was called."""
        return SITE.netloc


class PageSitemap(PublicSitemap):
    """Home, the lists, the form, the help and the notices."""

    def items(self) -> tuple[str, ...]:
        return PAGES

    def location(self, item: str) -> str:
        return reverse(item)


class FocusAreaSitemap(PublicSitemap):
    """The page of each focus area."""

    def items(self) -> QuerySet[FocusArea]:
        return FocusArea.objects.order_by("number")

    def location(self, item: FocusArea) -> str:
        return reverse("focus_area_detail", args=[item.slug])


class FrameworkSitemap(PublicSitemap):
    """The Action Framework of each focus area in which it is public."""

    def items(self) -> QuerySet[Framework]:
        public = Framework.objects.filter(is_public=True).select_related("focus_area")
        shown = Draft.objects.shown().filter(framework=OuterRef("pk"))
        return public.filter(Exists(shown)).order_by("focus_area__number")

    def location(self, item: Framework) -> str:
        return reverse("framework:framework", args=[item.focus_area.slug])


class MeetingSitemap(PublicSitemap):
    """The page of each public meeting, past or to come."""

    def items(self) -> QuerySet[Meeting]:
        return Meeting.objects.public().order_by("pk").only("uid", "changed_at")

    def location(self, item: Meeting) -> str:
        return reverse("meetings:meeting_page", args=[item.uid])

    def lastmod(self, item: Meeting) -> datetime:
        return item.changed_at


class MemberSitemap(PublicSitemap):
    """The page of each member that agreed to be listed."""

    def items(self) -> QuerySet[Member]:
        return Member.objects.listed_publicly().order_by("pk").only("slug")

    def location(self, item: Member) -> str:
        return reverse("members:member_page", args=[item.slug])


class CountrySitemap(PublicSitemap):
    """The page of each country that has a member in the list."""

    def items(self) -> list[str]:
        listed = Member.objects.listed_publicly().order_by("country")
        return list(listed.values_list("country", flat=True).distinct())

    def location(self, item: str) -> str:
        return reverse("country_page", args=[slug_of(item)])


class CommitmentSitemap(PublicSitemap):
    """The page of each public commitment."""

    def items(self) -> QuerySet[Commitment]:
        return Commitment.objects.public().order_by("pk").only("reference")

    def location(self, item: Commitment) -> str:
        return reverse("commitments:commitment", args=[item.reference])


class OpportunitySitemap(PublicSitemap):
    """The page of each public need and offer."""

    def items(self) -> QuerySet[Opportunity]:
        return Opportunity.objects.public().order_by("pk").only("reference")

    def location(self, item: Opportunity) -> str:
        return reverse("opportunities:opportunity", args=[item.reference])


SITEMAPS: dict[str, type[Sitemap] | Sitemap] = {  # type: ignore[type-arg]
    "pages": PageSitemap,
    "focus-areas": FocusAreaSitemap,
    "frameworks": FrameworkSitemap,
    "meetings": MeetingSitemap,
    "members": MemberSitemap,
    "countries": CountrySitemap,
    "commitments": CommitmentSitemap,
    "opportunities": OpportunitySitemap,
}


@require_safe
@cached
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """List the sitemaps."""
    return views.index(request, SITEMAPS, sitemap_url_name="sitemap")


@require_safe
@cached
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    """List the pages of one kind, at most 5,000 at a time."""
    return views.sitemap(request, SITEMAPS, section)


@require_safe
@cached
def robots(request: HttpRequest) -> HttpResponse:
    """Say which addresses are not for search engines, and where the sitemap is."""
    facts = {
        "languages": [code for code, _name in settings.LANGUAGES],
        "sitemap": settings.SITE_URL + reverse("sitemap_index"),
    }
    return render(request, "robots.txt", facts, content_type="text/plain; charset=utf-8")
