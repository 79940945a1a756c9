"""What staff type to correct the texts of a commitment, and to write its English."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.forms.decisions import text_field
from commitments.forms.fields import form_field
from commitments.models import Amount, Target
from commitments.services.fields import FIELDS
from commitments.services.own_texts import OwnText, changed_texts, texts_of
from eoi.forms.fields import OneLine
from triage.decisions.forms.decisions import DecisionForm

MODELS = {"targets": Target, "amounts": Amount}


class CorrectTextsForm(DecisionForm):
    """All texts of a commitment as they are, and the public note of their correction."""

    reason = text_field(
        label=gettext_lazy("Public note"),
        help_text=gettext_lazy("Everybody reads it beside the new version."),
        error_messages={"required": gettext_lazy("Write the note.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields.pop("reason")
        self.texts = texts_of(self.row)
        for text in self.texts:
            self.fields[text.name] = _field(text, language=self.row.language)
            self.initial.setdefault(text.name, text.value)
        self.fields["reason"] = reason

    def proposal_for(self, row: Any) -> dict[str, Any]:
        return {"reason": _("Typing error corrected")}

    @cached_property
    def typed(self) -> dict[str, str]:
        """The texts as they are typed, by name; without those that are not valid."""
        valid = self.cleaned_data if self.is_bound and self.errors is not None else {}
        return {text.name: valid[text.name] for text in self.texts if text.name in valid}

    @property
    def choice(self) -> dict[str, Any]:
        if self.restored:
            return dict(self.restored.choice)
        reason = self.cleaned_data.get("reason", "") if self.typed else ""
        return {
            "reason": reason or self.initial["reason"],
            "changes": changed_texts(self.row, self.typed),
        }

    @property
    def arguments(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"], "texts": self.typed}


class EnglishForm(DecisionForm):
    """The title and the sentence in English."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for declared in FIELDS:
            if declared.is_english:
                field = self.fields[declared.name] = form_field(declared)
                field.help_text = ""
                field.widget.attrs |= {"lang": "en"}
                self.initial.setdefault(declared.name, getattr(self.row, declared.name))


def _field(text: OwnText, *, language: str) -> forms.Field:
    """Return the form field of a text, with the limits that it had for the lead."""
    if text.declared:
        field = form_field(text.declared)
        field.help_text = ""
    else:
        part = text.name.partition("-")[0]
        column: Any = MODELS[part]._meta.get_field(text.column)
        field = OneLine(max_length=column.max_length, required=True)
    field.required = True
    field.label = text.label
    field.widget.attrs |= {"lang": language, "dir": "auto"}
    return field
