"""How the admin shows the history of a row: to read, not to go back to."""

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

# Somebody who has had a page open for longer is told of the latest.
MAX_CHANGES_SHOWN = 20


@dataclass(frozen=True)
class HistoryChange:
    """One change of a row as its history tells it: who made it, when, and what became what.

    `what` and `said` are a name for it and the words that go with it, where there are any.
    """

    who: str
    at: datetime
    fields: Sequence[dict[str, Any]]
    what: str = ""
    said: Sequence[Any] = field(default_factory=list)


class TruncatedDiff(ObjDiffDisplay):  # type: ignore[misc]
    """Shortens two long texts to where they differ; what is left out is a sign in any language."""

    def shortened_str(self, prefix: str, num_skipped_chars: int, suffix: str) -> str:
        return f"{prefix} […] {suffix}"


class HistoryContext(HistoricalRecordContextHelper):  # type: ignore[misc]
    """Says what changed as the pages say it: choices by their words, moments in Geneva time."""

    def context_for_delta_changes(self, delta: Any) -> list[dict[str, Any]]:
        translated = get_translatable_fields_for_model(self.model) or ()
        told: list[dict[str, Any]] = []
        for change in delta.changes:
            field = self.model._meta.get_field(change.field)
            if field.many_to_many:
                told.append(
                    change_of_many(field, _listed(field, change.old), _listed(field, change.new))
                )
            elif change.field not in translated:
                told.extend(super().context_for_delta_changes(replace(delta, changes=[change])))
        return told

    def format_delta_change(self, change: Any) -> Any:
        field = self.model._meta.get_field(change.field)
        told = super().format_delta_change(change)
        return replace(told, field=label_of(field)) if isinstance(field, TranslationField) else told

    def get_obj_diff_display(self) -> TruncatedDiff:
        # The library's own words are English.
        return TruncatedDiff(max_length=self.max_displayed_delta_change_chars)

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        value = super().prepare_delta_change_value(change, value)
        if isinstance(value, datetime):
            return date_format(localtime(value), _("j F Y, H:i"))
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if value in ("", None, []) or (isinstance(value, DeletedObject) and value.pk is None):
            return "–"
        choices = self.model._meta.get_field(change.field).flatchoices
        return dict(choices).get(value, value) if choices else value


def label_of(field: TranslationField) -> str:
    """Return what a text in one of several languages is called, with the language by its name."""
    return _("%(heading)s, in %(language)s") % {
        "heading": capfirst(str(field.translated_field.verbose_name)),
        "language": get_language_info(field.language)["name_translated"],
    }


def change_of_many(field: Any, old: Mapping[Any, str], new: Mapping[Any, str]) -> dict[str, Any]:
    """Return what was added to a list and taken from it, of the names by key before and after."""
    added = [name for key, name in new.items() if key not in old]
    removed = [name for key, name in old.items() if key not in new]
    return {
        "field": field.verbose_name,
        "added": ", ".join(sorted(added)),
        "removed": ", ".join(sorted(removed)),
    }


def name_of_one(row: Any) -> str:
    """Return the name of what a list has; of what is there no more, that it was deleted."""
    is_gone = row is None or isinstance(row, DeletedObject)
    return _("deleted since") if is_gone else str(row)


def _listed(field: Any, rows: Sequence[dict[str, Any]]) -> dict[Any, str]:
    """Return what a list had, by key."""
    others = [row[field.m2m_reverse_field_name()] for row in rows]
    return {other.pk: name_of_one(other) for other in others}


def field_changes(words: HistoryContext, before: Any, after: Any) -> list[dict[str, Any]]:
    """Return in words what became what between two rows of a history."""
    return words.context_for_delta_changes(after.diff_against(before, foreign_keys_are_objs=True))


def changes_after(row: Any, history_id: int) -> list[HistoryChange]:
    """Return what changed a row after a row of its history, the oldest first.

    At most MAX_CHANGES_SHOWN.
    """
    later = row.history.filter(history_id__gte=history_id)
    # By number: machines' clocks may disagree.
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
    """A model admin whose history page lists who changed what, from what to what."""

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

        Raises Http404 where the address has no key in it; stock, that fails.
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
