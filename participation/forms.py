"""Forms of RSVPs, attendance and preferences; they save nothing."""

from typing import Any

from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from core.admin.conflicts import VersionForm
from core.time_zones import zone_choices
from members.models import CorrespondenceLanguage, FocalPoint
from participation.models import MailPreferences, Presence, RsvpChoice

# The prefix of each row's field name; the pk of the focal point follows.
PRESENCE_PREFIX = "presence-"


class RsvpForm(forms.Form):
    """An RSVP: the choice, the role, and the start of the meeting that the page showed."""

    focal_point = forms.IntegerField()
    choice = forms.ChoiceField(
        choices=RsvpChoice, error_messages={"required": _("Choose one of the answers.")}
    )
    starts_at = forms.DateTimeField()


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


class PreferencesForm(forms.Form):
    """Which mail a person wants, and their language and time zone."""

    day_before = forms.BooleanField(label=_("Remind me a day before each meeting"), required=False)
    hour_before = forms.BooleanField(
        label=_("Remind me an hour before each meeting"),
        required=False,
    )
    new_papers = forms.BooleanField(
        label=_("Notify me once a day about new papers"), required=False
    )
    language = forms.ChoiceField(
        label=_("Email language"),
        error_messages={
            "required": _("Choose a language from the list."),
            "invalid_choice": _("Choose a language from the list."),
        },
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("For your pages and the emails that we send you."),
        error_messages={
            "required": _("Choose a time zone from the list."),
            "invalid_choice": _("Choose a time zone from the list."),
        },
    )

    def __init__(
        self, *args: Any, preferences: MailPreferences, person: FocalPoint, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["language"].choices = [
            (code, get_language_info(code)["name_local"]) for code in CorrespondenceLanguage.values
        ]
        fields["time_zone"].choices = zone_choices(person.time_zone)
        self.initial = {
            "day_before": preferences.day_before,
            "hour_before": preferences.hour_before,
            "new_papers": preferences.new_papers,
            "language": person.language,
            "time_zone": person.time_zone,
        }
