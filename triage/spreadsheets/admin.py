"""The export and the import of expressions of interest, and the record of both."""

import io
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core import signing
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.timezone import localtime, now
from django.utils.translation import get_language, gettext_lazy, gettext_noop, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.admin.base import StaffRequest, post_data
from accounts.services.events import record_list_reading
from accounts.services.permissions import needs
from core.admin.lookups import AuthoredLookOnly
from core.spreadsheet_parsing import MAX_FILE_SIZE, Unreadable
from core.spreadsheets import FORMATS, SafeXlsx, SpreadsheetFormat
from core.uploads import accepts_files
from members.models import NOTE_LANGUAGE, Call, Member, MemberQuerySet
from triage.spreadsheets.forms.files import (
    CheckedUpload,
    ConfirmImportForm,
    ExportForm,
    UploadForm,
)
from triage.spreadsheets.forms.results import RowResult
from triage.spreadsheets.forms.rows import REQUIRED, recognise, validate_rows
from triage.spreadsheets.models import FILTER_SEPARATOR, FILTER_VALUE_SEPARATOR, Export, Import
from triage.spreadsheets.services.columns import MemberSheet, NoRoom, export_members
from triage.spreadsheets.services.corrections import RowRejected, corrected_with
from triage.spreadsheets.services.imports import NothingToImport, import_rows
from triage.staff_pages.pages import member_page

SEARCHED = gettext_noop("a search")
# The number of faults that the page lists. It counts the rest.
MAX_FAULTS = 200


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.view_member", "members.export_member")
def export(request: StaffRequest) -> HttpResponseBase:
    """Show what the file will contain; on POST, send it and record who exported it."""
    queue = admin.site.get_model_admin(Member)
    form = ExportForm(post_data(request))
    is_wanted = request.method == "POST" and form.is_valid()
    try:
        # Some filters choose how to describe their value when they are created, so the filters must
        # be described in English.
        with override(NOTE_LANGUAGE if is_wanted else get_language()):
            changelist = queue.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return redirect("admin:members_member_changelist")
    status = 422 if request.method == "POST" else 200
    if is_wanted:
        try:
            return _file(request, changelist, SpreadsheetFormat(form.cleaned_data["format"]))
        except NoRoom as refused:
            form.add_error("format", str(refused))
            status = 503
    return member_page(
        request,
        "export",
        {
            "form": form,
            "number": members_in_list(changelist).count(),
            "filters": filters_of(changelist),
            "searched_for": changelist.query,
            "query": request.GET.urlencode(),
        },
        title=_("Export"),
        status=status,
    )


def _file(
    request: StaffRequest, changelist: ChangeList, format_: SpreadsheetFormat
) -> HttpResponseBase:
    at = now()
    with override(NOTE_LANGUAGE):
        filters = filters_in_words(changelist)
    _export, file = export_members(
        members=members_in_list(changelist), kind=format_, filters=filters, by=request.user, at=at
    )
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"expressions-of-interest-{localtime(at):%Y-%m-%d-%H%M}.{format_}",
        content_type=FORMATS[format_].content_type,
    )


def members_in_list(changelist: ChangeList) -> MemberQuerySet:
    """Return the members on all pages of a list, without the annotations for the list."""
    keys = changelist.queryset.order_by().values("pk")
    return Member.objects.filter(pk__in=keys)


def filters_of(changelist: ChangeList) -> list[tuple[str, str]]:
    """Return the active filters of a list and their values, in the reader's language."""
    return [
        (str(each.title), str(choice["display"]))
        for each in changelist.filter_specs
        for choice in each.choices(changelist)
        if choice["selected"] and choice["display"] != _("All")
    ]


def filters_in_words(changelist: ChangeList) -> str:
    """Return the active filters of a list as one line, without the search terms."""
    chosen = [FILTER_VALUE_SEPARATOR.join(each) for each in filters_of(changelist)]
    if changelist.query:
        chosen.append(SEARCHED)
    return FILTER_SEPARATOR.join(chosen)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.import_member")
