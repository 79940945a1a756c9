"""Filters for the list of message templates, by language and by state."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from outbox.services.template_states import language_of


class LanguageFilter(admin.SimpleListFilter):
    """Filters templates by language."""

    title = gettext_lazy("language")
    parameter_name = "in"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, language_of(code).name) for code in settings.MODELTRANSLATION_LANGUAGES]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(language=self.value()) if self.value() else queryset


class StateFilter(admin.SimpleListFilter):
    """Shows the kinds that have a text in the selected state."""

    title = gettext_lazy("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("unreviewed", gettext_lazy("Not reviewed")),
            ("edited", gettext_lazy("Edited by staff")),
            ("unused", gettext_lazy("Inactive")),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() == "unreviewed":
            return queryset.filter(reviewed_at=None, is_active=True)
        if self.value() == "unused":
            return queryset.filter(is_active=False)
        if self.value() == "edited":
            return queryset.filter(pk__in=[row.pk for row in queryset if not row.is_as_shipped])
        return queryset
