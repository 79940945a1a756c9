"""The form with which a co-lead writes to a working group. It is in six languages."""

from typing import Any

from django import forms
from django.utils.translation import get_language_info, gettext_lazy

from mailings.services.group_letters import LetterFacts
from mailings.services.letters import (
    MAX_BODY_LENGTH,
    MAX_SUBJECT_LENGTH,
    validate_mailing_text,
)
from members.models import CorrespondenceLanguage


class GroupLetterForm(forms.Form):
    """A letter of a co-lead: its language, subject and text. The same rules as for mailings."""

    use_required_attribute = False

    language = forms.ChoiceField(label=gettext_lazy("Language"))
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=MAX_SUBJECT_LENGTH,
        error_messages={"required": gettext_lazy("Enter a subject.")},
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=MAX_BODY_LENGTH,
        error_messages={"required": gettext_lazy("Enter a text.")},
        help_text=gettext_lazy(
            "Leave a blank line between paragraphs. Stars make **bold**. {name} becomes the name "
            "of each recipient. The greeting, and who wrote the letter, are added."
        ),
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
    )
    shows_address = forms.BooleanField(
        label=gettext_lazy("Show my email address in the letter, so that people can answer me"),
        required=False,
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["language"].choices = [
            (code, get_language_info(code)["name_local"]) for code in CorrespondenceLanguage.values
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["subject"] = " ".join(cleaned.get("subject", "").split())
        cleaned["body"] = "\n".join(cleaned.get("body", "").splitlines())
        for field, sentences in validate_mailing_text(cleaned["subject"], cleaned["body"]).items():
            if field not in self.errors:
                self.add_error(field, forms.ValidationError(sentences))
        return cleaned

    def facts(self) -> LetterFacts:
        """Return the arguments for the service function, from a valid form."""
        sent = self.cleaned_data
        return {
            "language": sent["language"],
            "subject": sent["subject"],
            "body": sent["body"],
            "shows_address": sent["shows_address"],
        }
