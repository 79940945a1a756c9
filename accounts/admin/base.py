"""What the staff pages of every app share: their request, their frame, and what was sent."""

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
    """A request that the admin let through, so that a person of the staff makes it."""

    user: User


def get_visible_or_404(queryset: "QuerySet[Row]", user: User, pk: int) -> Row:
    """Return a row within a person's reach. Raises Http404 for any other."""
    visible: QuerySet[Row] = cast("Any", queryset).visible_to(user)
    return get_object_or_404(visible, pk=pk)


def post_data(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, as a form takes it: None where nothing was."""
    return request.POST if request.method == "POST" else None


def int_or_invalid(data: Mapping[str, Any], name: str) -> int:
    """Return a number among what was sent, or -1, which no page shows, where it is none."""
    try:
        number: int | None = forms.IntegerField().clean(data.get(name))
    except forms.ValidationError:
        return -1
    return -1 if number is None else number


def page(
    request: HttpRequest,
    template: str,
    /,
    *,
    model: type[Model],
    title: str | Promise,
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """Render a page about a model within the admin's frame."""
    frame = {**admin.site.each_context(request), "opts": model._meta, "title": title}
    return TemplateResponse(request, template, {**frame, **context}, status=status)
