"""The form in which a coordinator answers an amendment, and that in which a co-lead recommends."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.admin.conflicts import VersionForm
from core.conflicts import Refused
from framework.models import Amendment, AnswerKind
from framework.services.consolidation import TypedWording
from framework.services.texts import check_reason, check_text, clean_text


class Growing(forms.Textarea):
    """A text area as high as its text."""

    def __init__(self, *, rows: int, **attributes: str) -> None:
        super().__init__({"rows": rows, "class": "grows", **attributes})


class AmendmentChoice(forms.ModelChoiceField):
    """A choice of amendments, each with its number at the paragraph and its organisation."""

    numbers: dict[int, int] = {}

    def label_from_instance(self, obj: Any) -> str:
        name = f"{obj.member.organisation_name} · {obj.get_kind_display()}"
        number = self.numbers.get(obj.pk)
        return f"{number} · {name}" if number else name


class AnswerForm(VersionForm):
    """An answer with its reason, and the text of the next draft beside it, if there is one.

    `wording_shown` and `wording_version` are the text and its version as the page showed them.
    `wording_read` is the later version that the person has read.
    """

    merged_with = AmendmentChoice(
        label=gettext_lazy("Merged with"),
        queryset=Amendment.objects.none(),
        empty_label=gettext_lazy("Choose a proposal"),
        error_messages={"required": gettext_lazy("Choose the proposal that it is merged with.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=Growing(rows=3, dir="auto"),
        error_messages={"required": gettext_lazy("Give a reason. The organisation reads it.")},
    )
    text = forms.CharField(
        widget=Growing(rows=5, lang="en", dir="ltr"),
        error_messages={"required": gettext_lazy("Write at least one word.")},
    )
    wording_shown = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    wording_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    wording_read = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any,
        *,
        kind: AnswerKind,
        others: dict[int, Amendment],
        text_kind: str,
        text_label: str,
        initial: dict[str, Any],
    ) -> None:
        """`others` are those that it can be merged with, by their numbers.

        `text_kind` is the kind of the paragraph beside the answer; without one there is no text.
        """
        super().__init__(data, initial=initial, label_suffix="")
        self.text_kind = text_kind
        fields: dict[str, Any] = self.fields
        fields["reason"].required = kind != AnswerKind.TAKEN
        if kind == AnswerKind.TAKEN:
            fields["reason"].label = _("Reason (optional)")
        if kind == AnswerKind.MERGED:
            keys = [other.pk for other in others.values()]
            fields["merged_with"].queryset = Amendment.objects.filter(pk__in=keys).select_related(
                "member"
            )
            fields["merged_with"].numbers = {each.pk: number for number, each in others.items()}
        else:
            del fields["merged_with"]
        if text_kind:
            fields["text"].label = text_label
        else:
            for name in ("text", "wording_shown", "wording_version", "wording_read"):
                del fields[name]

    def clean_reason(self) -> str:
        reason = clean_text(self.cleaned_data["reason"])
        if reason:
            _check(check_reason, reason)
        return reason

    def clean_text(self) -> str:
        text = clean_text(self.cleaned_data["text"])
        # A text that was there before is not the fault of the person who answers.
        if text != clean_text(self.data.get("wording_shown", "")):
            _check(check_text, text, kind=self.text_kind)
        return text

    @property
    def typed(self) -> TypedWording | None:
        """The text of the next draft as it was shown and typed, if the page had one."""
        if "text" not in self.fields:
            return None
        facts = self.cleaned_data
        return TypedWording(
            text=facts["text"],
            shown=clean_text(facts["wording_shown"]),
            version=facts["wording_read"] or facts["wording_version"] or 0,
        )


class RecommendationForm(forms.Form):
    """The answer that a co-lead recommends, and a note for the coordinator."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Recommended answer"),
        choices=AnswerKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
    note = forms.CharField(
        label=pgettext_lazy("to a recommendation", "Note"),
        help_text=gettext_lazy("The coordinators and the other co-leads read it."),
        required=False,
        widget=Growing(rows=4, dir="auto"),
    )

    def clean_kind(self) -> AnswerKind:
        return AnswerKind(self.cleaned_data["kind"])

    def clean_note(self) -> str:
        note = clean_text(self.cleaned_data["note"])
        if note:
            _check(check_reason, note)
        return note


def _check(check: Any, text: str, **facts: Any) -> None:
    try:
        check(text, **facts)
    except Refused as refused:
        raise ValidationError(str(refused), code=refused.code) from refused
