"""The read-only history of a row in the admin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from modeltranslation.fields import TranslationField
from modeltranslation.manager import get_translatable_fields_for_model
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import DeletedObject
from simple_history.template_utils import HistoricalRecordContextHelper, ObjDiffDisplay

from core.admin.lookups import RestrictedLookupsAdmin

# If there are more changes, only the latest ones are shown.
MAX_CHANGES_SHOWN = 20


@dataclass(frozen=True)
class HistoryChange:
    """One change in the history of a row: who made it, when, and the old and new values.

    `what` is a name for the change and `said` is a text about it, if there are any.
    """

    who: str
    at: datetime
    fields: Sequence[dict[str, Any]]
    what: str = ""
    said: Sequence[Any] = field(default_factory=list)


class TruncatedDiff(ObjDiffDisplay):  # type: ignore[misc]
    """Shortens two long texts to where they differ; a sign marks what was left out."""

    def shortened_str(self, prefix: str, num_skipped_chars: int, suffix: str) -> str:
        return f"{prefix} […] {suffix}"


class HistoryContext(HistoricalRecordContextHelper):  # type: ignore[misc]
    """Formats changes as pages do: choices with their labels, times in Geneva time."""

    def context_for_delta_changes(self, delta: Any) -> list[dict[str, Any]]:
        translated = get_translatable_fields_for_model(self.model) or ()
        told: list[dict[str, Any]] = []
        for change in delta.changes:
            field = self.model._meta.get_field(change.field)
            if field.many_to_many:
                told.append(
                    change_of_many(field, _listed(field, change.old), _listed(field, change.new))
                )
            elif change.field not in translated and not is_empty(change.old, change.new):
                told.extend(super().context_for_delta_changes(replace(delta, changes=[change])))
        return told

    def format_delta_change(self, change: Any) -> Any:
        field = self.model._meta.get_field(change.field)
        told = super().format_delta_change(change)
        return replace(told, field=label_of(field)) if isinstance(field, TranslationField) else told

    def get_obj_diff_display(self) -> TruncatedDiff:
        # The library's own text is in English only.
        return TruncatedDiff(max_length=self.max_displayed_delta_change_chars)

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        value = super().prepare_delta_change_value(change, value)
        if isinstance(value, datetime):
            return date_format(localtime(value), _("j F Y, H:i"))
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if is_empty(value) or (isinstance(value, DeletedObject) and value.pk is None):
            return "–"
        choices = self.model._meta.get_field(change.field).flatchoices
        return dict(choices).get(value, value) if choices else value


def is_empty(*values: Any) -> bool:
    """Return whether all values are empty. A text that nobody typed may be null or empty."""
    return all(value in ("", None, []) for value in values)


def label_of(field: TranslationField) -> str:
    """Return the label of a translated field with the name of its language."""
    return _("%(heading)s, in %(language)s") % {
        "heading": capfirst(str(field.translated_field.verbose_name)),
        "language": get_language_info(field.language)["name_translated"],
    }


def change_of_many(field: Any, old: Mapping[Any, str], new: Mapping[Any, str]) -> dict[str, Any]:
    """Return what was added to a relation and removed; `old` and `new` map keys to names."""
    added = [name for key, name in new.items() if key not in old]
    removed = [name for key, name in old.items() if key not in new]
    return {
        "field": field.verbose_name,
        "added": ", ".join(sorted(added)),
        "removed": ", ".join(sorted(removed)),
    }


def name_of_one(row: Any) -> str:
    """Return the name of a related row, or that it was deleted."""
    is_gone = row is None or isinstance(row, DeletedObject)
    return _("(deleted)") if is_gone else str(row)


def _listed(field: Any, rows: Sequence[dict[str, Any]]) -> dict[Any, str]:
    others = [row[field.m2m_reverse_field_name()] for row in rows]
    return {other.pk: name_of_one(other) for other in others}


def field_changes(words: HistoryContext, before: Any, after: Any) -> list[dict[str, Any]]:
    """Return the differences between two rows of a history, formatted for people to read."""
    return words.context_for_delta_changes(after.diff_against(before, foreign_keys_are_objs=True))


def changes_after(row: Any, history_id: int) -> list[HistoryChange]:
    """Return the changes of a row after one row of its history, the oldest first.

    It returns at most MAX_CHANGES_SHOWN changes, the latest ones.
    """
    later = row.history.filter(history_id__gte=history_id)
    # Ordered by number, because the clocks of servers may disagree.
    rows = list(later.order_by("-history_id")[: MAX_CHANGES_SHOWN + 1])[::-1]
    return [
        HistoryChange(
            who=after.history_by_name,
            at=after.history_date,
            fields=field_changes(HistoryContext(type(row), after), before, after),
        )
        for before, after in pairwise(rows)
    ]


class HistoryAdmin(RestrictedLookupsAdmin, SimpleHistoryAdmin):  # type: ignore[misc]
    """A model admin whose history page lists each change with its author, old and new values."""

    object_history_list_template = "admin/object_history_list.html"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(db_field, TranslationField):
            field.label = label_of(db_field)
        return field

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super(SimpleHistoryAdmin, self).get_urls()
        return urls

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the history of one row.

        Raises Http404 if the URL does not contain a valid key. The library's view crashes on it.
        """
        try:
            self.opts.pk.clean(unquote(object_id), None)
        except ValidationError as refused:
            raise Http404 from refused
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> HistoryContext:
        return HistoryContext(self.model, historical_record)

    def revert_disabled(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True
