"""The members of a working group, as other members see them."""

from django.db.models import Prefetch, Q
from django.http import HttpRequest

from core.pagination import get_page
from focus_areas.models import FocusArea
from members.forms import NameFilterForm
from members.models import FocalPoint, GrantedRole, Member


def working_group_page(area: FocusArea, request: HttpRequest) -> dict[str, object]:
    """Return the co-leads of an area, and a page of its members by name, with their focal points.

    A search by name also finds co-leads among the members.
    """
    everybody = (
        Member.objects.of_working_group(area)
        .prefetch_related(
            Prefetch("focal_points", FocalPoint.objects.order_by("is_alternate", "pk"))
        )
        .order_by("organisation_name", "pk")
    )
    form = NameFilterForm(request.GET)
    name = form.cleaned_data.get("name") if form.is_valid() else ""
    if name:
        members = everybody.filter(
            Q(organisation_name__icontains=name) | Q(acronym__icontains=name)
        )
    else:
        members = everybody.exclude(granted_role=GrantedRole.CO_LEAD)
    return {
        "co_leads": everybody.filter(granted_role=GrantedRole.CO_LEAD),
        "form": form,
        "is_filtered": bool(name),
        "page": get_page(members, request),
    }
