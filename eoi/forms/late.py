"""The form with which a person asks to send a draft after the deadline."""

from django import forms
from django.utils.translation import gettext_lazy as _

from eoi.forms.fields import Name


class RequestLateForm(forms.Form):
    """The name by which staff know whose request it is."""

    use_required_attribute = False

    organisation_name = Name(
        label=_("Name of the organisation"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Enter the name of the organisation")},
    )
