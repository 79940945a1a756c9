"""Helpers that the staff pages of all apps share: the request, the layout and the posted data."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.functional import Promise

from accounts.models import User

Row = TypeVar("Row", bound=Model)


class StaffRequest(HttpRequest):
    """A request that passed the admin's permission check: its user is a member of staff."""

    user: User


def get_visible_or_404(queryset: "QuerySet[Row]", user: User, pk: int) -> Row:
    """Return a row that the user may see. Raises Http404 for any other row."""
    visible: QuerySet[Row] = cast("Any", queryset).visible_to(user)
    return get_object_or_404(visible, pk=pk)


def post_data(request: HttpRequest) -> QueryDict | None:
    """Return the posted data for a form, or None if the request is not a POST."""
    return request.POST if request.method == "POST" else None


def int_or_invalid(data: Mapping[str, Any], name: str) -> int:
    """Return a submitted integer, or -1 if it is not one. No page uses -1."""
    try:
        number: int | None = forms.IntegerField().clean(data.get(name))
    except forms.ValidationError:
        return -1
    return -1 if number is None else number


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    model: type[Model],
    title: str | Promise,
    status: int = 200,
) -> TemplateResponse:
    """Render a page about a model in the admin's layout."""
    frame = {**admin.site.each_context(request), "opts": model._meta, "title": title}
    return TemplateResponse(request, template, {**frame, **context}, status=status)
