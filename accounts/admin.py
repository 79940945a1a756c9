"""Staff accounts in the admin: made, changed and deactivated, never deleted."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.history import HistoryAdmin
from accounts.models import User


class NewUserForm(AdminUserCreationForm):
    """Asks who the person is, and for a password if they are to sign in by one."""

    class Meta:
        model = User
        fields = ("email", "name")


class UserForm(UserChangeForm):
    """Everything about an account but its password, which has a page of its own."""

    class Meta:
        model = User
        fields = "__all__"
        field_classes: dict[str, Any] = {}


@admin.register(User)
class UserAdmin(HistoryAdmin, StockUserAdmin):
    """Accounts. What somebody may do is given by superusers alone."""

    form = UserForm
    add_form = NewUserForm
    # The stock text speaks of a username.
    add_form_template = None
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (
            _("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": ("joined_at",)}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("joined_at",)
    list_display = ("email", "name", "is_active", "is_staff", "is_superuser")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_fields = ("email", "name")
    search_help_text = _("Search by email or name")
    ordering = ("email",)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Keep whoever may edit accounts from giving rights, their own included."""
        if request.user.is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, "is_superuser", "groups", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep a superuser's account, and so its password, from everybody else."""
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Deactivate an account instead: timelines and history keep pointing to it."""
        return False


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(HistoryAdmin, StockGroupAdmin):
    """Who may do what, by group."""
