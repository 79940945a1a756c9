"""What the desk's own pages share: the file they are about, and the frame they stand in."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.models import User
from members.countries import name_of
from members.models import FocalPoint, Member, with_closing_proposed

# What an address of the desk carries the list in that the person came from.
LIST_BEHIND = "_changelist_filters"


class StaffRequest(HttpRequest):
    """A request that the admin let through, so that a person of the staff makes it."""

    user: User
    # What the search of the queue has to say of what it found.
    about_the_search: str


def preserved_filters_of(request: HttpRequest) -> str:
    """Return the list that the person came from, as the addresses of the desk's pages carry it."""
    return str(admin.site.get_model_admin(Member).get_preserved_filters(request))


def keeping_the_list(request: HttpRequest, address: str) -> str:
    """Return an address with the list that the person came from: its filters, order and page.

    That of the queue becomes that very list.
    """
    preserved: dict[str, Any] = {
        "opts": Member._meta,
        "preserved_filters": preserved_filters_of(request),
    }
    return str(add_preserved_filters(preserved, address))


def address_of_the_queue(request: HttpRequest) -> str:
    """Return the address of the list that the person came from."""
    return keeping_the_list(request, reverse("admin:members_member_changelist"))


def address_of_the_file(request: HttpRequest, pk: int) -> str:
    """Return the address of a file, from which there is a way back to the list."""
    return keeping_the_list(request, reverse("admin:members_member_change", args=[pk]))


def file_or_404(request: StaffRequest, pk: int) -> Member:
    """Return one file that the person may see, with the rows that every page of it names."""
    members = (
        Member.objects.within_reach_of(request.user)
        .with_waiting_since()
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
    )
    return get_object_or_404(with_closing_proposed(members), pk=pk)


def focal_points_of(member: Member) -> list[FocalPoint]:
    """Return the people of a file, the one who is written to first at the head."""
    return list(member.focal_points.select_related("successor").order_by("is_alternate"))


def sent(request: StaffRequest) -> QueryDict | None:
    """Return what was posted, if anything was."""
    return request.POST if request.method == "POST" else None


def number_sent(request: StaffRequest, name: str) -> int:
    """Return a number that a page sent back, or -1, which none of them has seen."""
    return number_in(request.POST, name)


def number_in(data: Mapping[str, Any], name: str) -> int:
    """Return a number among what was sent, or -1 where it is none."""
    try:
        number: int | None = forms.IntegerField().clean(data.get(name))
    except forms.ValidationError:
        return -1
    return -1 if number is None else number


def page(
    request: HttpRequest,
    template: str,
    *,
    title: str,
    member: Member | None = None,
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """Render one of the desk's pages within the admin's frame."""
    return TemplateResponse(
        request,
        f"admin/members/member/{template}.html",
        {
            **admin.site.each_context(request),
            "opts": Member._meta,
            "title": title,
            "member": member,
            "country": name_of(member.country) if member else "",
            "preserved_filters": preserved_filters_of(request),
            "address_of_the_queue": address_of_the_queue(request),
            "address_of_the_file": address_of_the_file(request, member.pk) if member else "",
            **context,
        },
        status=status,
    )
