"""What the decision pages of commitments ask."""

from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.models import STORED_REASONS, Amount, Commitment, ProposedChange
from commitments.services.content_in_words import amount_in_words
from commitments.services.decisions import replacements_for
from commitments.services.leads import waiting_change_of
from commitments.services.second_person import waiting_request
from meetings.forms.moments import MomentForm, day_and_time
from triage.decisions.forms.decisions import DecisionForm

MAX_TEXT_LENGTH: Final = 4000
MAX_QUESTION_LENGTH: Final = 2000
MAX_NOTE_LENGTH: Final = 4000


def text_field(**options: Any) -> forms.CharField:
    """Return a field for a text of several lines."""
    options = {"max_length": MAX_TEXT_LENGTH, **options}
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}), **options)


class ReportQuestionForm(forms.Form):
    """A question to the lead about a report."""

    use_required_attribute = False

    question = text_field(
        label=gettext_lazy("Question"),
        max_length=MAX_QUESTION_LENGTH,
        help_text=gettext_lazy(
            "The focal points read it in the email and on the page of the report."
        ),
        error_messages={"required": gettext_lazy("Write the question.")},
    )


def reason_field() -> forms.CharField:
    """Return a field for a reason that the lead reads."""
    return text_field(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "The lead reads it in the email and on the page of the commitment. Write in the "
            "language of the lead."
        ),
        error_messages={"required": gettext_lazy("Give the reason.")},
    )


class AnnouncementForm(MomentForm, DecisionForm):
    """When and at which event an approved commitment is announced, in Geneva time."""

    moment = "announce_at"

    event = forms.CharField(label=gettext_lazy("Event"), max_length=200, required=False)

    def proposal_for(self, row: Commitment) -> dict[str, Any]:
        if row.announce_at is None:
            return {}
        return {**day_and_time(row.announce_at), "event": row.announced_at_event}

    @property
    def choice(self) -> dict[str, Any]:
        if self.restored:
            return self.restored.choice
        if self.is_valid():
            return {name: self.cleaned_data[name] for name in ("announce_at", "event")}
        return {
            "announce_at": self.row.announce_at,
            "event": self.row.announced_at_event,
        }


class CommitmentField(forms.ModelChoiceField):
    """A choice among commitments, each with its reference and title."""

    def label_from_instance(self, obj: Commitment) -> str:
        return str(obj)


class SupersedeForm(DecisionForm):
    """The commitment that replaces this one."""

    other = CommitmentField(
        Commitment.objects.none(),
        label=gettext_lazy("Replaced by"),
        help_text=gettext_lazy("A published commitment of the same lead."),
        error_messages={"required": gettext_lazy("Choose a commitment.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["other"]
        field.queryset = replacements_for(self.row).order_by("-published_at", "pk")


class ChangeForm(DecisionForm):
    """The proposed change that the page showed, with a reason."""

    change = forms.ModelChoiceField(ProposedChange.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["change"]
        # Also decided ones, so that the service says what became of it.
        field.queryset = self.row.changes.all()
        waiting = waiting_change_of(self.row)
        self.initial["change"] = waiting.pk if waiting else None

    @property
    def choice(self) -> dict[str, Any]:
        return {name: value for name, value in super().choice.items() if name != "change"}

    @property
    def arguments(self) -> dict[str, Any]:
        return {**self.choice, "change": self.cleaned_data["change"]}


class AcceptChangeForm(ChangeForm):
    """The public reason of the new version: that of the lead, unless staff edit it."""

    reason = text_field(
        label=gettext_lazy("Public reason"),
        help_text=gettext_lazy("Everybody reads it beside the new version."),
        error_messages={"required": gettext_lazy("Give the reason.")},
    )

    def proposal_for(self, row: Commitment) -> dict[str, Any]:
        waiting = waiting_change_of(row)
        return {"reason": waiting.reason} if waiting else {}


class DeclineChangeForm(ChangeForm):
    """Why a change is declined."""

    reason = reason_field()


class AmountField(forms.ModelChoiceField):
    """A choice among amounts, each in words."""

    def label_from_instance(self, obj: Amount) -> str:
        return amount_in_words(obj)


class CountingForm(DecisionForm):
    """Whether one amount counts, and if not why and where."""

    amount = AmountField(
        Amount.objects.none(),
        label=gettext_lazy("Amount"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose an amount.")},
    )
    not_counted = forms.ChoiceField(
        label=gettext_lazy("Does it count?"),
        choices=[
            ("", gettext_lazy("It counts")),
            *((reason.value, reason.label) for reason in STORED_REASONS),
        ],
        required=False,
    )
    counted_in = forms.CharField(
        label=gettext_lazy("Counts in the commitment with this reference"),
        help_text=gettext_lazy("Only if it counts in a joint commitment, or is a duplicate."),
        required=False,
        max_length=20,
    )
    note = text_field(
        label=gettext_lazy("Internal note"),
        help_text=gettext_lazy("Why this was changed. Visible to staff only."),
        max_length=MAX_NOTE_LENGTH,
        error_messages={"required": gettext_lazy("Say why.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["amount"]
        field.queryset = current_amounts_of(self.row)
        amounts = list(field.queryset[:2])
        request = waiting_request(self.row)
        if request is not None and request.amount_id is not None:
            # A colleague asks to count it.
            self.initial["amount"] = request.amount_id
        elif len(amounts) == 1:
            self.initial["amount"] = amounts[0].pk

    def clean_counted_in(self) -> Commitment | None:
        reference = self.cleaned_data["counted_in"].strip().upper()
        if not reference:
            return None
        found = Commitment.objects.filter(reference=reference).first()
        if found is None:
            raise forms.ValidationError(_("No commitment has this reference."))
        return found


def current_amounts_of(commitment: Commitment) -> QuerySet[Amount]:
    """Return the amounts that a commitment has now, in their order."""
    return commitment.amounts.filter(is_current=True).order_by("position", "pk")
