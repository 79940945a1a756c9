"""What the pages ask that put members on hold."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Member
from members.services.notes import MAX_NOTE_LENGTH
from triage.decisions.forms.decisions import DecisionForm
from triage.holds.models import Hold, WaitsFor


class HoldFields(forms.Form):
    """Whom or which day to wait for, and why."""

    waits_for = forms.ChoiceField(
        label=gettext_lazy("Wait for"),
        help_text=gettext_lazy(
            "It comes back by itself: with an opinion, a note of a colleague or mail from the "
            "organisation, at the latest one working day before it is due; or on the day."
        ),
        choices=WaitsFor.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what to wait for.")},
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Day, if you wait for one"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
        error_messages={"invalid": gettext_lazy("Enter a valid date.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, for colleagues"),
        max_length=MAX_NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter a reason.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("waits_for") != WaitsFor.DAY:
            cleaned["ends_on"] = None
        elif "ends_on" not in self.errors and not cleaned.get("ends_on"):
            self.add_error("ends_on", _("Choose a day."))
        return cleaned


class HoldForm(HoldFields, DecisionForm):
    """Whom or which day one member waits for. Proposes what was chosen before an undo."""

    def proposal_for(self, row: Member) -> dict[str, Any]:
        holds = Hold.objects.filter(entry__member=row.pk).select_related("entry")
        last = holds.order_by("entry").last()
        if last is None or not last.entry.is_void:
            return {}
        return {
            "waits_for": last.waits_for,
            "ends_on": last.ends_on if last.waits_for == WaitsFor.DAY else None,
            "reason": last.words,
        }
