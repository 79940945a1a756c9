"""What the person who is asked for an opinion fills in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from members.models import Recommendation
from members.services.opinions import MAX_OPINION_LENGTH
from triage.decisions.forms.decisions import NoteField


class OpinionForm(forms.Form):
    """An opinion, with or without a recommendation."""

    answer = NoteField(
        label=gettext_lazy("Your opinion"),
        help_text=gettext_lazy("Only staff read it. You can answer once."),
        max_length=MAX_OPINION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write your opinion.")},
    )
    recommendation = forms.ChoiceField(
        label=gettext_lazy("Recommendation (optional)"),
        choices=[*Recommendation.choices, ("", gettext_lazy("No recommendation"))],
        required=False,
        initial="",
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
