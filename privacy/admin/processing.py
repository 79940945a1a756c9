"""The record of processing, which can be printed, and what ITU states in it."""

from contextlib import suppress
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.admin.base import StaffRequest, page
from accounts.services.permissions import needs
from core.admin.conflicts import ConflictAdmin
from core.admin.lookups import FixedRows
from core.conflicts import NothingChanged
from privacy.models import ProcessingStatement
from privacy.services.processing import change_statement, processed_tables


@admin.register(ProcessingStatement)
class ProcessingStatementAdmin(FixedRows, ConflictAdmin):
    """One row for each topic. The list is the whole record."""

    fields = ("topic", "text")
    readonly_fields = ("topic",)
    ordering = ("pk",)
    actions = None

    def save_model(
        self, request: HttpRequest, obj: ProcessingStatement, form: Any, change: Any
    ) -> None:
        stored = ProcessingStatement.objects.get(pk=obj.pk)
        user = cast("StaffRequest", request).user
        with suppress(NothingChanged):
            change_statement(statement=stored, text=obj.text, by=user, at=now())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        # Refuses what each list refuses, such as a filter that it does not offer.
        self.get_changelist_instance(request)
        return show_record(cast("StaffRequest", request))


@require_safe
@needs("privacy.view_processingstatement")
def show_record(request: StaffRequest) -> HttpResponse:
    """Show the whole record, to read and print."""
    context = {
        "statements": ProcessingStatement.objects.order_by("pk"),
        "purposes": processed_tables(),
        "at": now(),
    }
    template = "admin/privacy/processingstatement/record.html"
    title = _("Record of processing")
    return page(request, template, context, model=ProcessingStatement, title=title)
