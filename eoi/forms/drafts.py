"""Drafts: what is stored of the form, and the address for the link."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from eoi.forms.email_typos import suggest_address
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.fields import MailAddress

# A column of its own.
KEY = "submission_key"
# Fields of a new form that have a value.
PREFILLED_FIELDS = {KEY, "started", "leave_empty", "language"}


def storable_data(typed: QueryDict) -> str:
    """Return the fields of the form, as a browser would post them."""
    answers = QueryDict(mutable=True, encoding="utf-8")
    for name in ExpressionOfInterestForm.base_fields:
        values = [value for value in typed.getlist(name) if value]
        if values and name != KEY:
            answers.setlist(name, values)
    return answers.urlencode()


def is_blank(typed: QueryDict) -> bool:
    """Return whether nothing was typed or chosen."""
    names = ExpressionOfInterestForm.base_fields.keys() - PREFILLED_FIELDS
    return not any(str(value).strip() for name in names for value in typed.getlist(name))


class SendDraftLinkForm(forms.Form):
    """The address for the link to a draft; one that looks mistyped is asked about once."""

    use_required_attribute = False

    link_to = MailAddress(
        label=_("Where do we send the link?"),
        help_text=_("An email address that you read."),
        max_length=254,
        error_messages={
            "required": _("Enter an email address that you read, like name@example.org")
        },
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
    )
    # The address that was asked about, and the answer.
    asked = forms.CharField(required=False)
    meant = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        answers = self.cleaned_data
        address = answers.get("link_to", "")
        self.likely = suggest_address(address) if address else None
        self.is_settled = self.likely is None or answers.get("asked") == address
        if self.is_settled and self.likely and answers.get("meant") == self.likely:
            answers["link_to"] = self.likely
        return answers
