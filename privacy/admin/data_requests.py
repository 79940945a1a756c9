"""The register of what people ask about their data."""

from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, page, post_data
from accounts.services.permissions import needs
from core.admin.lookups import LookOnly
from core.conflicts import Refused
from members.services.response_times import day_in_geneva
from privacy.forms import AnswerDataRequestForm, DataRequestForm
from privacy.models import DataRequest
from privacy.services.data_requests import (
    HANDLE_PERMISSION,
    answer_data_request,
    record_data_request,
)

VIEW: Final = "privacy.view_datarequest"
TEMPLATE: Final = "admin/privacy/datarequest/form.html"


class StateFilter(admin.SimpleListFilter):
    """Narrows requests to those that wait for an answer, are overdue, or were answered."""

    title = gettext_lazy("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", gettext_lazy("Waits for an answer")),
            ("overdue", gettext_lazy("Overdue")),
            ("answered", gettext_lazy("Answered")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[DataRequest]
    ) -> QuerySet[DataRequest]:
        if self.value() == "overdue":
            return queryset.filter(answered_at=None, due_on__lt=day_in_geneva(now()))
        if self.value() in ("open", "answered"):
            return queryset.filter(answered_at__isnull=self.value() == "open")
        return queryset


@admin.register(DataRequest)
class DataRequestAdmin(LookOnly):
    """The requests, with a page to record one, and one to answer."""

    list_display = ["__str__", "name", "received_on", "due_on", "answered_at", "outcome"]
    list_filter = [StateFilter, "kind", "outcome"]
    search_fields = ["name", "address"]
    search_help_text = gettext_lazy("Search by name or address of the person.")
    list_select_related = False
    ordering = ["-received_on", "-pk"]
    fields = [
        *("kind", "name", "address", "details", "received_on", "due_on"),
        *("recorded_by", "recorded_at", "outcome", "answer", "answered_by", "answered_at"),
        *("erasure", "export"),
    ]
    change_list_template = "admin/privacy/datarequest/change_list.html"
    change_form_template = "admin/privacy/datarequest/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "privacy_datarequest"
        return [
            path("record/", wrap(record), name=f"{name}_record"),
            path("<int:pk>/answer/", wrap(answer), name=f"{name}_answer"),
            *super().get_urls(),
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, HANDLE_PERMISSION)
def record(request: StaffRequest) -> HttpResponse:
    """Record what a person asked."""
    form = DataRequestForm(post_data(request), initial={"received_on": day_in_geneva(now())})
    if form.is_valid():
        try:
            made = record_data_request(**form.cleaned_data, by=request.user, at=now())
        except Refused as refused:
            form.add_error("received_on", str(refused))
        else:
            messages.success(request, _("Recorded."))
            return redirect("admin:privacy_datarequest_change", made.pk)
    return _page(request, form, title=_("Record a request"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, HANDLE_PERMISSION)
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """Record how a request was answered."""
    asked = get_object_or_404(DataRequest, pk=pk)
    form = AnswerDataRequestForm(post_data(request), request=asked)
    if form.is_valid():
        try:
            answer_data_request(request=asked, **form.cleaned_data, by=request.user, at=now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The answer is recorded."))
        return redirect("admin:privacy_datarequest_change", pk)
    return _page(request, form, title=_("Record the answer"), asked=asked)


def _page(request: StaffRequest, form: Any, *, title: str, **context: object) -> HttpResponse:
    status = 422 if form.is_bound else 200
    shown = {"form": form, **context}
    return page(request, TEMPLATE, shown, model=DataRequest, title=title, status=status)
