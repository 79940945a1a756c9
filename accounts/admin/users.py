"""Staff accounts in the admin: created, changed and deactivated, never deleted."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.forms import ModelForm, Select
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import StaffRequest, page
from accounts.models import User
from accounts.services.permissions import SUPERUSER, insist
from accounts.services.second_factor import (
    NoSecondFactor,
    remove_second_factor,
    second_factors_of,
)
from core.admin.conflicts import ConflictAdmin, ConflictForm
from core.admin.widgets import CheckboxManyToManyAdmin
from core.time_zones import zone_choices

# Fields that users set on their own preferences page.
SELF_EDITED_FIELDS = ("language", "time_zone", "wants_digest")


class NewUserForm(AdminUserCreationForm):
    """Asks for the person's details, and for a password if they sign in with one."""

    class Meta:
        model = User
        fields = ("email", "name")


class UserForm(ConflictForm, UserChangeForm):
    """All fields of an account except the password, which has its own page."""

    class Meta:
        model = User
        fields = "__all__"
        field_classes: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "language" in self.fields:
            # Staff choose a language of the desk. A member's account may have another one.
            codes = dict.fromkeys([*settings.DESK_LANGUAGES, self.instance.language])
            self.fields["language"].widget = Select(
                choices=[(code, get_language_info(code)["name_translated"]) for code in codes]
            )
        if "time_zone" in self.fields:
            self.fields["time_zone"].widget = Select(choices=zone_choices(self.instance.time_zone))


@admin.register(User)
class UserAdmin(CheckboxManyToManyAdmin, ConflictAdmin, StockUserAdmin):
    """Accounts. Only superusers can grant permissions."""

    form = UserForm
    change_form_template = "admin/accounts/user/change_form.html"
    add_form = NewUserForm
    # Django's own template mentions a username.
    add_form_template = None
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "second_factor")}),
        (_("Email preferences"), {"fields": SELF_EDITED_FIELDS}),
        (
            _("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": ("joined_at",)}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("second_factor", "joined_at")
    list_display = ("email", "name", "is_active", "is_staff", "is_superuser")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_fields = ("email", "name")
    search_help_text = _("Search by email or name")
    ordering = ("email",)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        # The permission to edit accounts does not allow granting rights or changing preferences.
        if request.user.is_superuser:
            return self.readonly_fields
        return (
            *self.readonly_fields,
            "is_superuser",
            "groups",
            "user_permissions",
            *SELF_EDITED_FIELDS,
        )

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Only superusers may edit superusers, which includes their passwords.
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Accounts are deactivated instead, because timelines and history refer to them.
        return False

    @admin.display(description=_("second factor"))
    def second_factor(self, user: User) -> str:
        """Show the user's second factors, with a link for superusers to remove them."""
        types = list(second_factors_of(user).values_list("type", flat=True))
        return render_to_string(
            "admin/accounts/user/_second_factor.html",
            {
                "account": user,
                "has_app": Authenticator.Type.TOTP in types,
                "passkeys": types.count(Authenticator.Type.WEBAUTHN),
            },
        )

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: ModelForm,
        change: bool,  # noqa: FBT001
    ) -> None:
        super().save_model(request, obj, form, change)
        User.objects.keep_address(obj)

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:pk>/take-away-second-factor/",
                self.admin_site.admin_view(self.take_away_second_factor_view),
                name="accounts_user_take_away_second_factor",
            ),
            *super().get_urls(),
        ]

    def take_away_second_factor_view(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Ask for confirmation to remove a user's second factor; a POST removes it.

        Raises LacksPermission for anyone except superusers.
        """
        insist(request.user, SUPERUSER)
        user = get_object_or_404(User, pk=pk)
        if request.method == "POST":
            try:
                remove_second_factor(user=user, by=request.user, at=now())
            except NoSecondFactor as refused:
                self.message_user(request, str(refused), level=messages.WARNING)
            else:
                said = gettext("Two-factor authentication of %(name)s was reset.")
                self.message_user(request, said % {"name": user})
            return redirect("admin:accounts_user_change", pk)
        return page(
            request,
            "admin/accounts/user/take_away_second_factor.html",
            {"account": user, "is_own": user == request.user},
            model=User,
            title=gettext("Reset two-factor authentication"),
        )


admin.site.unregister(Group)
# Secrets, and addresses that are copies of the account's email, are not shown or changed here.
admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)


@admin.register(Group)
class GroupAdmin(CheckboxManyToManyAdmin, ConflictAdmin, StockGroupAdmin):
    """Groups and their permissions."""
