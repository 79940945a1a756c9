"""All fields of every account, for superusers. Accounts are deactivated, never deleted."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.forms import ModelForm, Select
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.second_factor import second_factors_of
from accounts.services.staff_roles import VIEW_STAFF
from core.admin.conflicts import ConflictAdmin, ConflictForm
from core.admin.lookups import CheckboxManyToManyAdmin
from core.time_zones import zone_choices

# Fields that users set on their own preferences page.
SELF_EDITED_FIELDS = ("language", "time_zone", "wants_digest", "away_until")
# Fields that only superusers see and set.
RIGHTS = ("is_superuser", "groups", "user_permissions")


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
    """Accounts of staff and focal points, with groups and single permissions, for superusers.

    `triage` adds the pages about staff, on which colleagues manage them every day.
    """

    form = UserForm
    change_form_template = "admin/accounts/user/change_form.html"
    object_history_template = "admin/accounts/user/history.html"
    add_form = NewUserForm
    # Django's own template mentions a username.
    add_form_template = None
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "second_factor")}),
        (_("Email preferences"), {"fields": SELF_EDITED_FIELDS}),
        (
            _("Permissions"),
            {"fields": ("is_active", "is_staff", *RIGHTS)},
        ),
        (_("Dates"), {"fields": ("joined_at", "signed_in_at")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("second_factor", "joined_at", "signed_in_at")
    # Staff have a list of their own, with all accounts for superusers.
    list_display = ("email",)
    list_filter = ()
    # Only for completing what is typed.
    search_fields = ("name", "email")
    ordering = ("email",)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        # The permission to edit accounts does not allow granting rights.
        if obj is None or request.user.is_superuser:
            return super().get_fieldsets(request, obj)
        return [
            (heading, {"fields": [name for name in facts["fields"] if name not in RIGHTS]})
            for heading, facts in self.fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fields: tuple[str, ...] = self.readonly_fields
        if obj == request.user:
            # Nobody locks themselves out.
            fields = (*fields, "is_active", "is_staff", "is_superuser")
        # The permission to edit accounts does not allow changing preferences of colleagues.
        return fields if request.user.is_superuser else (*fields, *SELF_EDITED_FIELDS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Only superusers may edit superusers, which includes their passwords.
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_view_history_or_change_history_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        # Colleagues read the history of an account, but not all of its fields.
        return request.user.has_perm(VIEW_STAFF)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Accounts are deactivated instead, because timelines and history refer to them.
        return False

    @admin.display(description=_("second factor"))
    def second_factor(self, user: User) -> str:
        """Show the user's second factors."""
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


admin.site.unregister(Group)
# Secrets, copies of the account's email, and what the settings say, are not shown or changed here.
admin.site.unregister([Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken])


@admin.register(Group)
class GroupAdmin(CheckboxManyToManyAdmin, ConflictAdmin, StockGroupAdmin):
    """Groups and their permissions."""

    add_label = pgettext_lazy("a list", "Add group")
