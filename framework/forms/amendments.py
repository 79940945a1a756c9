"""The form with which a member proposes, or changes what it proposed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.autosave import new_page
from core.conflicts import Refused
from core.languages import language_name
from eoi.forms.autosaved import AutosavedForm
from eoi.forms.fields import LongText
from framework.models import (
    KINDS_WITH_TEXT,
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    ParagraphKind,
    Wording,
)
from framework.services.amendments import AmendmentContent
from framework.services.texts import MAX_REASON_WORDS, check_text, clean_text


class ProposedText(forms.CharField):
    """The text of a paragraph in English, in Markdown."""

    widget = forms.Textarea(attrs={"rows": 6, "class": "grows", "lang": "en", "dir": "auto"})

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")


class AmendmentForm(AutosavedForm):
    """A proposed text if the kind has one, and the reason in one of the six languages."""

    text = ProposedText(
        label=gettext_lazy("The text"),
        error_messages={"required": gettext_lazy("Write the text that you propose.")},
    )
    added_kind = forms.ChoiceField(
        label=gettext_lazy("What do you add?"),
        widget=forms.RadioSelect,
        choices=[
            (ParagraphKind.ACTION, gettext_lazy("An action that somebody can commit to")),
            (ParagraphKind.TEXT, gettext_lazy("A text")),
        ],
        error_messages={"required": gettext_lazy("Choose whether you add an action or a text.")},
    )
    reason = LongText(
        label=gettext_lazy("Why?"),
        max_words=MAX_REASON_WORDS,
        help_text=gettext_lazy(
            "The working group reads this. Up to 150 words, in any of our six languages."
        ),
        error_messages={"required": gettext_lazy("Say why, in one sentence or more.")},
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the reason"))

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        amendment: Amendment,
        wording: Wording | None,
        hints: Mapping[str, str],
        proposed: Mapping[str, str],
    ) -> None:
        """`wording` is the paragraph as the draft has it; `hints` are those of some fields.

        `proposed` is what was typed for an earlier draft.
        """
        self.kind, self.wording = AmendmentKind(amendment.kind), wording
        is_sent = amendment.status == AmendmentStatus.SENT
        before = wording.text_en if wording and self.kind == AmendmentKind.CHANGE else ""
        initial = {
            "text": amendment.text if is_sent else before,
            "added_kind": amendment.added_kind if is_sent else ParagraphKind.ACTION,
            "reason": amendment.reason,
            "language": amendment.language or get_language() or "en",
            "draft_version": amendment.version,
            "page": new_page(),
            **proposed,
        }
        super().__init__(data, initial=initial, label_suffix="")
        languages = [(code, capfirst(language_name(code))) for code, _name in settings.LANGUAGES]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        self.fields["reason"].widget.attrs["class"] = "grows"
        for name, hint in hints.items():
            self.fields[name].help_text = hint
        if self.kind not in KINDS_WITH_TEXT:
            del self.fields["text"]
        if self.kind != AmendmentKind.ADD:
            del self.fields["added_kind"]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if self.kind == AmendmentKind.CHANGE and self.wording:
            if text == clean_text(self.wording.text_en):
                raise ValidationError(
                    _("This is the text of the draft. Change it, or propose to keep it as it is."),
                    code="same_text",
                )
            kind = self.wording.kind
        else:
            kind = ParagraphKind.TEXT
        try:
            check_text(text, kind=kind)
        except Refused as refused:
            raise ValidationError(str(refused), code=refused.code) from refused
        return text

    @property
    def typed_text(self) -> str:
        """The proposed text as it is shown, also if it is not valid."""
        return clean_text(str(self["text"].value() or "")) if "text" in self.fields else ""

    def content(self) -> AmendmentContent:
        """Return what a valid form proposes."""
        sent = self.cleaned_data
        return AmendmentContent(
            reason=sent["reason"],
            language=sent["language"],
            text=sent.get("text", ""),
            added_kind=sent.get("added_kind", ""),
        )
