"""The public list of members with its spreadsheet, and the logos of members."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import quote_etag, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from core.dates import GENEVA, format_datetime
from core.pagination import KeyPaginator
from core.spreadsheets import SafeCsv
from focus_areas.models import FocusArea
from members.forms import MemberFilterForm
from members.models import Category
from members.services.countries import CountryGroup, Region, countries_in, name_of, slug_of
from members.services.figures import OUTSIDE_REGIONS, PublicFigures, public_figures
from members.services.logos import CONTENT_TYPE, logo_content
from members.services.public_pages import PublicSheet, listed_with_profile, matching
from members.services.undo import as_shown
from members.services.world import draw_world
from papers.services.downloads import DOWNLOAD_CSP

PAGE_SIZE: Final = 50
# As long as other public files: a member that leaves the list is in no cache for longer.
PUBLIC_CACHE: Final = "public, max-age=300"
# In seconds. After this time, no cache shows a logo that was taken back.
LOGO_MAX_AGE: Final = 3600


@dataclass(frozen=True)
class FigureBar:
    """One bar of the figures: a number of members, and the filter that lists them."""

    label: str
    number: int
    # In percent of the longest bar.
    width: int
    query_string: str


@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    """List the admitted members who agreed to be listed, with figures about all of them.

    Invalid filter values are ignored. A page number past the end shows the last page.
    """
    now = timezone.now()
    areas = list(FocusArea.objects.order_by("number"))
    form = filter_form(request, areas)
    on = timezone.localdate(now)
    members = matching(form.cleaned_data, on=on).select_related("focus_area")
    figures = public_figures(on=on)
    ldcs = countries_in(CountryGroup.LDC, on=on)
    country = form.cleaned_data.get("country")
    paginator = KeyPaginator(members, PAGE_SIZE)
    if not form.active():
        # The figures have counted the whole list.
        paginator.count = figures.listed
    page = paginator.get_page(request.GET.get("page"))
    return render(
        request,
        "members/member_list.html",
        {
            "form": form,
            "active_filters": [
                (label, words, without(request, name)) for name, label, words in form.active()
            ],
            "page": page,
            "rows": [
                (as_shown(member, at=now), name_of(member.country), member.country in ldcs)
                for member in page
            ],
            "country": name_of(country) if country else "",
            "country_slug": slug_of(country) if country else "",
            "figures": figures,
            "bars": bars_of(figures, areas),
            "groups": [(group.label, figures.with_member(group, on)) for group in CountryGroup],
            "world": draw_world(
                figures.by_country, on=on, address_of=lambda code: f"?country={code}#list"
            ),
            "as_of": format_datetime(now, GENEVA),
        },
    )


def etag_of_sheet(request: HttpRequest) -> str:
    """Return the ETag of the spreadsheet with the filters of the request."""
    form = filter_form(request, FocusArea.objects.order_by("number"))
    return quote_etag(PublicSheet().digest(form.cleaned_data, on=timezone.localdate()))


@require_safe
@condition(etag_func=etag_of_sheet)
def member_sheet(request: HttpRequest) -> StreamingHttpResponse:
    """Return the members of all pages of the list, with the same filters, as a CSV file."""
    form = filter_form(request, FocusArea.objects.order_by("number"))
    members = matching(form.cleaned_data, on=timezone.localdate())
    return StreamingHttpResponse(
        SafeCsv().stream(PublicSheet().lines(members)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="p2c-members.csv"',
            "Cache-Control": PUBLIC_CACHE,
        },
    )


def filter_form(request: HttpRequest, focus_areas: Iterable[FocusArea]) -> MemberFilterForm:
    """Return the validated filters of the request."""
    form = MemberFilterForm(request.GET, focus_areas=focus_areas)
    form.is_valid()
    return form


def without(request: HttpRequest, name: str) -> str:
    """Return the query string of the first page of the list without one of its filters."""
    query = request.GET.copy()
    for parameter in (name, "page"):
        query.pop(parameter, None)
    return f"?{query.urlencode()}"


def bars_of(
    figures: PublicFigures, areas: Iterable[FocusArea]
) -> list[tuple[str, list[FigureBar]]]:
    """Return the bars of the figures, under their headings."""
    regions = [*Region.choices, (OUTSIDE_REGIONS, _("No ITU region"))]
    slugs = [(area.slug, area.name) for area in areas]
    by_slug = {area.slug: figures.by_focus_area.get(area.pk, 0) for area in areas}
    return [
        (_("By ITU region"), _bars("group", regions, figures.by_region)),
        (_("By category"), _bars("category", Category.choices, figures.by_category)),
        (_("By focus area"), _bars("focus_area", slugs, by_slug)),
    ]


def _bars(
    parameter: str, choices: Iterable[tuple[str, object]], numbers: Mapping[str, int]
) -> list[FigureBar]:
    """Return a bar for each choice of a filter."""
    longest = max(numbers.values(), default=0) or 1
    return [
        FigureBar(
            label=str(label),
            number=number,
            width=round(100 * number / longest),
            query_string=f"?{urlencode({parameter: value})}",
        )
        for value, label in choices
        for number in [numbers.get(value, 0)]
    ]


@require_safe
@cache_control(public=True, max_age=LOGO_MAX_AGE)
def logo(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    """Send the logo of a public profile. The address changes with the logo."""
    listed = listed_with_profile().filter(public_profile__published_at__isnull=False)
    profile = get_object_or_404(listed.exclude(public_profile__logo=""), slug=slug).public_profile
    content = logo_content(profile) if profile.logo_version == version else None
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    return response
