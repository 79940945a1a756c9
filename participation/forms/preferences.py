"""Forms of a person's preferences and of their calendar feed; they save nothing."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from core.time_zones import zone_choices
from members.models import CorrespondenceLanguage, FocalPoint
from participation.models import (
    CalendarFeed,
    DeclinedMeetings,
    FeedReminder,
    MailPreferences,
)


class PreferencesForm(forms.Form):
    """Which mail a person wants, and their language and time zone."""

    day_before = forms.BooleanField(label=_("Remind me a day before each meeting"), required=False)
    hour_before = forms.BooleanField(
        label=_("Remind me an hour before each meeting"),
        required=False,
    )
    new_papers = forms.BooleanField(label=_("Notify me about new papers"), required=False)
    calendar_files = forms.BooleanField(
        label=_("Attach a calendar file to emails about new and changed meetings"),
        help_text=_(
            "You open the file to add the meetings to your calendar. You get no file while your "
            "calendar app fetches your calendar link, because it has the meetings already."
        ),
        required=False,
    )
    shows_email = forms.BooleanField(
        label=_("Show my email address to the co-leads of my working groups"), required=False
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
        self,
        *args: Any,
        preferences: MailPreferences,
        person: FocalPoint,
        shown_since: datetime | None,
        **kwargs: Any,
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
            "calendar_files": preferences.calendar_files,
            "shows_email": shown_since is not None,
            "language": person.language,
            "time_zone": person.time_zone,
        }


class FeedForm(forms.Form):
    """What the calendar feed of a person shows."""

    declined = forms.ChoiceField(
        label=_("Meetings that you declined"),
        choices=DeclinedMeetings,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the options.")},
    )
    reminder = forms.ChoiceField(
        label=_("Reminder in your calendar"),
        help_text=_(
            "Google Calendar and Outlook on the web ignore it: set their own reminders there. "
            "All-day meetings have a reminder only with “1 day before”, at 9:00."
        ),
        choices=FeedReminder,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the options.")},
    )

    def __init__(self, *args: Any, feed: CalendarFeed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"declined": feed.declined, "reminder": feed.reminder}

    def clean_declined(self) -> DeclinedMeetings:
        """Return the choice about declined meetings."""
        return DeclinedMeetings(self.cleaned_data["declined"])

    def clean_reminder(self) -> FeedReminder:
        """Return the chosen reminder."""
        return FeedReminder(self.cleaned_data["reminder"])
