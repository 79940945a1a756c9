"""The form for a message template. It validates like the services, and never saves."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.admin.conflicts import VersionForm
from outbox.models import MessageTemplate
from outbox.models.template_types import TemplateType
from outbox.services.rendering import one_line
from outbox.services.template_editing import validate_template
from outbox.services.template_rendering import TemplateText
from outbox.services.template_states import language_of

# In characters; nobody reads a longer mail.
MAX_BODY_LENGTH = 10_000


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
            "asterisks on each side make **bold**. HTML and images are shown as typed."
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
        """Return the text with normalised line breaks."""
        body: str = self.cleaned_data["body"]
        return body.replace("\r\n", "\n").replace("\r", "\n").strip()

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
