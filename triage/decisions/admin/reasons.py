"""The reasons that staff give, in six languages. They are retired, never deleted."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language_info, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin
from modeltranslation.utils import get_translation_fields

from core.admin.conflicts import ConflictAdmin
from core.languages import is_written, language_shown
from focus_areas.admin import AUTO_DIRECTION_WIDGETS
from members.models import Reason

# The fields of a reason in each language.
FIELDS = {"label": _("label"), "snippet": _("text in the letter")}


@dataclass(frozen=True)
class MissingTranslation:
    """A missing translation of a reason's text, and the text that is shown instead."""

    language: str
    field: str
    shown_in: str
    shown: str
    code: str


def missing_in(reason: Reason) -> list[MissingTranslation]:
    """Return the missing translations of a reason, in the order of the languages."""
    return [
        _missing(reason, field, language)
        for language in settings.MODELTRANSLATION_LANGUAGES
        for field in FIELDS
        if not is_written(reason, field, language)
    ]


def _missing(reason: Reason, field: str, language: str) -> MissingTranslation:
    code = language_shown(reason, field, language)
    with override(language):
        shown = getattr(reason, field)
    return MissingTranslation(
        language=str(get_language_info(language)["name_translated"]),
        field=str(FIELDS[field]),
        shown_in=str(get_language_info(code)["name_translated"]),
        shown=shown,
        code=code,
    )


@admin.register(Reason)
class ReasonAdmin(ConflictAdmin, TranslationAdmin):
    """Reasons for declining members or asking for information: the label and the letter's text."""

    formfield_overrides = AUTO_DIRECTION_WIDGETS
    add_label = pgettext_lazy("a list", "Add reason")
    list_display = ("label", "purpose", "position", "is_active", "missing")
    list_filter = ("purpose", "is_active")
    ordering = ("purpose", "position", "pk")
    actions = None

    def get_fieldsets(self, request: HttpRequest, obj: Reason | None = None) -> Any:
        about = ("purpose", "position", "is_active")
        return [
            (None, {"fields": (*about, "in_place") if obj else about}),
            (
                _("Label in each language, shown to staff"),
                {"fields": get_translation_fields("label")},
            ),
            (
                _("Text in each language, used in the letter"),
                {
                    "fields": get_translation_fields("snippet"),
                    "description": _(
                        "Plain text without links. An empty line starts a new paragraph. Texts "
                        "that were already sent do not change."
                    ),
                },
            ),
        ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Reason | None = None
    ) -> tuple[str, ...]:
        # The purpose cannot change, because decisions have already used the reason for it.
        return ("purpose", "in_place") if obj else ()

    @admin.display(description=_("missing languages"))
    def missing(self, reason: Reason) -> str:
        return ", ".join(dict.fromkeys(missing.language for missing in missing_in(reason)))

    @admin.display(description=_("fallback text"))
    def in_place(self, reason: Reason) -> str:
        """Show the replacement for each missing text."""
        return render_to_string(
            "admin/members/reason/_in_place.html", {"missing": missing_in(reason)}
        )

    def has_delete_permission(self, request: HttpRequest, obj: Reason | None = None) -> bool:
        # Reasons are retired instead, because sent letters refer to them.
        return False
