"""The form with which the browser that sent an EOI corrects a wrong address."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.addresses import mask_address
from eoi.forms.email_typos import suggest_address
from eoi.forms.fields import MailAddress, Name
from members.models import FocalPoint


class AddressCorrectionForm(forms.Form):
    """The new address of one focal point. If it looks mistyped, the person is asked once."""

    use_required_attribute = False

    # The page does not show it, and the person who filled in the form knows it.
    family_name = Name(
        label=_("Family name of this person, as entered in the form"),
        help_text=_("We ask for it because others may use this device after you."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the family name that was entered in the form")},
    )
    email = MailAddress(
        label=_("Correct email address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Enter a valid email address, like name@example.org")},
    )
    # The version of the links that were sent to the address that the page shows.
    seen = forms.IntegerField(widget=forms.HiddenInput)
    # The suggested address, so that the person is asked only once.
    asked_about = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, person: FocalPoint) -> None:
        super().__init__(
            None if data is None else data.copy(),
            initial={"seen": person.link_version},
            # The addresses of both focal points are in one form of the page.
            prefix=str(person.pk),
            label_suffix="",
        )
        self.person = person
        self.masked_address = mask_address(person.email)

    def clean(self) -> dict[str, Any]:
        answers = self.cleaned_data
        email = answers.get("email")
        if email and answers.get("asked_about") != email and (likely := suggest_address(email)):
            question = _(
                "Did you mean %(likely)s? If the address is correct, send the form again without "
                "changes."
            )
            self.add_error(
                "email", ValidationError(question, code="likely", params={"likely": likely})
            )
            # A bound field shows its submitted data.
            cast("QueryDict", self.data)[self.add_prefix("asked_about")] = email
        return answers
