"""The form with which focal points correct the answers of their EOI."""

from collections.abc import Iterator
from dataclasses import replace
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
    section_layout,
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
    # The only section that the page shows, if it is not the whole form.
    section: FormSection | None = None

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
        if self.section:
            return form_helper(section_layout(self.section))
        return form_helper(corrected_layout(self.parts))

    @property
    def parts(self) -> tuple[FormSection, ...]:
        return corrected_parts(has_alternate=self.has_alternate)

    def show_section(self, slug: str) -> None:
        """Show one section, unless there is none with this name or an error is in another one."""
        for part in self.parts:
            shown = tuple(name for name in part.fields if name in self.fields)
            if part.slug == slug and self.errors.keys() <= set(shown):
                self.section = replace(part, fields=shown)

    @property
    def carried(self) -> Iterator[tuple[str, str]]:
        """Yield the fields that are not shown, with each value as a browser sends it."""
        if self.section is None:
            return
        for name in self.fields:
            if name not in (*self.section.fields, "seen"):
                value = self[name].value()
                for each in value if isinstance(value, list) else [value]:
                    if each not in (None, "", False):
                        yield name, "on" if each is True else str(each)

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
