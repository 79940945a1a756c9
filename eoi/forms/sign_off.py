"""The form with which the person who may sign confirms the answers of a draft."""

from django import forms
from django.utils.translation import gettext_lazy as _

from eoi.forms.fields import Name, PersonName


class ConfirmAnswersForm(forms.Form):
    """Who confirms, and which answers they read."""

    use_required_attribute = False

    name = PersonName(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name")},
    )
    position = Name(
        label=_("Your position"),
        help_text=_("For example: Permanent Secretary"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        error_messages={"required": _("Enter your position in the organisation")},
    )
    # The digest of the answers on the page.
    seen = forms.CharField(widget=forms.HiddenInput)
