"""The form with which focal points correct the answers of their EOI."""

from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from eoi.forms.answers import AnswersForm
from eoi.forms.layout import (
    FormSection,
    corrected_layout,
    corrected_parts,
    field_names,
    form_helper,
)
from members.models import Member
from members.services.corrections import fingerprint


class SelfCorrectionForm(AnswersForm):
    """The answers that a focal point may correct: all but the email addresses of existing people.

    A person to whom a link was forwarded must not be able to redirect the mail.
    """

    field_order = tuple(field_names(corrected_parts(has_alternate=False)))

    # The fingerprint of the answers when the form was opened.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["email"]
        if self.has_alternate:
            del self.fields["alternate_email"]
            family_name = self.fields["alternate_family_name"]
            family_name.required = True
            family_name.error_messages["required"] = _(
                "Enter the family name of the alternate focal point"
            )

    @cached_property
    def helper(self) -> FormHelper:
        return form_helper(corrected_layout(self.parts))

    @property
    def parts(self) -> tuple[FormSection, ...]:
        return corrected_parts(has_alternate=self.has_alternate)

    def facts_in_form(self, member: Member) -> dict[str, Any]:
        """Return the answers of a member by the field names of the form, and their fingerprint."""
        return {
            **super().facts_in_form(member),
            "seen": fingerprint(member, self.people.values()),
        }

    @property
    def alternate(self) -> dict[str, Any] | None:
        """The alternate to add, if there is none yet and one was entered."""
        if self.has_alternate or not self.cleaned_data["alternate_email"]:
            return None
        return self.facts_of_person("alternate_")
