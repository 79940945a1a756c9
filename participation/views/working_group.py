"""The members of a working group, as other members see them."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Prefetch, Q
from django.http import HttpRequest

from core.pagination import get_page
from focus_areas.models import FocusArea
from members.forms import NameFilterForm
from members.models import FocalPoint, GrantedRole, Member, role_shown
from members.services.undo import as_shown


def working_group_page(area: FocusArea, request: HttpRequest, *, at: datetime) -> dict[str, object]:
    """Return the co-leads of an area, and a page of its members by name, with their focal points.

    A search by name also finds co-leads among the members.
    """
    everybody = (
        Member.objects.of_working_group(area)
        .annotate(role_now=role_shown())
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
        members = everybody.exclude(role_now=GrantedRole.CO_LEAD)
    page = get_page(members, request)
    page.object_list = _as_shown(page.object_list, at)
    return {
        "co_leads": _as_shown(everybody.filter(role_now=GrantedRole.CO_LEAD), at),
        "form": form,
        "is_filtered": bool(name),
        "page": page,
    }


def _as_shown(members: Iterable[Member], at: datetime) -> list[Member]:
    return [as_shown(member, at=at) for member in members]