@accepts_files(lambda: MAX_FILE_SIZE)
def import_file(request: StaffRequest) -> HttpResponse:
    """Ask for a spreadsheet, and show its errors or the result that each row would have."""
    at = now()
    if request.method != "POST":
        call = Call.objects.open_at(at).first() or Call.objects.closed(at).first()
        return _upload_page(request, UploadForm(initial={"call": call}, label_suffix=""))
    form = UploadForm(post_data(request), request.FILES, label_suffix="")
    if not form.is_valid():
        return _upload_page(request, form, status=422)
    parcel = CheckedUpload(form.cleaned_data["call"], form.file_name, form.cleaned_data["file"])
    return _check_page(
        request, parcel, validate_rows(parcel.call, parcel.rows, by=request.user, at=at)
    )


@require_POST
@needs("members.import_member")
def import_confirm(request: StaffRequest) -> HttpResponse:
    """Import and correct all checked rows that are not skipped or refused, or none."""
    at = now()
    try:
        parcel = CheckedUpload.unsealed(request.POST.get("parcel", ""), request.user)
    except (signing.BadSignature, Call.DoesNotExist):
        messages.error(
            request,
            _("Nothing was imported because the check has expired. Choose the file again."),
        )
        return redirect("admin:members_member_import_file")
    judged = validate_rows(parcel.call, parcel.rows, by=request.user, at=at)
    form = ConfirmImportForm(request.POST, judged=judged)
    if any(row.errors for row in judged):
        return _check_page(request, parcel, judged)
    if any(row.refusals and row.number not in parcel.refused for row in judged):
        changed = _(
            "Nothing was imported: somebody changed what you checked, and these rows are now "
            "refused. Check the rest, and confirm again."
        )
        return _check_page(request, parcel, judged, form, status=409, refusal=changed)
    if not form.is_valid():
        return _check_page(request, parcel, judged, form, status=422)
    try:
        made = import_rows(
            call=parcel.call,
            rows=[each.row for each in judged if each.row],
            corrections=[each.correction for each in judged if each.correction],
            file_name=parcel.file_name,
            by=request.user,
            at=at,
            **form.cleaned_data,
        )
    except (NothingToImport, RowRejected) as refused:
        judged = validate_rows(parcel.call, parcel.rows, by=request.user, at=at)
        return _check_page(request, parcel, judged, form, status=409, refusal=str(refused))
    done = {"taken_in": made.row_count, "corrected": made.corrected_count}
    skipped = len(judged) + parcel.unchanged - sum(done.values())
    messages.success(
        request,
        _("Imported: %(taken_in)d. Corrected: %(corrected)d. Skipped: %(skipped)d.")
        % {**done, "skipped": skipped},
    )
    return redirect("admin:triage_import_change", made.pk)


@require_safe
@needs("members.import_member")
def import_template(request: StaffRequest, kind: str) -> HttpResponseBase:
    """Send a file with the heading row; as a workbook with a sheet that explains the columns."""
    if kind not in SpreadsheetFormat.values:
        raise Http404
    writer, file = FORMATS[SpreadsheetFormat(kind)], io.BytesIO()
    columns = MemberSheet().to_fill_in()
    heading = [[str(column.column_name) for column in columns.values()]]
    if isinstance(writer, SafeXlsx):
        explained = [
            [_("Column"), _("Also known as"), _("Required"), _("Allowed values")],
            *([each["heading"], each["name"], each["required"], each["may"]] for each in _help()),
        ]
        writer.write_sheets({"EOI": heading, _("Columns")[:31]: explained}, file)
    else:
        writer.write("EOI", heading, file)
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"expressions-of-interest-template.{kind}",
        content_type=writer.content_type,
    )


def _help() -> list[dict[str, Any]]:
    return [
        {
            "heading": str(column.column_name),
            "name": name,
            "required": _("Yes") if name in REQUIRED else _("No"),
            "may": column.explained(),
        }
        for name, column in MemberSheet().to_fill_in().items()
    ]


