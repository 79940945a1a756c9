"""Forms with which focal points publish a profile, and choose what they get."""

import binascii
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from core.admin.conflicts import VersionForm
from core.time_zones import zone_choices
from eoi.forms.fields import LongText, Website
from members.models import CorrespondenceLanguage, FocalPoint, PublicProfile
from members.services.logos import (
    ACCEPTED,
    MAX_LOGO_MB,
    MAX_LOGO_SIZE,
    MAX_SIDE,
    Logo,
    normalise_logo,
    too_large,
)
from papers.services.file_types import InvalidFile
from participation.models import (
    CalendarChoice,
    CalendarFeed,
    DeclinedMeetings,
    FeedReminder,
    MailPreferences,
)
from participation.services.calendar_choices import calendar_choice, has_invitations


class ProfileForm(VersionForm):
    """The public profile of a member, and the consent to publish it.

    A logo that was accepted is carried in `logo` from page to page until the profile is published,
    as the PNG that will be stored, in base64.
    """

    use_required_attribute = False

    about = LongText(
        label=_("About the organisation"),
        help_text=_("In your own words, up to 300 words."),
        max_words=300,
        required=False,
    )
    language = forms.ChoiceField(
        label=_("Language of the text"),
        error_messages={
            "required": _("Choose a language from the list."),
            "invalid_choice": _("Choose a language from the list."),
        },
    )
    website = Website(
        label=_("Website"),
        help_text=_("For example www.example.org"),
        max_length=300,
        required=False,
    )
    file = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={"empty": _("The file is empty.")},
    )
    removes_logo = forms.BooleanField(label=_("Show no logo"), required=False)
    agrees_to_listing = forms.BooleanField(
        label=_(
            "The organisation’s name, country, category and focus area may be listed on the public "
            "site"
        ),
        error_messages={
            "required": _("The organisation has a public page only if these may be listed.")
        },
    )
    agrees = forms.BooleanField(
        label=_(
            "All this may be public: the text, the website and the logo above, since when the "
            "organisation is a member, its role in the working group, and what it brings"
        ),
        error_messages={"required": _("We can only publish the profile if you agree.")},
    )
    logo = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, profile: PublicProfile, person: FocalPoint, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        member, fields = profile.member, dict[str, Any](self.fields)
        fields["language"].choices = [
            (code, get_language_info(code)["name_local"]) for code in CorrespondenceLanguage.values
        ]
        fields["file"].help_text = gettext(
            "PNG, JPEG or WebP; at most %(size)d MB and %(side)d × %(side)d pixels."
        ) % {"size": MAX_LOGO_MB, "side": MAX_SIDE}
        if member.publication_consent:
            del self.fields["agrees_to_listing"]
        is_new = profile.pk is None
        self.initial = {
            # A new profile starts with what the expression of interest says.
            "about": member.about if is_new else profile.about,
            "website": member.website if is_new else profile.website,
            "language": profile.language or person.language,
            "version": profile.version,
        }

    def clean_file(self) -> Logo | None:
        """Return the chosen logo as the PNG that will be stored."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return None
        # Only the beginning of a file that is too large is available here.
        if (file.size or 0) > MAX_LOGO_SIZE:
            raise ValidationError(too_large())
        try:
            return normalise_logo(file.read())
        except InvalidFile as refused:
            raise ValidationError(str(refused)) from refused

    def clean_logo(self) -> Logo | None:
        """Return the logo that was chosen on an earlier page. It is checked like a new one."""
        carried: str = self.cleaned_data["logo"]
        try:
            return normalise_logo(b64decode(carried, validate=True)) if carried else None
        except (binascii.Error, ValueError, InvalidFile) as refused:
            raise ValidationError(gettext("Choose the logo again.")) from refused

    @property
    def new_logo(self) -> Logo | None:
        """The logo chosen on this page or an earlier one; None for the stored one, or for none."""
        if not self.is_bound:
            return None
        chosen: Logo | None = self.cleaned_data.get("file")
        if chosen or self.cleaned_data.get("removes_logo"):
            return chosen
        return self.cleaned_data.get("logo")

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The names and values of hidden inputs that send a valid form again."""
        names = [name for name in self.fields if name not in ("file", "logo")]
        values = [(name, self.data[name]) for name in names if name in self.data]
        return [*values, ("logo", self.carried_logo)]

    @property
    def carried_logo(self) -> str:
        """The new logo in base64; empty without one."""
        return b64encode(self.new_logo.content).decode() if self.new_logo else ""

    def facts(self) -> dict[str, Any]:
        """Return the arguments for the service function, from a valid form."""
        return {
            **{name: self.cleaned_data[name] for name in ("about", "language", "website")},
            "logo": self.new_logo,
            "removes_logo": self.cleaned_data["removes_logo"],
            "agrees_to_listing": self.cleaned_data.get("agrees_to_listing", False),
            "version": self.version_seen,
        }


class TakeBackForm(VersionForm):
    """What is no longer to be public: the profile, or the whole page."""

    PROFILE, PAGE = "profile", "page"

    what = forms.ChoiceField(
        label=_("What do you want to take back?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you want to take back.")},
    )

    def __init__(self, *args: Any, profile: PublicProfile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what: Any = self.fields["what"]
        what.choices = [
            (self.PAGE, _("The whole page: the organisation is no longer listed publicly")),
        ]
        if profile.is_published:
            what.choices = [
                (
                    self.PROFILE,
                    _("The profile: only the name, country, category and focus area stay public"),
                ),
                *what.choices,
            ]
        self.initial = {"version": profile.version}


class PreferencesForm(forms.Form):
    """Which mail a person wants, how meetings reach them, and their language and time zone."""

    day_before = forms.BooleanField(label=_("Remind me a day before each meeting"), required=False)
    hour_before = forms.BooleanField(
        label=_("Remind me an hour before each meeting"),
        required=False,
    )
    new_papers = forms.BooleanField(label=_("Notify me about new papers"), required=False)
    calendar = forms.ChoiceField(
        label=_("How do meetings come into your calendar?"),
        help_text=_(
            "An invitation adds a meeting when you accept it in your calendar app, and your answer "
            "reaches us. With this choice, your calendar link shows no meetings, so that you do "
            "not have them twice. Meetings of which we wrote to you before come when they change."
        ),
        choices=CalendarChoice,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of the options."),
            "invalid_choice": _("Choose one of the options."),
        },
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
        if not has_invitations():
            fields["calendar"].help_text = ""
            fields["calendar"].choices = [
                choice
                for choice in CalendarChoice.choices
                if choice[0] != CalendarChoice.INVITATIONS
            ]
        self.initial = {
            "day_before": preferences.day_before,
            "hour_before": preferences.hour_before,
            "new_papers": preferences.new_papers,
            "calendar": calendar_choice(preferences.calendar),
            "shows_email": shown_since is not None,
            "language": person.language,
            "time_zone": person.time_zone,
        }

    def clean_calendar(self) -> CalendarChoice:
        """Return how the meetings come into the calendar."""
        return CalendarChoice(self.cleaned_data["calendar"])


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
