"""Drafts: the form data that is stored, and the forms of the pages of a draft."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from eoi.forms.email_typos import suggest_address
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.fields import MailAddress, Name, PersonName
from eoi.models.draft import LINK_TO

# Stored in a column of its own.
KEY = "submission_key"
# Fields that have a value in a new form.
PREFILLED_FIELDS = {KEY, "started", "leave_empty", "language"}


def storable_data(typed: QueryDict) -> str:
    """Return the fields of the form as a browser submits them."""
    answers = QueryDict(mutable=True, encoding="utf-8")
    for name in (*ExpressionOfInterestForm.base_fields, LINK_TO):
        values = [value for value in typed.getlist(name) if value]
        if values and name != KEY:
            answers.setlist(name, values)
    return answers.urlencode()


def is_blank(typed: QueryDict) -> bool:
    """Return whether nothing was typed or chosen."""
    names = ExpressionOfInterestForm.base_fields.keys() - PREFILLED_FIELDS
    return not any(str(value).strip() for name in names for value in typed.getlist(name))


class SendDraftLinkForm(forms.Form):
    """The address for the link to a draft. If it looks mistyped, the person chooses."""

    use_required_attribute = False

    link_to = MailAddress(
        label=_("Where should we send the link?"),
        help_text=_("An email address that you check regularly."),
        max_length=254,
        error_messages={"required": _("Enter a valid email address, like name@example.org")},
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
    )
    # The suggested address, and the person's choice.
    asked = forms.CharField(required=False)
    meant = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        answers = self.cleaned_data
        address = answers.get("link_to", "")
        self.likely = suggest_address(address) if address else None
        is_asked = answers.get("asked") == address
        self.is_settled = self.likely is None or (
            is_asked and answers.get("meant") in (address, self.likely)
        )
        # Whether the question was on the page, and nothing was chosen.
        self.is_unanswered = is_asked and not self.is_settled
        if self.is_settled and self.likely:
            answers["link_to"] = answers["meant"]
        return answers


class RequestLateForm(forms.Form):
    """The request to send a draft late, with the name by which staff know whose it is."""

    use_required_attribute = False

    organisation_name = Name(
        label=_("Name of the organisation"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Enter the name of the organisation")},
    )


class ConfirmAnswersForm(forms.Form):
    """Who confirms the answers of a draft and may sign, and which answers they read."""

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
