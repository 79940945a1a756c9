"""What the pages about staff ask."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext_lazy

from accounts.models import User
from accounts.services.staff_roles import StaffRole
from core.addresses import AddressFormField
from core.admin.conflicts import VersionForm
from focus_areas.models import FocusArea
from triage.decisions.forms.decisions import colleague_field

# The history of an account stores a reason in a column of this length.
MAX_REASON_LENGTH = 100


class SearchForm(forms.Form):
    """A text to look for in names, addresses and groups."""

    q = forms.CharField(
        label=gettext_lazy("Name, address or group"), required=False, max_length=100
    )


class RoleForm(forms.Form):
    """The name, the role and the focus areas of a member of staff."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter the name.")},
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a role."),
            "invalid_choice": gettext_lazy("Choose a role from the list."),
        },
    )
    areas: forms.Field = forms.ModelMultipleChoiceField(
        FocusArea.objects.order_by("number"),
        label=gettext_lazy("Focus areas"),
        help_text=gettext_lazy(
            "Only for the role of focus area coordinator. With any other role, no area is kept."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, roles: tuple[StaffRole, ...], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        role: Any = self.fields["role"]
        role.choices = [(each.value, each.label) for each in roles]

    def clean_role(self) -> StaffRole:
        return StaffRole(self.cleaned_data["role"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("role") == StaffRole.COORDINATOR and not cleaned.get("areas"):
            self.add_error("areas", gettext_lazy("Choose at least one focus area."))
        return cleaned


class InviteForm(RoleForm):
    """A person to invite to the staff."""

    field_order = ("name", "email", "role", "areas", "language")

    email = AddressFormField(
        label=gettext_lazy("Email address"),
        help_text=gettext_lazy("The invitation goes to this address. The person signs in with it."),
        error_messages={
            "required": gettext_lazy("Enter the email address."),
            "invalid": gettext_lazy("Enter a valid email address, like name@example.org."),
        },
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the email"),
        widget=forms.RadioSelect,
        initial="en",
        error_messages={
            "required": gettext_lazy("Choose a language from the list."),
            "invalid_choice": gettext_lazy("Choose a language from the list."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language: Any = self.fields["language"]
        language.choices = [
            (code, get_language_info(code)["name_local"].capitalize())
            for code in settings.DESK_LANGUAGES
        ]


class ChangeForm(VersionForm, RoleForm):
    """The new name, role and focus areas of a member of staff."""


class ConfirmForm(VersionForm):
    """Only the version of the account that the colleague saw."""


class ReasonForm(VersionForm):
    """A reason, which the history of the account shows."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Shown in the history of the account. At most 100 characters."),
        max_length=MAX_REASON_LENGTH,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": gettext_lazy("Give the reason.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class DeactivateForm(ReasonForm):
    """Why an account is deactivated, and who gets its members."""

    field_order = ("to", "reason")

    def __init__(self, *args: Any, user: User, has_members: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_members:
            to: Any = colleague_field(but=user)
            to.label, to.required = gettext_lazy("Reassign their applicants to"), False
            to.empty_label = gettext_lazy("Nobody: they wait in the queue")
            self.fields["to"] = to
            self.order_fields(self.field_order)
