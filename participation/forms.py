"""What focal points send of their meetings; nothing is saved here."""

from django import forms
from django.utils.translation import gettext_lazy as _

from participation.models import Presence, Reply

# What the name of each row's field begins with; the key of the focal point follows.
ROW = "presence-"


class AnswerForm(forms.Form):
    """Whether somebody comes, in which of their roles, and for which start of the meeting."""

    focal_point = forms.IntegerField()
    reply = forms.ChoiceField(
        choices=Reply, error_messages={"required": _("Choose one of the answers.")}
    )
    starts_at = forms.DateTimeField()


class AttendanceForm(forms.Form):
    """How each of those who were asked to a meeting was there, and what the person had seen."""

    seen = forms.IntegerField(min_value=0)

    # By the key of the focal point.
    presences: dict[int, Presence]

    def clean(self) -> dict[str, object]:
        """Read the choice of each row, of which there are as many as were asked."""
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        try:
            self.presences = {
                int(name.removeprefix(ROW)): Presence(value)
                for name, value in self.data.items()
                if name.startswith(ROW)
            }
        except ValueError as refused:
            raise forms.ValidationError(_("Choose one of the three for each.")) from refused
        return cleaned
