"""Requests to send an Expression of Interest late, in the admin: staff accept or refuse them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import StaffRequest, page, post_data
from accounts.services.permissions import insist
from core.admin.lookups import LookOnly
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime
from eoi.models import LateRequest, LateRequestState
from eoi.services import late_requests
from triage.desk.admin.calls import LastDayField

DECIDE: Final = "eoi.decide_laterequest"
# What the form of an acceptance proposes.
PROPOSED_DAYS: Final = timedelta(days=2)


class AcceptForm(forms.Form):
    """The last day on which a form can be sent."""

    until = LastDayField(
        label=_("Last day"),
        help_text=_("The form can be sent until the end of this day, Geneva time."),
        initial=lambda: localdate() + PROPOSED_DAYS,
    )


class RefuseForm(forms.Form):
    """Why a form is not accepted after the deadline."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The person reads it in the email and on the page of the form."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


@dataclass(frozen=True)
class LateStep:
    """A page on which a request is accepted or refused."""

    name: str
    label: str | Promise
    change: Callable[..., LateRequest]
    form: type[forms.Form]

    @property
    def url_name(self) -> str:
        return f"admin:eoi_laterequest_{self.name}"


STEPS: Final = (
    LateStep("accept", _("Accept until…"), late_requests.accept_late, AcceptForm),
    LateStep("refuse", _("Refuse"), late_requests.refuse_late, RefuseForm),
)


class WaitingFilter(admin.SimpleListFilter):
    """Shows only the requests that staff have to decide."""

    title = _("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [(LateRequestState.WAITING.value, LateRequestState.WAITING.label)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        is_chosen = self.value() == LateRequestState.WAITING
        return queryset.waiting_at(timezone.now()) if is_chosen else queryset


@admin.register(LateRequest)
class LateRequestAdmin(LookOnly):
    """The requests, read-only, with a page to accept one and a page to refuse it."""

    list_display = ["organisation_name", "address", "call", "requested_at", "after", "state"]
    list_filter = [WaitingFilter]
    search_fields = ["organisation_name", "draft__email"]
    search_help_text = _("Search by organisation or address.")
    list_select_related = ["draft__call", "decided_by"]
    ordering = ["-requested_at", "-pk"]
    fields = ["organisation_name"]
    change_form_template = "admin/eoi/laterequest/change_form.html"

    @admin.display(description=_("address"), ordering="draft__email")
    def address(self, late_request: LateRequest) -> str:
        return late_request.draft.email

    @admin.display(description=_("call"), ordering="draft__call")
    def call(self, late_request: LateRequest) -> str:
        return str(late_request.draft.call)

    @admin.display(description=_("after the deadline"))
    def after(self, late_request: LateRequest) -> str:
        return after_the_deadline(late_request)

    @admin.display(description=_("status"), ordering="decided_at")
    def state(self, late_request: LateRequest) -> str:
        state = late_request.state_at(timezone.now())
        return render_to_string("admin/eoi/laterequest/_state.html", {"state": state})

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<int:pk>/{step.name}/",
                self.admin_site.admin_view(self._page_of(step)),
                name=f"eoi_laterequest_{step.name}",
            )
            for step in STEPS
        ]
        return [*pages, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LateRequest]:
        requests: QuerySet[LateRequest] = super().get_queryset(request)
        return requests.select_related("draft__call", "decided_by")

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        state = obj.state_at(timezone.now())
        is_waiting = state == LateRequestState.WAITING
        context |= {
            "title": str(obj),
            "subtitle": None,
            "steps": STEPS if is_waiting and request.user.has_perm(DECIDE) else (),
            "is_waiting": is_waiting,
            **facts_of(obj, timezone.now()),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _page_of(self, step: LateStep) -> Callable[..., HttpResponse]:
        def view(request: StaffRequest, pk: int) -> HttpResponse:
            insist(request.user, "eoi.view_laterequest", DECIDE)
            requests = LateRequest.objects.select_related("draft__call", "decided_by")
            return self._decide(request, step, get_object_or_404(requests, pk=pk))

        return view

    def _decide(
        self, request: StaffRequest, step: LateStep, late_request: LateRequest
    ) -> HttpResponse:
        """Ask until when, or why not. On POST, decide, and return to the list of what waits."""
        at = timezone.now()
        form = step.form(post_data(request))
        refusal, status = "", 200
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    step.change(
                        late_request=late_request, by=request.user, at=at, **form.cleaned_data
                    )
                except late_requests.AcceptanceOutOfRange as refused:
                    form.add_error("until", str(refused))
                except Refused as refused:
                    refusal, status = str(refused), 409
                else:
                    said = gettext("Decided. An email to %(address)s is on its way.")
                    messages.success(request, said % {"address": late_request.draft.email})
                    return redirect("admin:eoi_laterequest_changelist")
        return page(
            request,
            "admin/eoi/laterequest/decide.html",
            {"step": step, "form": form, "refusal": refusal, **facts_of(late_request, at)},
            model=LateRequest,
            title=step.label,
            status=status,
        )


def after_the_deadline(late_request: LateRequest) -> str:
    """Return how long after the deadline a request was made."""
    return timesince(late_request.draft.call.closes_at, late_request.requested_at)


def facts_of(late_request: LateRequest, at: datetime) -> dict[str, object]:
    """Return what the pages show about a request, without any answer of the draft."""
    call = late_request.draft.call
    last_moment = late_request.last_moment
    return {
        "late_request": late_request,
        "state": late_request.state_at(at),
        "call": call,
        "deadline": format_datetime(call.last_moment, GENEVA),
        "requested": format_datetime(late_request.requested_at, GENEVA),
        "after": after_the_deadline(late_request),
        "accepted_until": last_moment and format_datetime(last_moment, GENEVA),
    }
