"""The filters of the list of message templates."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from outbox.services.template_states import TextState, keys_in_state, language_of

EDITED = "edited"


class LanguageFilter(admin.SimpleListFilter):
    """Filters templates by language."""

    title = _("language")
    parameter_name = "in"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, language_of(code).name) for code in settings.MODELTRANSLATION_LANGUAGES]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(language=self.value()) if self.value() else queryset


class StateFilter(admin.SimpleListFilter):
    """Shows the kinds that have a text in the selected state."""

    title = _("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        states = (
            TextState.OUTDATED,
            TextState.UNREVIEWED,
            TextState.REVIEWED,
            TextState.UNUSED,
        )
        return [
            *((state.value, state.label) for state in states),
            (EDITED, _("Edited by staff")),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        value = self.value()
        if value == EDITED:
            return queryset.filter(pk__in=[row.pk for row in queryset if not row.is_as_shipped])
        if value and value in TextState.values:
            return queryset.filter(pk__in=keys_in_state(TextState(value), queryset))
        return queryset
