"""The read-only records of exports and imports in the admin."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy

from core.admin.lookups import AuthoredLookOnly
from triage.spreadsheets.models import Export, Import


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

    list_display = ("file_name", "at", "author", "row_count", "channel", "is_acknowledged")
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
        "files",
    )

    @admin.display(description=gettext_lazy("files"))
    def files(self, made: Import) -> str:
        return render_to_string("admin/triage/import/_files.html", {"import": made})
