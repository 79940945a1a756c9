"""The forms of message templates. They validate like the services, and never save."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.admin.conflicts import VersionForm
from core.sealed_uploads import seal, unseal
from core.spreadsheet_parsing import Unreadable, parse_upload
from outbox.models import MessageTemplate
from outbox.models.template_types import TemplateType
from outbox.services.rendering import one_line
from outbox.services.template_editing import MAX_BODY_LENGTH, clean_body, validate_template
from outbox.services.template_rendering import TemplateText
from outbox.services.template_states import language_of
from outbox.services.translation_files import LANGUAGES, Refusal
from outbox.services.translation_import import (
    MAX_TRANSLATION_ROWS,
    CheckedRow,
    FileRow,
    Outcome,
    read_translations,
)

SALT: Final = "outbox.forms.translations"


class ComparedForm(VersionForm):
    """Carries the version of the English text that a page showed beside a translation too."""

    source_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    source_version_read = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def source_version_seen(self) -> int:
        """The version of the English text that the person compared with; 0 if none was sent."""
        self.is_valid()
        sent = self.cleaned_data
        seen: int | None = sent.get("source_version_read") or sent.get("source_version")
        return seen or 0


class TextForm(ComparedForm):
    """The text of one kind in one language."""

    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    body = forms.CharField(
        label=_("Text"),
        help_text=_(
            "Markdown with the placeholders below. An empty line starts a paragraph, and two "
            "asterisks on each side make **bold**. HTML and images are refused."
        ),
        max_length=MAX_BODY_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 18, "class": "letter"}),
    )
    is_active = forms.BooleanField(
        label=_("Active"),
        help_text=_("If inactive, messages of this kind are written in English or French."),
        required=False,
    )

    def __init__(
        self, data: QueryDict | None, *, template: MessageTemplate, kind: TemplateType
    ) -> None:
        self.template, self.kind = template, kind
        super().__init__(
            data,
            initial={
                "subject": template.subject,
                "body": template.body,
                "is_active": template.is_active,
                "version": template.version,
            },
            label_suffix="",
        )
        # If it is missing, the form is answered with a conflict, and keeps what was typed.
        self.fields["version"].required = False
        if not kind.has_subject:
            del self.fields["subject"]
        language = language_of(template.language)
        for name in {"subject", "body"} & self.fields.keys():
            self.fields[name].widget.attrs |= {"lang": language.code, "dir": language.direction}

    def clean_subject(self) -> str:
        return one_line(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        return clean_body(self.cleaned_data["body"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            faults = validate_template(self.kind, self.template.language, **self.facts)
            for name, sentences in faults.items():
                for sentence in sentences:
                    self.add_error(name, sentence)
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """The form's data, as the services take it."""
        names = ("subject", "body", "is_active")
        return {
            "subject": "",
            **{name: self.cleaned_data[name] for name in names if name in self.cleaned_data},
        }

    @property
    def wording(self) -> TemplateText:
        """The text that was typed."""
        facts = self.facts
        return TemplateText(self.kind.name, self.template.language, facts["subject"], facts["body"])


def language_choices() -> list[tuple[str, str]]:
    """Return the languages of translations, with their names."""
    return [(code, language_of(code).name) for code in LANGUAGES]


class TranslationsForm(forms.Form):
    """A translator's file and its language. The cleaned file is the list of its rows."""

    use_required_attribute = False

    language = forms.ChoiceField(label=_("Language"), choices=language_choices)
    file = forms.FileField(
        label=_("Translator’s file"),
        help_text=_("The workbook (.xlsx) with the column “new text” filled in, at most 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": _("Choose a file"), "empty": _("The file is empty")},
    )

    def clean_file(self) -> list[FileRow]:
        try:
            return read_translations(
                parse_upload(
                    self.cleaned_data["file"], max_rows=MAX_TRANSLATION_ROWS, is_workbook_only=True
                )
            )
        except Unreadable as refused:
            raise ValidationError(str(refused)) from refused


@dataclass(frozen=True)
class CheckedTranslations:
    """The rows of a checked file. The server does not store them.

    `expected` has the numbers of those that will change a text, `reasons` the reasons of those that
    are refused, by number.
    """

    language: str
    rows: Sequence[FileRow]
    expected: Sequence[int]
    reasons: Mapping[int, str]

    @property
    def refusals(self) -> list[Refusal]:
        """The refused rows, as a file for the translator has them."""
        return [
            Refusal(row.kind, row.part, row.language, row.new_text, self.reasons[row.number])
            for row in self.rows
            if row.number in self.reasons
        ]

    @classmethod
    def of(cls, language: str, checked: Sequence[CheckedRow]) -> "CheckedTranslations":
        """Return the rows of a checked file."""
        expected = [row.row.number for row in checked if row.outcome == Outcome.CHANGES]
        reasons = {row.row.number: row.reason for row in checked if row.outcome == Outcome.REFUSED}
        return cls(language, [row.row for row in checked], expected, reasons)

    def sealed(self, by: User) -> str:
        """Return the rows as text signed for one person. Raises Unreadable if it is too long."""
        rows = [astuple(row) for row in self.rows]
        content = [self.language, rows, list(self.expected), list(self.reasons.items())]
        return seal(content, salt=SALT, by=by)

    @classmethod
    def unsealed(cls, text: str, by: User) -> "CheckedTranslations":
        """Return the rows in a signed text. Raises BadSignature."""
        language, rows, expected, reasons = unseal(text, salt=SALT, by=by)
        return cls(language, [FileRow(*row) for row in rows], expected, dict(reasons))
