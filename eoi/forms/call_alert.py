"""The form with which a person asks to be told when the next call opens."""

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eoi.forms.fields import HoneypotField, MailAddress
from members.models import CorrespondenceLanguage


class CallAlertForm(forms.Form):
    """An email address, and the language of the email."""

    use_required_attribute = False

    email = MailAddress(
        label=_("Email address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Enter your email address")},
    )
    language = forms.ChoiceField(
        label=_("Language of the email"), choices=CorrespondenceLanguage.choices
    )
    leave_empty = HoneypotField()


def new_call_alert_form() -> CallAlertForm:
    """Return an empty form in the language of the page."""
    return CallAlertForm(initial={"language": get_language()}, label_suffix="")
