"""The form for signing in with a private link."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FamilyNameForm(forms.Form):
    """The family name of the focal point that a private link belongs to."""

    family_name = forms.CharField(
        label=_("Your family name"),
        help_text=_("As in our emails to you. Accents and capital letters do not matter."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name", "class": "medium"}),
        error_messages={"required": _("Enter your family name.")},
    )
