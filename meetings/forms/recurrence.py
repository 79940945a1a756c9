"""Forms for series: the recurrence rule, and the occurrences that a change applies to."""

import calendar
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.dates import format_date
from meetings.forms.meetings import DayInput, MeetingForm, ReasonField
from meetings.models import MAX_OCCURRENCES, Frequency, Meeting, Series, Week, Weekday
from meetings.services.recurrence import occurrence_days
from meetings.services.series_plan import RuleFacts, Scope
from meetings.services.series_planning import validated_days, wall_times

RULE_FIELDS = ("repeats", "interval", "until", "times")
DAYS_OF_A_WEEK = 7
# Pairs of primary key and version, like "12:3 13:1".
VERSIONS = r"^([0-9]{1,9}:[0-9]{1,9}( [0-9]{1,9}:[0-9]{1,9})*)?$"


class Repeats(models.TextChoices):
    """How the days of a series follow from its first day."""

    WEEKLY = "weekly", _("Weekly, on this weekday")
    MONTHLY = "monthly", _("Monthly, on the same weekday, such as the second Tuesday")
    MONTHLY_LAST = "monthly_last", _("Monthly, on the last such weekday of the month")


class RecurrenceForm(forms.Form):
    """The recurrence rule of a series. The first day decides the weekday."""

    # The name of the field with the first day.
    first = "first_day"

    repeats = forms.ChoiceField(
        label=_("Repeats"),
        choices=[("", pgettext_lazy("a meeting repeats", "Does not repeat")), *Repeats.choices],
        required=False,
    )
    interval = forms.IntegerField(
        label=_("Every"),
        min_value=1,
        max_value=52,
        initial=1,
        required=False,
        help_text=_(
            "Number of weeks or months between meetings: 1 for every one, 2 for every second one."
        ),
    )
    until = forms.DateField(
        label=_("Repeat until"),
        widget=DayInput,
        required=False,
        help_text=_("Or enter the number of meetings."),
    )
    times = forms.IntegerField(
        label=_("Number of meetings"), min_value=1, max_value=MAX_OCCURRENCES, required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("repeats") or self.errors:
            return cleaned
        day: date = cleaned[self.first]
        until, times = cleaned.get("until"), cleaned.get("times")
        if bool(until) == bool(times):
            self.add_error("times", _("Enter either an end date or the number of meetings."))
        elif until and until < day:
            self.add_error("until", _("The last day must not be before the first day."))
        if cleaned.get("recording_link"):
            self.add_error(
                "recording_link",
                _(
                    "A recording belongs to one meeting. Add the link to that meeting when it is "
                    "over."
                ),
            )
        self._clean_week(day)
        return cleaned

    def rule(self) -> RuleFacts:
        """Return the rule from a valid form."""
        cleaned = self.cleaned_data
        day: date = cleaned[self.first]
        repeats = Repeats(cleaned["repeats"])
        week = {Repeats.WEEKLY: None, Repeats.MONTHLY: _week_of(day), Repeats.MONTHLY_LAST: -1}
        is_weekly = repeats == Repeats.WEEKLY
        return {
            "frequency": Frequency.WEEKLY if is_weekly else Frequency.MONTHLY,
            "interval": cleaned.get("interval") or 1,
            "weekday": day.weekday(),
            "week": week[repeats],
            "first_day": day,
            "last_day": cleaned.get("until"),
            "count": cleaned.get("times"),
        }

    def _clean_week(self, day: date) -> None:
        facts = {"day": format_date(day), "weekday": Weekday(day.weekday()).label}
        repeats = self.cleaned_data["repeats"]
        if repeats == Repeats.MONTHLY and _week_of(day) not in Week.values:
            said = gettext(
                "%(day)s is the fifth %(weekday)s of its month, and not every month has five. "
                "Choose the last one instead."
            )
            self.add_error("repeats", said % facts)
        days_left = calendar.monthrange(day.year, day.month)[1] - day.day
        if repeats == Repeats.MONTHLY_LAST and days_left >= DAYS_OF_A_WEEK:
            said = gettext("%(day)s is not the last %(weekday)s of its month.")
            self.add_error(self.first, said % facts)


class NewMeetingForm(RecurrenceForm, MeetingForm):
    """One new meeting, or all meetings of a new series."""


class OccurrenceForm(MeetingForm):
    """One meeting of a series, and which others are changed with it."""

    scope = forms.ChoiceField(
        label=_("Change"),
        choices=Scope.choices,
        initial=Scope.THIS,
        widget=forms.RadioSelect,
        required=False,
        help_text=_(
            "If you change several meetings, you see a preview first. Nothing is saved before you "
            "confirm."
        ),
    )
    also_by_hand = forms.BooleanField(
        label=_("Also meetings edited individually"),
        required=False,
        help_text=_("Otherwise, meetings edited individually keep their own details."),
    )


class ScopeForm(forms.Form):
    """The meetings of a series that a change applies to."""

    scope = forms.ChoiceField(
        label=_("For which meetings"),
        choices=Scope.choices,
        initial=Scope.THIS,
        widget=forms.RadioSelect,
    )


class ChangeRecurrenceForm(RecurrenceForm):
    """Other days for a series, starting from a day."""

    scope = forms.ChoiceField(
        label=_("For which meetings"),
        choices=[choice for choice in Scope.choices if choice[0] != Scope.THIS],
        initial=Scope.LATER,
        widget=forms.RadioSelect,
    )
    first_day = forms.DateField(
        label=_("First day"),
        widget=DayInput,
        help_text=_("Sets the weekday of the meetings."),
    )
    also_by_hand = OccurrenceForm.base_fields["also_by_hand"]
    reason = ReasonField()

    field_order = ("scope", "first_day", *RULE_FIELDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        repeats: Any = self.fields["repeats"]
        repeats.required, repeats.choices = True, Repeats.choices


class ConfirmPlanForm(forms.Form):
    """The confirmation of a preview, with the version of each occurrence in it."""

    versions = forms.RegexField(
        r"^([0-9]{1,9}:[0-9]{1,9}( [0-9]{1,9}:[0-9]{1,9})*)?$",
        widget=forms.HiddenInput,
        required=False,
    )

    def seen(self) -> dict[int, int]:
        """Return the versions by primary key; empty if the form was tampered with."""
        if not self.is_valid():
            return {}
        pairs = (pair.split(":") for pair in self.cleaned_data["versions"].split())
        return {int(key): int(version) for key, version in pairs}


def written(versions: dict[int, int]) -> str:
    """Return versions as the text that `ConfirmPlanForm` parses."""
    return " ".join(f"{key}:{version}" for key, version in versions.items())


def rule_of(meeting: Meeting, series: Series) -> dict[str, Any]:
    """Return the initial values of the form for a series, starting from one of its meetings."""
    repeats = Repeats.WEEKLY if series.frequency == Frequency.WEEKLY else Repeats.MONTHLY
    if series.week == Week.LAST:
        repeats = Repeats.MONTHLY_LAST
    left = [
        day for day in occurrence_days(series) if meeting.occurrence and day >= meeting.occurrence
    ]
    return {
        "first_day": meeting.occurrence,
        "repeats": repeats,
        "interval": series.interval,
        "until": series.last_day,
        "times": len(left) if series.count else None,
    }


def new_series(form: NewMeetingForm) -> tuple[Series, list[date]]:
    """Return the unsaved series and its days, from a valid form.

    Raises Refused (no_occurrences, too_many_occurrences).
    """
    series = Series(**form.rule(), **wall_times(form.facts()))
    return series, validated_days(series)


def _week_of(day: date) -> int:
    return (day.day - 1) // DAYS_OF_A_WEEK + 1
