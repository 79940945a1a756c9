"""The pages on which one member of staff requests an erasure, and another consents to it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.admin.base import StaffRequest, page, post_data
from accounts.models import User
from accounts.services.permissions import needs
from core.admin.lookups import LookOnly
from core.conflicts import Refused
from core.personal_data import ERASED_TEXT
from privacy.forms import ErasureForm
from privacy.models import ErasureAction, ErasureRequest
from privacy.services import erasure
from privacy.services.people import find_person
from privacy.services.plan import TableChange, plan_organisation, plan_person
from privacy.services.tables import author_tables, personal_tables

VIEW: Final = "privacy.view_erasurerequest"
REQUEST: Final = "privacy.request_erasure"
CONSENT: Final = "privacy.consent_to_erasure"
# The texts that the preview shows, and the letters before and after each match.
MAX_EXCERPTS: Final = 30
EXCERPT_MARGIN: Final = 80
TEMPLATES: Final = "admin/privacy/erasurerequest"


@admin.register(ErasureRequest)
class ErasureRequestAdmin(LookOnly):
    """The requests, with a page to find and request, and one to consent."""

    list_display = ["__str__", "status", "requested_by", "requested_at", "decided_by", "decided_at"]
    list_filter = ["status", "kind"]
    search_fields = ["reason"]
    search_help_text = gettext_lazy("Search in the reasons.")
    list_select_related = ["requested_by", "decided_by"]
    ordering = ["-requested_at", "-pk"]
    change_list_template = f"{TEMPLATES}/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "request/": ("request", request_erasure),
            "<int:pk>/consent/": ("consent", consent),
            "<int:pk>/cancel/": ("cancel", cancel),
        }
        own = [
            path(address, self.admin_site.admin_view(view), name=f"privacy_erasurerequest_{name}")
            for address, (name, view) in views.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        erasure_request = self.get_object(request, object_id)
        about = facts_of(erasure_request) if erasure_request is not None else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **about})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, REQUEST)
def request_erasure(request: StaffRequest) -> HttpResponse:
    """Find a person or an organisation, show what an erasure would change, and request it.

    The address is posted, so that it is in no URL.
    """
    is_wanted = "request" in request.POST
    form = ErasureForm(post_data(request), needs_reason=is_wanted)
    refusal, status, preview = "", 200, None
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                if is_wanted:
                    made = _request(form, by=request.user, at=timezone.now())
                    messages.success(request, _("Requested. A second person must consent."))
                    return redirect("admin:privacy_erasurerequest_change", made.pk)
                preview, status = _preview(form, by=request.user), 200
            except Refused as refused:
                refusal, status = str(refused), 409
    return page(
        request,
        f"{TEMPLATES}/request.html",
        {"form": form, "refusal": refusal, **shown(preview)},
        model=ErasureRequest,
        title=_("Erase a person or an organisation"),
        status=status,
    )


@require_POST
@needs(VIEW, CONSENT)
def consent(request: StaffRequest, pk: int) -> HttpResponse:
    """Consent to an erasure, which is done at once."""
    erasure_request = get_object_or_404(ErasureRequest, pk=pk)
    try:
        erasure.consent_to_erasure(request=erasure_request, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Erased. This page shows what was changed."))
    return redirect("admin:privacy_erasurerequest_change", pk)


@require_POST
@needs(VIEW, REQUEST)
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Decide against an erasure."""
    erasure_request = get_object_or_404(ErasureRequest, pk=pk)
    try:
        erasure.cancel_erasure_request(request=erasure_request, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Cancelled. Nothing was erased."))
    return redirect("admin:privacy_erasurerequest_change", pk)


def facts_of(request: ErasureRequest) -> dict[str, Any]:
    """Return what the page of a request shows: a preview computed now, or what was changed."""
    if not request.is_open:
        return {"erasure": request, "counted": counted(request)}
    if request.member is not None:
        changes = plan_organisation(request.member)
    else:
        changes = plan_person(find_person(request.address))
    return {"erasure": request, **shown(changes)}


def shown(changes: list[TableChange] | None) -> dict[str, Any]:
    """Return the changes as the template shows them: a row for each table and action."""
    if changes is None:
        return {"is_preview": False}
    return {"is_preview": True, "rows": _rows(changes), "excerpts": _excerpts(changes)}


def counted(request: ErasureRequest) -> list[dict[str, Any]]:
    """Return the numbers of rows that an erasure changed, by table."""
    names = {table.model: table.name for table in (*author_tables(), *personal_tables())}
    return [
        {
            "name": names.get(count.table, count.table),
            "action": count.get_action_display(),
            "number": count.number,
        }
        for count in request.counts.order_by("table", "action")
    ]


def _rows(changes: Iterable[TableChange]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for change in changes:
        row = rows.setdefault(
            (str(change.name), change.action),
            {
                "name": change.name,
                "action": ErasureAction(change.action).label,
                "number": 0,
                "kept_because": change.kept_because,
            },
        )
        row["number"] += change.number
    return sorted(rows.values(), key=lambda row: (str(row["name"]), str(row["action"])))


def _excerpts(changes: Iterable[TableChange]) -> list[dict[str, Any]]:
    """Return texts as they would read after the erasure, around the first match."""
    found = [
        {"name": change.name, "text": _around(str(text))}
        for change in changes
        for texts in change.texts.values()
        for text in texts.values()
        if text != ERASED_TEXT
    ]
    return found[:MAX_EXCERPTS]


def _around(text: str) -> str:
    place = text.find(ERASED_TEXT)
    beginning = max(0, place - EXCERPT_MARGIN)
    end = place + len(ERASED_TEXT) + EXCERPT_MARGIN
    return f"{'…' if beginning else ''}{text[beginning:end]}{'…' if end < len(text) else ''}"


def _request(form: ErasureForm, *, by: User, at: datetime) -> ErasureRequest:
    facts = form.cleaned_data
    if facts["reference"]:
        return erasure.request_organisation_erasure(
            member=facts["reference"], reason=facts["reason"], by=by, at=at
        )
    return erasure.request_person_erasure(
        address=facts["address"], reason=facts["reason"], by=by, at=at
    )


def _preview(form: ErasureForm, *, by: User) -> list[TableChange]:
    facts = form.cleaned_data
    if facts["reference"]:
        erasure.check_organisation(facts["reference"], by=by)
        return plan_organisation(facts["reference"])
    erasure.check_person(facts["address"], by=by)
    return plan_person(find_person(facts["address"]))
