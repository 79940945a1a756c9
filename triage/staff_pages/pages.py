"""What the pages about a row of a list share: the URLs of the row and of the list, the layout."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.db.models import Model, Prefetch
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import now

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from members.models import FocalPoint, Member
from members.services.countries import name_of
from triage.follow_ups.models import with_closing_proposed
from triage.holds.models import with_hold

# The query parameter that holds the list from which the person came.
LIST_BEHIND = "_changelist_filters"


def preserved_filters_of(request: HttpRequest, model: type[Model] = Member) -> str:
    """Return the query string of the list from which the person came."""
    return str(admin.site.get_model_admin(model).get_preserved_filters(request))


def with_list_filters(request: HttpRequest, address: str, model: type[Model] = Member) -> str:
    """Return a URL with the filters, order and page of the list that the person came from.

    The URL of the list becomes the URL of that list.
    """
    preserved: dict[str, Any] = {
        "opts": model._meta,
        "preserved_filters": preserved_filters_of(request, model),
    }
    return str(add_preserved_filters(preserved, address))


def queue_url(request: HttpRequest, model: type[Model] = Member) -> str:
    """Return the URL of the list from which the person came."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return with_list_filters(request, address, model)


def row_url(request: HttpRequest, model: type[Model], pk: int) -> str:
    """Return the URL of a row's page, with the list to return to."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
    return "?".join(filter(None, [address, preserved_filters_of(request, model)]))


def next_member_url(request: HttpRequest, member: Member) -> str:
    """Return the URL that leads to the next member to work on, with the list to return to."""
    return with_list_filters(request, reverse("admin:members_member_next", args=[member.pk]))


def member_url(request: HttpRequest, pk: int) -> str:
    """Return the URL of a member's page, with the list to return to."""
    return row_url(request, Member, pk)


def get_member_or_404(request: StaffRequest, pk: int) -> Member:
    """Return a member that the user may see, with the related rows that its pages need."""
    members = (
        Member.objects.with_waiting_since()
        .with_failed_mail()
        .select_related(
            "call",
            "first_choice",
            "focus_area",
            "assignee",
            "decided_by",
            "duplicate_of",
            "imported_row__spreadsheet_import",
        )
        .prefetch_related(
            Prefetch("focal_points", FocalPoint.objects.select_related("role_transfer"))
        )
    )
    members = with_hold(with_closing_proposed(members), at=now())
    return get_visible_or_404(members, request.user, pk)


def focal_points_of(member: Member) -> list[FocalPoint]:
    """Return the people of a member, starting with the first focal point."""
    return sorted(member.focal_points.all(), key=lambda focal_point: focal_point.is_alternate)


def row_page(
    request: HttpRequest,
    name: str,
    context: Mapping[str, object],
    *,
    model: type[Model],
    row: Model | None,
    title: str,
    status: int = 200,
) -> TemplateResponse:
    """Render a page about one or several rows of a model, with a link back to the list."""
    return page(
        request,
        f"admin/{model._meta.app_label}/{model._meta.model_name}/{name}.html",
        {
            "preserved_filters": preserved_filters_of(request, model),
            "address_of_the_queue": queue_url(request, model),
            "address_of_the_file": row_url(request, model, row.pk) if row else "",
            **context,
        },
        model=model,
        title=title,
        status=status,
    )


def member_page(
    request: HttpRequest,
    name: str,
    context: Mapping[str, object],
    *,
    title: str,
    member: Member | None = None,
    status: int = 200,
) -> TemplateResponse:
    """Render a page about one or several members, with a link back to the list."""
    country = name_of(member.country) if member else ""
    context = {"member": member, "country": country, **context}
    return row_page(request, name, context, model=Member, row=member, title=title, status=status)
