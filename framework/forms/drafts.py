"""What coordinators enter about a draft: its closing, its paragraphs, and its translations."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.text import Truncator
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from core.admin.conflicts import VersionForm
from core.conflicts import Refused
from focus_areas.models import Pillar
from framework.models import Framework, ParagraphKind
from framework.services.pasted_text import NewParagraph, paragraphs_in, sentences_in
from framework.services.texts import check_text, clean_text
from framework.services.translations import Translation
from meetings.forms.moments import MomentForm


class StepForm(VersionForm):
    """A confirmation. It has the version that the page showed, and nothing else."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")


class ClosingForm(MomentForm, StepForm):
    """When a draft closes."""

    moment = "closes_at"


class TextField(forms.CharField):
    """The text of a paragraph in English. A heading is checked by its form: it is one line."""

    def __init__(self, *, rows: int = 6, **kwargs: Any) -> None:
        attributes = {"rows": rows, "lang": "en", "class": "grows"}
        super().__init__(
            strip=False,
            widget=forms.Textarea(attrs=attributes),
            error_messages={"required": gettext_lazy("Write the text.")},
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        text = clean_text(super().clean(value))
        if text:
            check(text, ParagraphKind.TEXT)
        return text


def check(text: str, kind: str) -> None:
    """Raise ValidationError if this cannot be the text of a paragraph."""
    try:
        check_text(text, kind=kind)
    except Refused as refused:
        raise forms.ValidationError(str(refused)) from refused


class WordingForm(StepForm):
    """The kind, the pillar and the text of a paragraph."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=ParagraphKind.choices,
        initial=ParagraphKind.TEXT,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("An action is a sentence that somebody can commit to."),
    )
    text = TextField(
        label=pgettext_lazy("of a paragraph", "Text in English"),
        help_text=gettext_lazy(
            "Words, lists, **bold**, *italics* and [links](https://www.itu.int) can be used."
        ),
    )
    pillar: forms.ModelChoiceField = forms.ModelChoiceField(
        Pillar.objects.none(), label=gettext_lazy("Pillar"), required=False
    )

    def __init__(self, *args: Any, framework: Framework, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pillars: Any = self.fields["pillar"]
        offered = Pillar.objects.filter(focus_area=framework.focus_area_id, is_published=True)
        pillars.queryset = offered.order_by("position", "pk")

    def clean_text(self) -> str:
        """Return the text. A heading has no lists and links."""
        text: str = self.cleaned_data["text"]
        check(text, self.cleaned_data.get("kind", ParagraphKind.TEXT))
        return text


class SplitForm(StepForm):
    """The two parts of a paragraph. At first, the text is divided after one of its sentences."""

    first = TextField(label=gettext_lazy("First part"))
    second = TextField(label=gettext_lazy("Second part"))


class MergeForm(StepForm):
    """The text of two paragraphs that become one."""

    other_version = forms.IntegerField(widget=forms.HiddenInput)
    text = TextField(label=gettext_lazy("Text of the merged paragraph"), rows=8)


class MoveForm(StepForm):
    """After which paragraph another one is to stand; an empty value is the beginning."""

    after = forms.ChoiceField(label=gettext_lazy("Move it"), required=False)

    def __init__(self, *args: Any, others: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        beginning = ("", _("To the beginning"))
        choices = [(key, _("After %(name)s") % {"name": name}) for key, name in others]
        self.fields["after"].choices = [beginning, *choices]  # type: ignore[attr-defined]


class PasteForm(StepForm):
    """A text of several paragraphs."""

    text = forms.CharField(
        label=pgettext_lazy("of a paragraph", "Text in English"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "lang": "en"}),
        help_text=gettext_lazy(
            "Leave an empty line between two paragraphs. Begin a heading with “Heading:” and an "
            "action with “Action:”. Everything else is text."
        ),
        error_messages={"required": gettext_lazy("Write the text.")},
    )

    @property
    def paragraphs(self) -> list[NewParagraph]:
        """The paragraphs as they would be added."""
        return paragraphs_in(self["text"].value() or "")

    def clean_text(self) -> str:
        """Return the text, each paragraph of which was checked."""
        for each in self.paragraphs:
            try:
                check_text(each.text, kind=each.kind)
            except Refused as refused:
                words = {"beginning": Truncator(each.text).words(6), "reason": str(refused)}
                self.add_error("text", _("“%(beginning)s”: %(reason)s") % words)
        return str(self.data["text"])


class TranslationsForm(forms.Form):
    """All paragraphs of a draft in one language. Each field keeps the text that the page showed."""

    def __init__(self, data: Any, *, rows: list[Translation], language: str) -> None:
        super().__init__(data, label_suffix="")
        self.rows = rows
        info = get_language_info(language)
        direction, name = "rtl" if info["bidi"] else "ltr", info["name_translated"]
        for row in rows:
            label = _("%(heading)s, in %(language)s") % {"heading": row.label, "language": name}
            field = TextField(label=label, required=False, initial=row.text)
            field.show_hidden_initial = True
            self.fields[name_of(row.key)] = field
            field.widget.attrs |= {"lang": language, "dir": direction, "rows": 3}
            if row.former:
                self.fields[f"former-{row.key}"] = forms.BooleanField(
                    label=_("The former translation is still right"), required=False
                )

    def pairs(self) -> Iterator[tuple[Translation, BoundField, BoundField | None]]:
        """Return each paragraph with its field, and the box for a former translation if any."""
        for row in self.rows:
            former = self[f"former-{row.key}"] if row.former else None
            yield row, self[name_of(row.key)], former

    def texts(self) -> dict[UUID, tuple[str, str]]:
        """Return what was changed: the text that the page showed, and the new one."""
        found = {}
        for row in self.rows:
            name = name_of(row.key)
            seen = clean_text(self.data.get(f"initial-{name}", ""))
            new = self.cleaned_data[name]
            if not new and self.cleaned_data.get(f"former-{row.key}"):
                new = row.former
            if new != seen:
                found[row.key] = (seen, new)
        return found


def with_new_texts(data: QueryDict, rows: list[Translation]) -> QueryDict:
    """Return what was typed over the texts as they are now: a second try is based on these."""
    typed = data.copy()
    for row in rows:
        typed[f"initial-{name_of(row.key)}"] = row.text
    return typed


def name_of(key: UUID) -> str:
    """Return the name of the field of a paragraph."""
    return f"text-{key}"


def divided(text: str, after: int) -> tuple[str, str]:
    """Divide a text after one of its sentences, counted from 1; 0 is the middle one."""
    sentences = sentences_in(text)
    after = min(after or (len(sentences) + 1) // 2, len(sentences))
    return " ".join(sentences[:after]), " ".join(sentences[after:])
