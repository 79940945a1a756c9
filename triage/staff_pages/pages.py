"""Helpers that the staff pages about members share: the member, the URLs and the layout."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.db.models import Prefetch
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from members.models import FocalPoint, Member
from members.services.countries import name_of
from triage.follow_ups.models import with_closing_proposed

# The query parameter that holds the list from which the person came.
LIST_BEHIND = "_changelist_filters"


def preserved_filters_of(request: HttpRequest) -> str:
    """Return the query string of the list from which the person came."""
    return str(admin.site.get_model_admin(Member).get_preserved_filters(request))


def with_list_filters(request: HttpRequest, address: str) -> str:
    """Return a URL with the filters, order and page of the list that the person came from.

    The URL of the queue becomes the URL of that list.
    """
    preserved: dict[str, Any] = {
        "opts": Member._meta,
        "preserved_filters": preserved_filters_of(request),
    }
    return str(add_preserved_filters(preserved, address))


def queue_url(request: HttpRequest) -> str:
    """Return the URL of the list from which the person came."""
    return with_list_filters(request, reverse("admin:members_member_changelist"))


def member_url(request: HttpRequest, pk: int) -> str:
    """Return the URL of a member's page, with the list to return to."""
    address = reverse("admin:members_member_change", args=[pk])
    return "?".join(filter(None, [address, preserved_filters_of(request)]))


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
    return get_visible_or_404(with_closing_proposed(members), request.user, pk)


def focal_points_of(member: Member) -> list[FocalPoint]:
    """Return the people of a member, starting with the first focal point."""
    return sorted(member.focal_points.all(), key=lambda focal_point: focal_point.is_alternate)


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
    return page(
        request,
        f"admin/members/member/{name}.html",
        {
            "member": member,
            "country": name_of(member.country) if member else "",
            "preserved_filters": preserved_filters_of(request),
            "address_of_the_queue": queue_url(request),
            "address_of_the_file": member_url(request, member.pk) if member else "",
            **context,
        },
        model=Member,
        title=title,
        status=status,
    )
