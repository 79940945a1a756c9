"""The audit page, read-only, for staff with its permission."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.services.permissions import needs
from triage.audit.forms import MAX_PAGES, AuditForm
from triage.audit.services import changes_of, sources


@require_safe
@needs("accounts.view_audit")
def show_audit(request: HttpRequest) -> HttpResponse:
    """Show the changes that match the form, newest first, one page at a time."""
    every = list(sources())
    form = AuditForm(request.GET, among=[(each.key, each.label) for each in every])
    is_valid = form.is_valid()
    asked = form.cleaned_data if is_valid else {}
    page = asked.get("page") or 1
    chosen = [each for each in every if asked.get("of") in ("", None, each.key)]
    changes, are_more = changes_of(chosen, asked, page=page) if is_valid else ([], False)
    query = request.GET.copy()
    return TemplateResponse(
        request,
        "admin/audit.html",
        {
            **admin.site.each_context(request),
            "title": _("Audit"),
            "form": form,
            "changes": changes,
            "newer": _query_of(query, page - 1) if page > 1 else "",
            "older": _query_of(query, page + 1) if are_more and page < MAX_PAGES else "",
            "is_at_the_end": are_more and page >= MAX_PAGES,
        },
        status=200 if is_valid else 422,
    )


def _query_of(query: Any, page: int) -> str:
    query["page"] = page
    return f"?{query.urlencode()}"
