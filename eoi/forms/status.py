"""The forms of the pages of an EOI, and of the pages for lost links."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from eoi.forms.answer_files import AnswerFilesField
from eoi.forms.fields import LongText, MailAddress, OneLine

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
