"""The admin of focus areas, and of the links and sections of the home page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modeltranslation.admin import TranslationAdmin

from accounts.models import User
from core.admin.conflicts import ConflictAdmin
from core.admin.lookups import Checkboxes, FixedRows, ScopedAdmin
from focus_areas.models import FocusArea, HomeSection, Link, Pillar

# Arabic is edited beside the other languages: the browser detects the direction of each text.
AUTO_DIRECTION_WIDGETS: dict[Any, dict[str, Any]] = {
    models.CharField: {"widget": AdminTextInputWidget(attrs={"dir": "auto"})},
    models.TextField: {"widget": AdminTextareaWidget(attrs={"dir": "auto", "rows": 4})},
}


@admin.register(FocusArea)
class FocusAreaAdmin(FixedRows, ScopedAdmin, ConflictAdmin, TranslationAdmin):
    """The four focus areas. Their texts can be edited; none can be added or deleted."""

    fieldsets = (
        (None, {"fields": ("number", "slug", "short_name", "coordinators", "answer_weeks")}),
        (_("Summary in each language"), {"fields": ("summary",)}),
        (_("Description in each language"), {"fields": ("description",)}),
    )
    # They are part of URLs and of the translated names.
    readonly_fields = ("number", "slug")
    formfield_overrides = AUTO_DIRECTION_WIDGETS
    list_display = ("name", "number", "summary")
    ordering = ("number",)
    actions = None

    def get_readonly_fields(
        self, request: HttpRequest, obj: FocusArea | None = None
    ) -> tuple[str, ...]:
        if request.user.has_perm("focus_areas.name_coordinators"):
            return self.readonly_fields
        return (*self.readonly_fields, "coordinators")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        label = capfirst(db_field.verbose_name)
        return forms.ModelMultipleChoiceField(
            User.objects.filter(is_staff=True, is_active=True).order_by("name", "email"),
            label=label,
            help_text=_(
                "They see this area's members, messages and meetings, and run its calendar."
            ),
            required=False,
            widget=Checkboxes(label=label),
        )


@admin.register(Pillar)
class PillarAdmin(ConflictAdmin, TranslationAdmin):
    """The pillars of the focus areas. They are unpublished, never deleted."""

    fieldsets = (
        (None, {"fields": ("focus_area", "position", "is_published")}),
        (_("Name in each language"), {"fields": ("name",)}),
        (_("Summary in each language"), {"fields": ("summary",)}),
    )
    formfield_overrides = AUTO_DIRECTION_WIDGETS
    add_label = pgettext_lazy("a list", "Add pillar")
    list_display = ("name", "focus_area", "position", "is_published")
    list_filter = ("focus_area", "is_published")
    list_select_related = ("focus_area",)
    ordering = ("focus_area__number", "position", "pk")
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Pillar | None = None) -> bool:
        # The next migrate would create a deleted pillar again.
        return False


@admin.register(Link)
class LinkAdmin(ConflictAdmin, TranslationAdmin):
    """The documents and sites on the front page. They are unpublished, never deleted."""

    fieldsets = (
        (None, {"fields": ("url", "position", "is_published")}),
        (_("Title in each language"), {"fields": ("title",)}),
        (_("Description in each language"), {"fields": ("description",)}),
    )
    formfield_overrides = AUTO_DIRECTION_WIDGETS
    add_label = pgettext_lazy("a list", "Add link")
    list_display = ("title", "url", "position", "is_published")
    list_filter = ("is_published",)
    ordering = ("position", "pk")
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Link | None = None) -> bool:
        # A deleted link from the circular would be created again by the next migrate.
        return False


@admin.register(HomeSection)
class HomeSectionAdmin(FixedRows, ConflictAdmin):
    """The sections of the home page. They can be ordered and hidden; none is added or deleted."""

    fields = ("kind", "position", "is_shown")
    readonly_fields = ("kind",)
    list_display = ("kind", "position", "is_shown")
    list_editable = ("position", "is_shown")
    # The list is compared with what the person saw: what a colleague changed meanwhile stays.
    formfield_overrides = {
        models.PositiveSmallIntegerField: {"show_hidden_initial": True},
        models.BooleanField: {"show_hidden_initial": True},
    }
    ordering = ("position", "pk")
    actions = None
