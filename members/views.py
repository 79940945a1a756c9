"""The public list of members."""

from typing import Any

from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.dates import GENEVA, format_datetime
from core.pagination import get_page
from focus_areas.models import FocusArea
from members.forms import MemberFilterForm
from members.models import Member, MemberQuerySet
from members.services.answers import answer_in_words
from members.services.countries import codes_in_region
from members.services.questions import PUBLIC_QUESTIONS


@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    """List the admitted members who agreed to be listed.

    It can be filtered by name, focus area, category and region. It shows only public answers and
    the focus area. Invalid filter values are ignored. A page number past the end shows the last
    page.
    """
    now = timezone.now()
    form = MemberFilterForm(request.GET, focus_areas=FocusArea.objects.order_by("number"))
    form.is_valid()
    members = matching(form.cleaned_data).select_related("focus_area")
    page = get_page(members.order_by(Lower("organisation_name"), "pk"), request)
    return render(
        request,
        "members/member_list.html",
        {
            "form": form,
            "is_filtered": any(form.cleaned_data.values()),
            "page": page,
            "rows": [
                (member, [answer_in_words(question, member, {}) for question in PUBLIC_QUESTIONS])
                for member in page
            ],
            "as_of": format_datetime(now, GENEVA),
        },
    )


def matching(filters: dict[str, Any]) -> MemberQuerySet:
    """Return the listed members that match all filters that are set."""
    members = Member.objects.listed_publicly()
    if filters.get("name"):
        members = members.filter(organisation_name__icontains=filters["name"])
    if filters.get("focus_area"):
        members = members.filter(focus_area__slug=filters["focus_area"])
    if filters.get("category"):
        members = members.filter(category=filters["category"])
    if filters.get("region"):
        members = members.filter(country__in=codes_in_region(filters["region"]))
    return members
