"""Forms for meetings. Dates and times are local to the meeting's own time zone."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Final, cast
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from core.admin.conflicts import VersionForm
from core.admin.history import HistoryChange
from core.dates import GENEVA, InvalidLocalTime, all_day_range, to_utc
from core.time_zones import Zones, zone_choices
from meetings.models import Meeting
from meetings.services.meeting_times import last_day
from meetings.services.meetings import MeetingFacts

WHEN = ("time_zone", "is_all_day", "first_day", "start_time", "last_day", "end_time")
# Outside this range, datetime arithmetic can overflow; a half-typed year is outside it, too.
DATE_VALIDATORS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2099, 12, 31)))
# For a meeting whose end is not typed.
USUAL_LENGTH: Final = timedelta(hours=1)


def time_zones() -> list[tuple[str, str | Zones]]:
    """Return the choices of time zones for a new meeting, by continent."""
    return zone_choices(GENEVA)


def languages() -> list[tuple[str, str]]:
    """Return the choices of languages for a meeting's text."""
    return [
        (code, get_language_info(code)["name_translated"])
        for code in settings.MODELTRANSLATION_LANGUAGES
    ]


class DayInput(forms.DateInput):
    """The date picker of the browser, which uses the language of the browser."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """The time picker of the browser."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class ReasonField(forms.CharField):
    """The reason for a change, which everybody who is invited reads. It is one line of text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Reason for the change"),
            help_text=_(
                "Optional, at most 500 characters. Everybody who is invited reads it in the email "
                "about the change and on the page of the meeting."
            ),
            required=False,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        return " ".join(super().clean(value).split())


class ReasonForm(forms.Form):
    """The reason for cancelling meetings."""

    reason = ReasonField()


class CancelForm(VersionForm):
    """The version of the meeting that is cancelled, and the reason."""

    reason = ReasonField()


class MeetingForm(forms.ModelForm):
    """One meeting without its status, which is changed on separate pages."""

    # The error of a service function, if the form is shown again because of it, and the version
    # that the person can then confirm as read.
    refusal = ""
    version_to_read: int | None = None
    # The data to show if the form is displayed again without validation.
    typed: QueryDict | None = None
    # The changes by other users after the version that the person saw.
    changes_to_read: Sequence[HistoryChange] = ()

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        initial=GENEVA,
        help_text=_("The days and times below are in this time zone. Geneva has that of Zurich."),
    )
    language = forms.ChoiceField(label=_("Language of the text"), choices=languages)
    first_day = forms.DateField(label=_("First day"), widget=DayInput, validators=DATE_VALIDATORS)
    start_time = forms.TimeField(
        label=_("From"),
        widget=ClockInput,
        required=False,
        help_text=_("Leave both times empty for an all-day meeting."),
    )
    last_day = forms.DateField(
        label=_("Last day"),
        widget=DayInput,
        validators=DATE_VALIDATORS,
        required=False,
        help_text=_("Leave empty for the same day."),
    )
    end_time = forms.TimeField(
        label=_("Until"),
        widget=ClockInput,
        required=False,
        help_text=_("Leave empty for one hour."),
    )
    remove_join_link = forms.BooleanField(
        label=_("Remove the join link"),
        required=False,
        help_text=_("Leave the field above empty to keep the current link."),
    )
    reason = ReasonField()
    # It cannot be called `version`: that is the model field, which is not editable.
    version_shown = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # Set when the person confirms that they have read the changes by other users.
    version_read = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Meeting
        fields = (
            "kind",
            "title",
            "language",
            "focus_area",
            "part",
            "time_zone",
            "is_all_day",
            "is_tentative",
            "is_public",
            "is_join_public",
            "place",
            "join_link",
            "agenda",
            "recording_link",
            "is_recording_public",
        )
        help_texts: ClassVar = {
            "agenda": _("Shown only while the meeting has no agenda with times.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each change has its own reason.
        self.initial["reason"] = ""
        if self.instance.pk is not None:
            self._show_what_is_stored()
        if self.typed is not None:
            self.initial.update({name: self.typed.get(name, "") for name in self.fields})

    def _show_what_is_stored(self) -> None:
        meeting = self.instance
        zone = ZoneInfo(meeting.time_zone)
        start, end = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
        self.initial["first_day"] = start.date()
        last = last_day(meeting) if meeting.is_all_day else end.date()
        # Empty for one day: to move the meeting, only the first day is then changed.
        self.initial["last_day"] = None if last == start.date() else last
        if not meeting.is_all_day:
            self.initial["start_time"] = start.time().replace(second=0, microsecond=0)
            self.initial["end_time"] = end.time().replace(second=0, microsecond=0)
        self.initial["version_shown"] = meeting.version

        # A time zone that is no longer offered stays available to a meeting that has it.
        offered = self.fields["time_zone"]
        if isinstance(offered, forms.ChoiceField):
            offered.choices = zone_choices(meeting.time_zone)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.refusal:
            self.add_error(None, self.refusal)
        if self.instance.pk and cleaned.get("version_shown") is None:
            self.add_error(None, _("The form was incomplete. Open the meeting again."))
        part = cleaned.get("part")
        if part and part.focus_area != cleaned.get("focus_area"):
            self.add_error("part", _("This part belongs to another group."))
        if not self.errors:
            self._clean_times(cleaned)
        if cleaned.pop("remove_join_link", False):
            cleaned["join_link"] = ""
        elif not cleaned.get("join_link"):
            cleaned["join_link"] = self.initial.get("join_link", "")
        return cleaned

    @property
    def version_seen(self) -> int:
        """The version of the meeting that the person changes."""
        seen: int = self.cleaned_data["version_read"] or self.cleaned_data["version_shown"]
        return seen

    def facts(self) -> MeetingFacts:
        """Return the arguments for the service function, from a valid form."""
        facts = {name: self.cleaned_data[name] for name in MeetingFacts.__annotations__}
        return cast("MeetingFacts", facts)

    def _clean_times(self, cleaned: dict[str, Any]) -> None:
        if self.instance.pk and not set(WHEN) & set(self.changed_data):
            # Unchanged times stay exact, also in the hour that occurs twice when clocks go back.
            cleaned["starts_at"] = self.instance.starts_at
            cleaned["ends_at"] = self.instance.ends_at
            return

        zone: str = cleaned["time_zone"]
        first: date = cleaned["first_day"]
        last: date = cleaned.get("last_day") or first
        if last < first:
            self.add_error("last_day", _("The last day must not be before the first day."))
        elif cleaned["is_all_day"]:
            self._refuse_times_of_whole_days(cleaned)
            cleaned["starts_at"], cleaned["ends_at"] = all_day_range(first, last, zone)
        else:
            starts_at = cleaned["starts_at"] = self._instant("start_time", first, zone)
            if cleaned.get("end_time") is None and last == first:
                cleaned["ends_at"] = starts_at and starts_at + USUAL_LENGTH
            else:
                cleaned["ends_at"] = self._instant("end_time", last, zone)
            if None not in (cleaned["starts_at"], cleaned["ends_at"]) and (
                cleaned["ends_at"] <= cleaned["starts_at"]
            ):
                self.add_error("end_time", _("The end must be after the start."))

    def _refuse_times_of_whole_days(self, cleaned: dict[str, Any]) -> None:
        for name in ("start_time", "end_time"):
            if cleaned.get(name) is not None:
                self.add_error(
                    name,
                    _("An all-day meeting has no times. Clear this field, or untick “all day”."),
                )

    def _instant(self, field: str, day: date, zone: str) -> datetime | None:
        """Return a typed time as a datetime in UTC, or add an error to its field."""
        typed: time | None = self.cleaned_data.get(field)
        if typed is None:
            self.add_error(field, _("Enter a time, or tick “all day”."))
            return None
        try:
            return to_utc(datetime.combine(day, typed), zone)
        except InvalidLocalTime as refused:
            self.add_error(field, str(refused))
            return None
