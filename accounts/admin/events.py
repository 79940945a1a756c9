"""The lists of sign-ins, and of who read records with personal data, for observers."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ListReading, ReadingEvent, SignInEvent
from accounts.services.events import AUDIT, MANY_RECORDS
from core.admin.lookups import LookOnly
from core.numbers import whole_number

VIEW_AUDIT = "accounts.view_audit"


class EventAdmin(LookOnly):
    """A read-only list of events, the latest first, for staff who may read the audit."""

    actions = None
    list_display_links = None
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-at", "-pk"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(VIEW_AUDIT)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        # An event has no page of its own: the list shows all that it has.
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        return [path("", self.admin_site.admin_view(self.changelist_view), name=name)]


@admin.register(SignInEvent)
class SignInEventAdmin(EventAdmin):
    """Who signed in, and who could not."""

    list_display = ["at", "account", "account_kind", "method", "outcome", "browser", "network"]
    list_filter = ["outcome", "method", "account_kind", "at"]
    search_fields = ["user__name", "user__email", "network"]
    search_help_text = gettext_lazy("Search by name or email of the account, or by network.")
    list_select_related = ["user"]

    @admin.display(description=gettext_lazy("account"), ordering="user__email", empty_value="–")
    def account(self, event: SignInEvent) -> str | None:
        return None if event.user is None else str(event.user)


class RecordFilter(admin.SimpleListFilter):
    """Shows who read one record, such as "members.member-5". Pages of records link to it."""

    title = gettext_lazy("record")
    parameter_name = "record"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        record_type, key = self._record()
        return [(self.value() or "", record_in_words(record_type, key))] if key else []

    def has_output(self) -> bool:
        return self.value() is not None

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ReadingEvent]
    ) -> QuerySet[ReadingEvent]:
        record_type, key = self._record()
        if self.value() is None:
            return queryset
        return queryset.filter(record_type=record_type, record_pk=key)

    def _record(self) -> tuple[str, int]:
        record_type, _dash, key = (self.value() or "").rpartition("-")
        number = whole_number(key)
        return ("", MANY_RECORDS) if number is None else (record_type, number)


class RecordTypeFilter(admin.SimpleListFilter):
    """Shows readings of one kind of record."""

    title = gettext_lazy("kind of record")
    parameter_name = "record_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        events = model_admin.model.objects.order_by("record_type")
        types = events.values_list("record_type", flat=True)
        return [(label, name_of_type(label)) for label in types.distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(record_type=self.value()) if self.value() else queryset


@admin.register(ReadingEvent)
class ReadingEventAdmin(EventAdmin):
    """Which staff read which records with personal data."""

    list_display = ["at", "by", "record", "kind"]
    list_filter = [RecordFilter, RecordTypeFilter, "kind", "at"]
    search_fields = ["by__name", "by__email"]
    search_help_text = gettext_lazy("Search by name or email of the reader.")
    list_select_related = ["by"]

    @admin.display(description=gettext_lazy("record"), ordering="record_pk")
    def record(self, event: ReadingEvent) -> str:
        """Return the kind and the key of the record, with a link to its page."""
        return render_to_string(
            "admin/accounts/readingevent/_record.html",
            {
                "words": record_in_words(event.record_type, event.record_pk),
                "address": _address_of(event),
            },
        )


@admin.register(ListReading)
class ListReadingAdmin(EventAdmin):
    """How many rows of lists with personal data staff saw or exported on each day."""

    list_display = ["day", "by", "list_name", "kind", "pages", "row_count"]
    list_filter = [RecordTypeFilter, "kind", "day"]
    search_fields = ["by__name", "by__email"]
    search_help_text = gettext_lazy("Search by name or email of the reader.")
    list_select_related = ["by"]
    ordering = ["-day", "-row_count", "-pk"]

    @admin.display(description=gettext_lazy("list"), ordering="record_type")
    def list_name(self, reading: ListReading) -> str:
        return name_of_type(reading.record_type, is_plural=True)


def record_in_words(record_type: str, key: int) -> str:
    """Return the kind of a record with its key, or that there were many. It queries nothing."""
    facts = {"kind": name_of_type(record_type), "key": key}
    if key == MANY_RECORDS:
        return _("%(kind)s: many") % facts
    return _("%(kind)s %(key)s") % facts


def name_of_type(record_type: str, *, is_plural: bool = False) -> str:
    """Return the name of a model by its label, or the label if there is no such model."""
    if record_type == AUDIT:
        return _("Audit")
    try:
        names = apps.get_model(record_type)._meta
        return capfirst(str(names.verbose_name_plural if is_plural else names.verbose_name))
    except (LookupError, ValueError):
        return record_type


def _address_of(event: ReadingEvent) -> str:
    name = event.record_type.replace(".", "_")
    if event.record_pk == MANY_RECORDS:
        return ""
    try:
        return reverse(f"admin:{name}_change", args=[event.record_pk])
    except NoReverseMatch:
        return ""
