"""The audit page and its export, read-only, for staff with its permission."""

import io
from typing import cast

from django.contrib import admin
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.services.events import AUDIT, record_list_reading
from accounts.services.permissions import needs
from core.conflicts import Refused
from core.spreadsheets import FORMATS, SpreadsheetFormat
from triage.audit.forms import JSON_LINES, AuditForm, ExportForm
from triage.audit.services.lines import spreadsheet_lines, whole_lines
from triage.audit.services.sources import MAX_CHANGES, AuditPage, changes_after, sources


@require_safe
@needs("accounts.view_audit")
def show_audit(request: HttpRequest) -> HttpResponse:
    """Show the changes that match the form, newest first, one page at a time."""
    form = AuditForm(request.GET, sources=list(sources()))
    is_valid = form.is_valid()
    page = (
        changes_after(form.chosen(), form.asked(), start=form.cleaned_data["start"] or 0)
        if is_valid
        else AuditPage([], None, None)
    )
    record_list_reading(AUDIT, row_count=len(page.changes), by=cast("User", request.user), at=now())
    query = request.GET.copy()
    query.pop("start", None)
    is_at_the_end = page.older is not None and page.older >= MAX_CHANGES
    return TemplateResponse(
        request,
        "admin/audit.html",
        {
            **admin.site.each_context(request),
            "title": _("Audit"),
            "form": form,
            "changes": page.changes,
            "query": query.urlencode(),
            "newer": _query_of(query, page.newer),
            "older": "" if is_at_the_end else _query_of(query, page.older),
            "is_at_the_end": is_at_the_end,
        },
        status=200 if is_valid else 422,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("accounts.view_audit")
def export_audit(request: HttpRequest) -> HttpResponseBase:
    """Send the changes that match the form as a spreadsheet, or lines of JSON of some days."""
    data = request.POST if request.method == "POST" else None
    form = ExportForm(data, sources=list(sources()), initial=request.GET.dict())
    if form.is_valid():
        try:
            return _file(form)
        except Refused as refused:
            form.add_error(None, str(refused))
    return TemplateResponse(
        request,
        "admin/audit_export.html",
        {**admin.site.each_context(request), "title": _("Export the audit"), "form": form},
        status=422 if form.is_bound else 200,
    )


def _file(form: ExportForm) -> HttpResponseBase:
    """Return the file that a form asks for. Raises Refused if it would be too long."""
    asked, kind = form.asked(), form.cleaned_data["format"]
    days = [form.cleaned_data[name] for name in ("since", "until")]
    name = "-".join(["audit", *(day.isoformat() for day in days if day)]) + f".{kind}"
    if kind == JSON_LINES:
        return StreamingHttpResponse(
            (f"{line}\n" for line in whole_lines(since=asked["since"], until=asked["until"])),
            content_type="application/jsonl",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    file, writer = io.BytesIO(), FORMATS[SpreadsheetFormat(kind)]
    writer.write(_("Audit"), spreadsheet_lines(form.chosen(), asked), file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=writer.content_type)


def _query_of(query: QueryDict, start: int | None) -> str:
    if start is None:
        return ""
    query["start"] = str(start)
    return f"?{query.urlencode()}"
