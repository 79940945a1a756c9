"""The translator's file: its download, its upload with a check, and what was refused."""

import io
from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.admin.base import StaffRequest, page
from accounts.services.permissions import needs
from core.conflicts import Refused
from core.spreadsheet_parsing import MAX_FILE_SIZE, Unreadable
from core.spreadsheets import FORMATS, SpreadsheetFormat
from core.uploads import accepts_files
from outbox.forms import CheckedTranslations, TranslationsForm
from outbox.models import MessageTemplate
from outbox.services.template_states import language_of
from outbox.services.translation_files import LANGUAGES, write_refused, write_translations
from outbox.services.translation_import import (
    CheckedRow,
    Outcome,
    check_translations,
    outcomes,
    store_translations,
)

VIEW, CHANGE = "outbox.view_messagetemplate", "outbox.change_messagetemplate"
LIST: Final = "admin:outbox_messagetemplate_changelist"
UPLOAD: Final = "admin:outbox_messagetemplate_upload_translations"


@require_safe
@needs(VIEW)
def download_translations(request: StaffRequest, language: str) -> HttpResponseBase:
    """Send the workbook with all texts of a language."""
    if language not in LANGUAGES:
        raise Http404
    file = io.BytesIO()
    write_translations(language, file)
    return _file(file, f"email-templates-{language}-{localdate():%Y-%m-%d}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGE)
@accepts_files(lambda: MAX_FILE_SIZE)
def upload_translations(request: StaffRequest) -> HttpResponse:
    """Ask for a translator's file, and show what the upload would do with each row."""
    if request.method != "POST":
        initial = {"language": request.GET.get("in")}
        return _upload_page(request, TranslationsForm(initial=initial, label_suffix=""))
    form = TranslationsForm(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        return _upload_page(request, form, status=422)
    language = form.cleaned_data["language"]
    checked = check_translations(form.cleaned_data["file"], language)
    try:
        return _check_page(request, language, checked)
    except Unreadable as refused:
        form.add_error("file", str(refused))
        return _upload_page(request, form, status=422)


@require_POST
@needs(CHANGE)
def store_checked_translations(request: StaffRequest) -> HttpResponse:
    """Store the rows that the check showed as fit, all or none."""
    parcel = _parcel(request)
    if parcel is None:
        return redirect(UPLOAD)
    checked = check_translations(parcel.rows, parcel.language)
    try:
        number = store_translations(
            parcel.rows,
            language=parcel.language,
            expected=parcel.expected,
            by=request.user,
            at=now(),
        )
    except Refused as refused:
        checked = check_translations(parcel.rows, parcel.language)
        return _check_page(request, parcel.language, checked, refusal=refused, status=409)
    done = ngettext("%(number)d text stored.", "%(number)d texts stored.", number)
    messages.success(request, done % {"number": number})
    if parcel.reasons:
        # The page offers the rows that were refused, with the reasons before the others changed.
        return _check_page(request, parcel.language, checked, is_stored=True)
    return redirect(f"{reverse(LIST)}?in={parcel.language}")


@require_POST
@needs(CHANGE)
def download_refused_translations(request: StaffRequest) -> HttpResponseBase:
    """Send a workbook with the refused rows of a checked file, each with its reason."""
    parcel = _parcel(request)
    if parcel is None:
        return redirect(UPLOAD)
    file = io.BytesIO()
    write_refused(parcel.language, parcel.refusals, file)
    return _file(file, f"email-templates-{parcel.language}-{localdate():%Y-%m-%d}-refused.xlsx")


def _parcel(request: StaffRequest) -> CheckedTranslations | None:
    """Return the checked rows that a page sent back, or None with a message if they expired."""
    try:
        return CheckedTranslations.unsealed(request.POST.get("parcel", ""), request.user)
    except signing.BadSignature:
        messages.error(
            request,
            _("Nothing was stored because the check has expired. Choose the file again."),
        )
        return None


def _file(file: io.BytesIO, name: str) -> HttpResponseBase:
    file.seek(0)
    content_type = FORMATS[SpreadsheetFormat.XLSX].content_type
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)


def _check_page(
    request: StaffRequest,
    language: str,
    checked: Sequence[CheckedRow],
    *,
    refusal: Refused | None = None,
    is_stored: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show what the upload does with each row. Raises Unreadable if the file has too much text."""
    numbers = outcomes(checked)
    return _page(
        request,
        "translations_check",
        {
            "language": language_of(language),
            "refusal": refusal,
            "is_stored": is_stored,
            "changes": [row for row in checked if row.outcome == Outcome.CHANGES],
            "refused": [row for row in checked if row.outcome == Outcome.REFUSED],
            "unchanged": numbers[Outcome.SAME],
            "sealed": CheckedTranslations.of(language, checked).sealed(request.user),
        },
        title=_("Check the translator’s file"),
        status=status,
    )


def _upload_page(
    request: StaffRequest, form: TranslationsForm, *, status: int = 200
) -> HttpResponse:
    return _page(
        request,
        "translations_upload",
        {"form": form},
        title=_("Upload a translator’s file"),
        status=status,
    )


def _page(
    request: StaffRequest, name: str, context: dict[str, Any], *, title: str, status: int
) -> HttpResponse:
    return page(
        request,
        f"admin/outbox/messagetemplate/{name}.html",
        context,
        model=MessageTemplate,
        title=title,
        status=status,
    )
