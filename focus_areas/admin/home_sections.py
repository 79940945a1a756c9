"""The sections of the home page in the admin: their order, and which of them are shown."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from core.admin.conflicts import ConflictAdmin
from focus_areas.models import HomeSection


@admin.register(HomeSection)
class HomeSectionAdmin(ConflictAdmin):
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        # There is one section of each kind.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: HomeSection | None = None) -> bool:
        # There is one section of each kind.
        return False
