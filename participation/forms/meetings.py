"""Forms with which co-leads propose meetings, people answer, and staff record attendance."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.conflicts import VersionForm
from core.dates import InvalidLocalTime, format_zone_offset, to_utc
from focus_areas.models import FocusArea
from meetings.forms.meetings import DATE_VALIDATORS, ClockInput, DayInput, languages
from participation.models import (
    PROPOSED_KINDS,
    Presence,
    RsvpChoice,
)
from participation.services.fair_hours import LOCAL_FORMAT, Plan
from participation.services.meeting_proposals import ProposalFacts, starts_in_the_past

# The lengths of a proposed meeting, in minutes.
LENGTHS = (30, 45, 60, 90, 120, 180, 240, 480)
DEFAULT_LENGTH = 60
MAX_AGENDA_LENGTH = 5000


def lengths() -> list[tuple[int, str]]:
    """Return the choices of how long a proposed meeting lasts, in minutes."""
    return [
        (
            minutes,
            gettext("%(hours)d h %(minutes)02d min")
            % {"hours": minutes // 60, "minutes": minutes % 60},
        )
        for minutes in LENGTHS
    ]


class ProposalForm(forms.Form):
    """A meeting that a co-lead proposes. Day and time are in the person's own time zone."""

    use_required_attribute = False

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("Enter a title.")},
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=PROPOSED_KINDS)
    language = forms.ChoiceField(label=_("Language of the text"), choices=languages)
    day = forms.DateField(
        label=_("Day"),
        widget=DayInput,
        validators=DATE_VALIDATORS,
        error_messages={"required": _("Enter a day.")},
    )
    start_time = forms.TimeField(
        label=_("From"),
        widget=ClockInput,
        error_messages={"required": _("Enter when the meeting begins.")},
    )
    minutes = forms.TypedChoiceField(
        label=_("Length"), choices=lengths, coerce=int, initial=DEFAULT_LENGTH
    )
    is_online = forms.BooleanField(label=_("People can take part online"), required=False)
    place = forms.CharField(
        label=_("Place"),
        max_length=200,
        required=False,
        help_text=_("Leave empty for an online meeting."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    agenda = forms.CharField(
        label=_("Agenda"),
        max_length=MAX_AGENDA_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )

    def __init__(self, *args: Any, zone: str, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.at = zone, at
        local = at.astimezone(ZoneInfo(zone))
        self.fields["start_time"].help_text = gettext("In your time zone: %(zone)s.") % {
            "zone": format_zone_offset(local, zone)
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("place"):
            cleaned["is_online"] = True
        day, start_time = cleaned.get("day"), cleaned.get("start_time")
        if day and start_time:
            try:
                cleaned["starts_at"] = to_utc(datetime.combine(day, start_time), self.zone)
            except InvalidLocalTime as refused:
                self.add_error("start_time", str(refused))
            else:
                if cleaned["starts_at"] <= self.at:
                    self.add_error("day", str(starts_in_the_past()))
        return cleaned

    def facts(self) -> ProposalFacts:
        """Return the arguments for the service function, from a valid form."""
        sent = self.cleaned_data
        return {
            "kind": sent["kind"],
            "title": sent["title"],
            "language": sent["language"],
            "starts_at": sent["starts_at"],
            "ends_at": sent["starts_at"] + timedelta(minutes=sent["minutes"]),
            "time_zone": self.zone,
            "place": sent["place"],
            "is_online": sent["is_online"],
            "agenda": sent["agenda"],
        }


# The buttons of the form of a proposal that save nothing: show the hours of the day, take one over.
SHOW_HOURS, TAKE_START = "show_hours", "take"


def with_start(data: QueryDict) -> QueryDict:
    """Return what was typed in a proposal, with the start that the person takes over."""
    taken = data.copy()
    try:
        start = datetime.strptime(data.get(TAKE_START, ""), LOCAL_FORMAT)  # noqa: DTZ007
    except ValueError:
        return taken
    taken["day"], taken["start_time"] = start.date().isoformat(), f"{start:%H:%M}"
    return taken


def plan_of(form: ProposalForm, focus_area: FocusArea) -> Plan | None:
    """Return the plan that is typed in a proposal, valid or not; None without a day."""

    def typed(name: str) -> Any:
        try:
            return form.fields[name].clean(form[name].value())
        except forms.ValidationError:
            return None

    if typed("day") is None:
        return None
    length = timedelta(minutes=typed("minutes") or DEFAULT_LENGTH)
    return Plan(focus_area, typed("day"), form.zone, typed("start_time"), length)


# The prefix of each row's field name; the pk of the focal point follows.
PRESENCE_PREFIX = "presence-"
# The prefix of the field with the start of another sitting; its pk follows.
SITTING_PREFIX = "sitting-"
MEETING_PREFIX = "meeting-"


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
        self.others_shown = _starts_shown(self.data, SITTING_PREFIX)
        return cleaned


class SeriesRsvpForm(forms.Form):
    """One RSVP to several meetings of a series: the choice, the role, and the starts shown."""

    focal_point = forms.IntegerField()
    choice = forms.ChoiceField(choices=RsvpChoice.choices)

    # The starts of the meetings and of their other sittings, by pk.
    meetings_shown: dict[int, datetime]
    others_shown: dict[int, datetime]

    def clean(self) -> None:
        self.meetings_shown = _starts_shown(self.data, MEETING_PREFIX)
        self.others_shown = _starts_shown(self.data, SITTING_PREFIX)
        if not self.meetings_shown:
            raise forms.ValidationError(_("Choose one of the answers."))


def _starts_shown(sent: Mapping[str, Any], prefix: str) -> dict[int, datetime]:
    """Return the starts that a page showed, by pk, from fields whose names begin with a prefix."""
    try:
        return {
            int(name.removeprefix(prefix)): forms.DateTimeField().clean(value)
            for name, value in sent.items()
            if name.startswith(prefix)
        }
    except ValueError as refused:
        raise forms.ValidationError(_("Choose one of the answers.")) from refused


class AttendanceForm(VersionForm):
    """The attendance of each invited person, and the version that the page showed."""

    # What the page does without saving: marks the people of a list, or all, or searches.
    marking = forms.ChoiceField(
        choices=[("list", ""), ("all", ""), ("find", "")],
        required=False,
        widget=forms.HiddenInput,
    )
    find = forms.CharField(label=_("Search"), max_length=200, required=False)
    names = forms.CharField(
        label=_("Names or email addresses, one a line"),
        max_length=50_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    mark_as = forms.ChoiceField(
        label=_("Mark them as"),
        choices=[(each.value, each.label) for each in (Presence.ONSITE, Presence.REMOTE)],
        required=False,
    )

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
