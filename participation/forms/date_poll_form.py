"""The form of a new date poll, for staff. Days and times are in the time zone that is chosen."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.dates import GENEVA, InvalidLocalTime, to_utc
from focus_areas.models import FocusArea
from meetings.forms.meetings import DATE_VALIDATORS, ClockInput, DayInput, languages, time_zones
from participation.forms.meetings import lengths
from participation.services.date_polls import MAX_DATES, PollFacts


class DatePollForm(forms.Form):
    """The planned meeting, up to six dates, and until when answers are asked for."""

    use_required_attribute = False

    focus_area: Any = forms.ModelChoiceField(
        label=gettext_lazy("Focus area"), queryset=FocusArea.objects.none(), empty_label=None
    )
    title = forms.CharField(
        label=gettext_lazy("Title of the meeting"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter a title.")},
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the text"), choices=languages)
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Length"), choices=lengths, coerce=int, initial=60
    )
    place = forms.CharField(
        label=gettext_lazy("Place"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Leave empty for an online meeting."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    join_link = forms.URLField(
        label=gettext_lazy("Join link"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url", "dir": "ltr"}),
        help_text=gettext_lazy("Members see it only once a date is taken. It can be added later."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=time_zones,
        initial=GENEVA,
        help_text=gettext_lazy(
            "The days and times below are in this time zone. Geneva has that of Zurich."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        areas: Any = self.fields["focus_area"]
        areas.queryset = FocusArea.objects.visible_to(user).order_by("number")
        for number in range(1, MAX_DATES + 1):
            self._add_moment(f"date_{number}", _("Date %(number)d") % {"number": number})
        self._add_moment("answer_by", _("Answers until"))

    def _add_moment(self, name: str, label: str) -> None:
        self.fields[f"{name}_day"] = forms.DateField(
            label=_("%(what)s, day") % {"what": label},
            widget=DayInput,
            validators=DATE_VALIDATORS,
            required=False,
        )
        self.fields[f"{name}_time"] = forms.TimeField(
            label=_("%(what)s, time") % {"what": label}, widget=ClockInput, required=False
        )

    @property
    def fixed_fields(self) -> list[forms.BoundField]:
        """The fields of the planned meeting."""
        return [self[name] for name in self.base_fields]

    @property
    def moments(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The day and the time of each date, and of the deadline."""
        names = [f"date_{number}" for number in range(1, MAX_DATES + 1)]
        return [(self[f"{name}_day"], self[f"{name}_time"]) for name in (*names, "answer_by")]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        found = (self._moment(f"date_{number}") for number in range(1, MAX_DATES + 1))
        cleaned["starts"] = [moment for moment in found if moment]
        cleaned["answer_by"] = self._moment("answer_by")
        if cleaned["answer_by"] is None and not self.errors:
            self.add_error("answer_by_day", _("Enter until when answers are asked for."))
        return cleaned

    def _moment(self, name: str) -> datetime | None:
        """Return the moment of a day and a time; None if both are empty or one is wrong."""
        day, time = (self.cleaned_data.get(f"{name}_{part}") for part in ("day", "time"))
        zone = self.cleaned_data.get("time_zone")
        if day is None and time is None:
            return None
        if day is None and f"{name}_day" not in self.errors:
            self.add_error(f"{name}_day", _("Enter a day."))
        if time is None and f"{name}_time" not in self.errors:
            self.add_error(f"{name}_time", _("Enter a time."))
        if day is None or time is None or not zone:
            return None
        try:
            return to_utc(datetime.combine(day, time), zone)
        except InvalidLocalTime as refused:
            self.add_error(f"{name}_time", str(refused))
            return None

    def facts(self) -> PollFacts:
        """Return the arguments for the service function, from a valid form."""
        sent = self.cleaned_data
        return {
            "focus_area": sent["focus_area"],
            "title": sent["title"],
            "language": sent["language"],
            "minutes": sent["minutes"],
            "time_zone": sent["time_zone"],
            "place": sent["place"],
            "join_link": sent["join_link"],
            "answer_by": sent["answer_by"],
        }