def _upload_page(
    request: StaffRequest,
    form: UploadForm,
    *,
    judged: list[RowResult] | None = None,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    refused = [row for row in judged or [] if row.errors]
    faults = [fault for row in judged or [] for fault in (*row.errors, *row.refusals)]
    return member_page(
        request,
        "import_file",
        {
            "form": form,
            "refusal": refusal,
            "refused": refused,
            "faults": faults[:MAX_FAULTS],
            "more": len(faults[MAX_FAULTS:]),
            "number": len(judged or []),
            "columns": _help(),
            "kinds": SpreadsheetFormat.choices,
        },
        title=_("Import"),
        status=status,
    )


def _check_page(
    request: StaffRequest,
    parcel: CheckedUpload,
    judged: list[RowResult],
    form: ConfirmImportForm | None = None,
    *,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    """Return the page that asks for confirmation, or the errors of the rows if there are any."""
    upload_form = UploadForm(initial={"call": parcel.call}, label_suffix="")
    if any(row.errors for row in judged):
        return _upload_page(request, upload_form, judged=judged, status=422)
    parcel = parcel.judged_as(judged)
    try:
        sealed = parcel.sealed(request.user)
    except Unreadable as refused:
        return _upload_page(request, upload_form, status=422, refusal=str(refused))
    recognised = [each for each in recognise(judged) if not each.is_unchanged]
    corrections = [each.correction for each in recognised if each.correction]
    compared = sum(bool(each.correction or each.refusals) for each in recognised)
    if compared:
        # These rows show what the portal has.
        record_list_reading("members.member", row_count=compared, by=request.user, at=now())
    known_as = [each.same.pk for each in recognised if each.same]
    known_as += [alike.member.pk for each in recognised for alike in each.alike]
    within_reach = Member.objects.visible_to(request.user).filter(pk__in=known_as)
    return member_page(
        request,
        "import_check",
        {
            "form": form or ConfirmImportForm(judged=judged),
            "parcel": parcel,
            "sealed": sealed,
            "judged": recognised,
            "within_reach": set(within_reach.values_list("pk", flat=True)),
            "new": sum(each.is_new for each in recognised),
            "same": sum(
                bool(each.same and not (each.correction or each.refusals)) for each in recognised
            ),
            "alike": sum(bool(each.alike) for each in recognised),
            "corrected": len(corrections),
            "cells": sum(len(each.changes) for each in recognised),
            "addresses": sum(each.changes_address for each in corrections),
            "refused": len(parcel.refused),
            "refusal": refusal,
        },
        title=_("Check the import"),
        status=status,
    )


@admin.register(Export)
class ExportAdmin(AuthoredLookOnly):
    """The record of exports."""

    list_display = ("at", "author", "row_count", "format", "narrowed_to")
    list_filter = ("format", "at")
    list_select_related = False
    ordering = ("-at", "-pk")
    fields = ("at", "author", "row_count", "format", "narrowed_to")

    @admin.display(description=gettext_lazy("filters"))
    def narrowed_to(self, export: Export) -> str:
        return export.filters_in_words


@admin.register(Import)
class ImportAdmin(AuthoredLookOnly):
    """The record of imports."""

    list_display = (
        "file_name",
        "at",
        "author",
        "row_count",
        "corrected_count",
        "channel",
        "is_acknowledged",
    )
    list_filter = ("channel", "at")
    list_select_related = False
    ordering = ("-at", "-pk")
    fields = (
        "file_name",
        "at",
        "author",
        "call",
        "channel",
        "is_acknowledged",
        "note",
        "row_count",
        "corrected_count",
        "files",
    )

    @admin.display(description=gettext_lazy("files"))
    def files(self, made: Import) -> str:
        return render_to_string(
            "admin/triage/import/_files.html", {"import": made, "corrected": corrected_with(made)}
        )
