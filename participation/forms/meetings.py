"""Forms with which people answer meetings, and staff record attendance; they save nothing."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.admin.conflicts import VersionForm
from participation.models import (
    Presence,
    RsvpChoice,
)

# The prefix of each row's field name; the pk of the focal point follows.
PRESENCE_PREFIX = "presence-"
# The prefix of the field with the start of another sitting; its pk follows.
SITTING_PREFIX = "sitting-"


class RsvpForm(forms.Form):
    """An RSVP: the choice, the role, and the starts of the sittings that the page showed.

    The choice is a value of RsvpChoice. With "-" and a primary key, it is for another sitting.
    """

    focal_point = forms.IntegerField()
    choice = forms.RegexField(
        rf"^({'|'.join(RsvpChoice.values)})(-\d{{1,18}})?$",
        error_messages={"required": _("Choose one of the answers.")},
    )
    starts_at = forms.DateTimeField()

    # The starts of the other sittings, by pk.
    others_shown: dict[int, datetime]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        choice, _separator, sitting = cleaned.get("choice", "").partition("-")
        cleaned["choice"], cleaned["sitting"] = choice, int(sitting) if sitting else None
        try:
            self.others_shown = {
                int(name.removeprefix(SITTING_PREFIX)): forms.DateTimeField().clean(value)
                for name, value in self.data.items()
                if name.startswith(SITTING_PREFIX)
            }
        except ValueError as refused:
            raise forms.ValidationError(_("Choose one of the answers.")) from refused
        return cleaned


class AttendanceForm(VersionForm):
    """The attendance of each invited person, and the version that the page showed."""

    # By the pk of the focal point.
    presences: dict[int, Presence]

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        try:
            self.presences = {
                int(name.removeprefix(PRESENCE_PREFIX)): Presence(value)
                for name, value in self.data.items()
                if name.startswith(PRESENCE_PREFIX)
            }
        except ValueError as refused:
            raise forms.ValidationError(
                _("Choose one of the three options for each person.")
            ) from refused
        return cleaned
