"""The form with which a member says which dates of a poll suit."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participation.models import MAX_WORD_LENGTH, DateChoice, DateProposal
from participation.services.date_poll_text import date_and_geneva

# The button that declines every date, and the prefix of each date's field name.
NONE_OF_THESE = "none"
DATE_PREFIX = "date-"


class AnswerPollForm(forms.Form):
    """Whether each date suits a person, and a word to the coordinators."""

    use_required_attribute = False

    word = forms.CharField(
        label=_("A word to the coordinators (optional)"),
        required=False,
        max_length=MAX_WORD_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        proposals: Iterable[DateProposal],
        zone: str,
        choices: Mapping[int, DateChoice],
        word: str,
    ) -> None:
        super().__init__(data, initial={"word": word})
        self.is_none_of_these = data is not None and NONE_OF_THESE in data
        self.proposals = list(proposals)
        dates = {
            f"{DATE_PREFIX}{each.pk}": forms.ChoiceField(
                choices=DateChoice.choices,
                widget=forms.RadioSelect,
                required=not self.is_none_of_these,
                initial=choices.get(each.pk),
                error_messages=_messages(each.starts_at, zone),
            )
            for each in self.proposals
        }
        self.fields = {**dates, **self.fields}

    @property
    def choices(self) -> dict[int, DateChoice]:
        """The answers of a valid form, by date."""
        if self.is_none_of_these:
            return dict.fromkeys((each.pk for each in self.proposals), DateChoice.NO)
        return {
            each.pk: DateChoice(self.cleaned_data[f"{DATE_PREFIX}{each.pk}"])
            for each in self.proposals
        }

    def rows(self) -> list[tuple[DateProposal, forms.BoundField]]:
        """Return each date with its field."""
        return [(each, self[f"{DATE_PREFIX}{each.pk}"]) for each in self.proposals]


def _messages(start: datetime, zone: str) -> dict[str, str]:
    """Return the errors of a date, which name it in the time zone of the reader."""
    when, _in_geneva = date_and_geneva(start, zone)
    words = gettext("Choose an answer for %(when)s.") % {"when": when}
    return {"required": words, "invalid_choice": words}
