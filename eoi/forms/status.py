"""The forms of the pages of an EOI, and of the pages for lost links."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eoi.forms.fields import LongText, MailAddress, OneLine
from members.services.answer_files import (
    ACCEPTED,
    MAX_FILES,
    accepted_files_text,
    max_files_size,
    too_large_together,
    too_many_files,
    validate_answer_file,
)
from outbox.services.template_rendering import FIRST_STRONG_ISOLATE, POP_ISOLATE
from papers.services.file_types import InvalidFile, ValidFile, plain_name

REFERENCE_BEGINS = "P2C"
REFERENCE_LENGTH = 6


class VersionField(forms.IntegerField):
    """A number that a page sends back. An invalid one becomes -1, which no row has."""

    widget = forms.HiddenInput

    def clean(self, value: object) -> int | None:
        try:
            number: int | None = super().clean(value)
        except forms.ValidationError:
            return -1
        return number


class SeveralFilesInput(forms.FileInput):
    """A file input that takes several files at once."""

    allow_multiple_selected = True


class AnswerFilesField(forms.FileField):
    """Files, each with the type that its content determines. An error names its file."""

    widget = SeveralFilesInput(attrs={"accept": ACCEPTED})

    def describe_limits(self) -> None:
        """Say at the field what is accepted, which depends on the settings."""
        self.help_text = accepted_files_text()
        # For static/js/files.js.
        self.widget.attrs["data-max-size"] = max_files_size()
        self.widget.attrs["data-too-large"] = too_large_together()

    def clean(self, data: list[UploadedFile], initial: Any = None) -> list[ValidFile]:
        # Checked first: of files that are too large together, only the beginning is available.
        if sum(file.size or 0 for file in data) > max_files_size():
            raise ValidationError(too_large_together(), code="too_large")
        if len(data) > MAX_FILES:
            raise ValidationError(too_many_files(), code="too_many")
        files, errors = [], []
        for file in data:
            try:
                files.append(validate_answer_file(file.read(), typed_name=str(file.name)))
            except InvalidFile as refused:
                name = f"{FIRST_STRONG_ISOLATE}{plain_name(str(file.name))}{POP_ISOLATE}"
                about = {"name": name, "problem": refused}
                errors.append(ValidationError(gettext("%(name)s: %(problem)s") % about))
        if errors:
            raise ValidationError(errors)
        return files


class AnswerForm(forms.Form):
    """The answer to a request for information, with files."""

    answer = LongText(
        label=_("Your answer"),
        help_text=_("Up to 500 words, in any of the six languages of the United Nations."),
        max_words=500,
        error_messages={"required": _("Enter your answer")},
    )
    documents = AnswerFilesField(label=_("Documents"), required=False)
    question = VersionField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("AnswerFilesField", self.fields["documents"]).describe_limits()
        # A document may be the whole answer.
        self.fields["answer"].required = not self.files.getlist("documents")


class WithdrawForm(forms.Form):
    """A withdrawal, with an optional reason."""

    reason = LongText(
        label=_("Why are you withdrawing?"),
        help_text=_("Up to 200 words. The coalition’s team and your focal points can read it."),
        max_words=200,
        required=False,
    )
    version = VersionField(required=False)


# For a field with a code in capital letters from a message.
CODE_INPUT_ATTRS = {
    "class": "medium",
    "autocomplete": "off",
    "autocapitalize": "characters",
    "spellcheck": "false",
}


class CodeForm(forms.Form):
    """The reference and the short code of a message, in any spelling."""

    reference = OneLine(
        label=_("Reference"),
        help_text=_("It begins with P2C and is in the subject of our emails."),
        max_length=40,
        widget=forms.TextInput(attrs=CODE_INPUT_ATTRS),
        error_messages={"required": _("Enter the reference")},
    )
    code = OneLine(
        label=_("Code"),
        help_text=_("Eight letters and digits. Spaces, dashes and small letters do not matter."),
        max_length=40,
        widget=forms.TextInput(attrs=CODE_INPUT_ATTRS),
        error_messages={"required": _("Enter the code")},
    )

    def clean_reference(self) -> str:
        """Return the reference in its standard form. Its prefix may be left out."""
        typed = "".join(letter for letter in self.cleaned_data["reference"] if letter.isalnum())
        own = typed.upper()
        if len(own) > REFERENCE_LENGTH:
            own = own.removeprefix(REFERENCE_BEGINS)
        return f"{REFERENCE_BEGINS}-{own}"


class LinksForm(forms.Form):
    """The email address for which links are requested."""

    email = MailAddress(
        label=_("Email address"),
        help_text=_("The address where you receive our emails."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Enter your email address")},
    )
