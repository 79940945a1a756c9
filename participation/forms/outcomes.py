"""The forms in which staff type the outcomes of a meeting."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.meetings import DATE_VALIDATORS, DayInput
from meetings.forms.ordered_rows import RowForm
from members.models import Member

MAX_LENGTH = 500


class DecisionForm(RowForm):
    """One decision of a meeting."""

    kind = "decision"

    text = forms.CharField(
        label=_("Decision"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": _("Enter the decision, or remove the row.")},
    )


class ActionPointForm(RowForm):
    """One action point of a meeting."""

    kind = "action"

    text = forms.CharField(
        label=_("What"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": _("Enter what will be done, or remove the row.")},
    )
    owner = forms.ChoiceField(
        label=_("Organisation"),
        error_messages={"required": _("Choose who does it.")},
    )
    due_on = forms.DateField(
        label=_("By"),
        widget=DayInput,
        validators=DATE_VALIDATORS,
        error_messages={"required": _("Enter a day.")},
    )

    def __init__(self, *args: Any, owners: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = {str(member.pk): member for member in owners}
        offered: Any = self.fields["owner"]
        names = [(key, member.organisation_name) for key, member in self.owners.items()]
        offered.choices = [("", _("Choose")), *names]

    def clean_owner(self) -> Member:
        """Return the organisation that was chosen."""
        return self.owners[self.cleaned_data["owner"]]
