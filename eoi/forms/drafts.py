"""An unfinished expression of interest: what of it is kept, and where the link to it goes."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from eoi.forms.email_typos import suggest_address
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.fields import MailAddress

# A column of its own.
KEY = "submission_key"
# Answers that a form has before anybody types: they alone are not worth keeping.
PREFILLED_FIELDS = {KEY, "started", "leave_empty", "language"}


def storable_data(typed: QueryDict) -> str:
    """Return what was typed into the form, as a browser would post it, and nothing else."""
    answers = QueryDict(mutable=True, encoding="utf-8")
    for name in ExpressionOfInterestForm.base_fields:
        values = [value for value in typed.getlist(name) if value]
        if values and name != KEY:
            answers.setlist(name, values)
    return answers.urlencode()


def is_blank(typed: QueryDict) -> bool:
    """Tell whether nothing was typed or chosen yet."""
    names = ExpressionOfInterestForm.base_fields.keys() - PREFILLED_FIELDS
    return not any(str(value).strip() for name in names for value in typed.getlist(name))


class SendDraftLinkForm(forms.Form):
    """The address that the link to a draft goes to.

    An address that looks mistyped is asked about once; either answer is taken.
    """

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
    # What was asked about, and what was answered.
    asked = forms.CharField(required=False)
    meant = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        """Take the address that was meant."""
        answers = self.cleaned_data
        address = answers.get("link_to", "")
        self.likely = suggest_address(address) if address else None
        self.is_settled = self.likely is None or answers.get("asked") == address
        if self.is_settled and self.likely and answers.get("meant") == self.likely:
            answers["link_to"] = self.likely
        return answers
