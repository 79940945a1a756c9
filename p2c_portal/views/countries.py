"""The page of a country: what is promised and reached for it, its members, needs and meetings."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from commitments.services.figures import figures_of
from commitments.services.register import matching
from commitments.services.results_in_words import results_in_words
from commitments.services.summaries import summaries_without_money
from commitments.services.totals_in_words import totals_in_words
from core.dates import GENEVA, format_datetime
from focus_areas.models import FocusArea
from meetings.models import Meeting
from meetings.services.meeting_list import MonthOfMeetings, group_by_month
from meetings.services.sittings import sittings_by_meeting
from members.models import Member
from members.services.countries import (
    CountryGroup,
    codes_by_slug,
    countries_in,
    name_of,
    region_of,
    slug_of,
)
from opportunities.services.register import Tab, in_tab, rows_of

# The page links to the complete lists.
MAX_COMMITMENTS: Final = 10
MAX_NEEDS: Final = 5
MAX_MEMBERS: Final = 10
MAX_MEETINGS: Final = 3


@require_safe
def country_page(request: HttpRequest, country: str) -> HttpResponseBase:
    """Show what the coalition does for a country and who takes part there.

    A former name and the code of the country lead to the address with its present name.
    """
    code = codes_by_slug().get(country)
    if code is None:
        raise Http404
    if country != slug_of(code):
        return redirect("country_page", slug_of(code), permanent=True)
    now = timezone.now()
    on = timezone.localdate(now)
    filters = {"country": code}
    commitments = matching(filters)
    number = commitments.count()
    needs = in_tab(filters, Tab.NEEDS, at=now)
    members = Member.objects.listed_publicly().filter(country=code)
    return render(
        request,
        "p2c_portal/country_page.html",
        {
            "code": code,
            "country": name_of(code),
            "region": region_of(code),
            "groups": [group for group in CountryGroup if code in countries_in(group, on=on)],
            "address": settings.SITE_URL + reverse("country_page", args=[country]),
            "commitment_count": number,
            "commitments": summaries_without_money(commitments[:MAX_COMMITMENTS]),
            **(_figures(filters) if number else {}),
            "as_of": format_datetime(now, GENEVA),
            "need_count": needs.count(),
            "needs": rows_of(needs[:MAX_NEEDS], at=now),
            "member_count": members.count(),
            "members": members.select_related("focus_area").order_by("sort_key", "pk")[
                :MAX_MEMBERS
            ],
            "months": _next_meetings(now),
        },
    )


def _figures(filters: dict[str, str]) -> dict[str, object]:
    figures = figures_of(filters)
    areas = {area.number: area for area in FocusArea.objects.order_by("number")}
    return {
        "results": results_in_words(figures.results, areas),
        "money": totals_in_words(figures.everything.totals, of_places=True),
    }


def _next_meetings(at: datetime) -> list[MonthOfMeetings]:
    """Return the next public meetings, which are for every country."""
    public = Meeting.objects.public().select_related("focus_area")
    groups = sittings_by_meeting(public.of_sittings().order_by("starts_at", "pk"))
    return group_by_month(public.upcoming(at)[:MAX_MEETINGS], groups=groups)
