"""The hours of the planned day on the form of a meeting: what was typed, and what is taken over."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.dates import to_utc_lenient
from meetings.forms.meetings import USUAL_LENGTH, MeetingForm
from meetings.forms.recurrence import ChangeRecurrenceForm
from meetings.models import Meeting, MeetingKind
from meetings.services.fair_hours import MAX_LENGTH
from participation.services.fair_hours import LOCAL_FORMAT, HoursInWords, Plan, hours_in_words

# The buttons of the form: show the hours of the typed day; take over one or two starts.
SHOW, TAKE = "show_hours", "take"
# A second start that is taken over. It is a tick box, so that it can be left out again.
SECOND_SITTING = "second_sitting"


def fair_hours_of(plan: Plan | str) -> tuple[HoursInWords | None, str]:
    """Return the hours for a plan; without a plan or without people, None and the reason."""
    if isinstance(plan, str):
        return None, plan
    if plan.length >= MAX_LENGTH:
        return None, _("The meeting lasts a day or longer, so there are no hours to compare.")
    hours = hours_in_words(plan)
    if hours is None:
        return None, _("No focal points are concerned yet: there are no admitted members.")
    if not hours.columns:
        return None, _("This day does not exist in the time zone of the meeting.")
    return hours, ""


def plan_of(form: MeetingForm) -> Plan | str:
    """Return the plan that is typed in a form, valid or not; or what is missing, as text."""
    try:
        area = _typed(form, "focus_area")
        zone = _typed(form, "time_zone")
    except ValidationError:
        return _("Choose the focus area and the time zone first.")
    if _typed_or_none(form, "kind") == MeetingKind.DEADLINE:
        return _("Nobody attends a deadline, so there are no hours to compare.")
    if _typed_or_none(form, "is_all_day"):
        return _("An all-day meeting has no hours to compare.")
    day = _typed_or_none(form, "first_day")
    if day is None:
        return _("Enter the first day first. If no times are entered, the meeting lasts an hour.")
    start, end = (_typed_or_none(form, name) for name in ("start_time", "end_time"))
    length = USUAL_LENGTH
    if start and end:
        last = _typed_or_none(form, "last_day") or day
        begins, ends = (
            to_utc_lenient(datetime.combine(on, clock), zone)
            for on, clock in ((day, start), (last, end))
        )
        length = ends - begins if ends > begins else USUAL_LENGTH
    return Plan(focus_area=area, day=day, zone=zone, start=start, length=length)


def plan_of_days(meeting: Meeting, form: ChangeRecurrenceForm) -> Plan | str:
    """Return the plan for other days of a series, at the time of one of its meetings."""
    if meeting.is_all_day:
        return _("An all-day meeting has no hours to compare.")
    day = _typed_or_none(form, "first_day")
    if day is None:
        return _("Enter the first day first.")
    return Plan(
        focus_area=meeting.focus_area,
        day=day,
        zone=meeting.time_zone,
        start=meeting.local_time,
        length=meeting.ends_at - meeting.starts_at,
    )


def with_start(data: QueryDict, form: MeetingForm) -> QueryDict:
    """Return the typed data with the start that the person takes over, and the fitting end.

    Two starts are separated by a space: the second one becomes the second sitting. A start that is
    no time leaves the data as they are.
    """
    taken, plan = data.copy(), plan_of(form)
    try:
        first, *others = (
            datetime.strptime(each, LOCAL_FORMAT)  # noqa: DTZ007  # It is a local time.
            for each in data.get(TAKE, "").split()
        )
    except ValueError:
        return taken
    if isinstance(plan, str):
        return taken
    end = ends_at(first, plan)
    taken["first_day"] = first.date().isoformat()
    taken["start_time"] = f"{first:%H:%M}"
    taken["last_day"] = "" if end.date() == first.date() else end.date().isoformat()
    taken["end_time"] = f"{end:%H:%M}"
    taken.setlist(SECOND_SITTING, [each.strftime(LOCAL_FORMAT) for each in others[:1]])
    return taken


def second_sitting_in(data: QueryDict) -> datetime | None:
    """Return the local start of the second sitting that is ticked, or None."""
    try:
        return datetime.strptime(data.get(SECOND_SITTING, ""), LOCAL_FORMAT)  # noqa: DTZ007
    except ValueError:
        return None


def ends_at(start: datetime, plan: Plan) -> datetime:
    """Return the local end of a meeting from its local start; clocks may change in between."""
    end = to_utc_lenient(start, plan.zone) + plan.length
    return end.astimezone(ZoneInfo(plan.zone)).replace(tzinfo=None)


def _typed(form: MeetingForm | ChangeRecurrenceForm, name: str) -> Any:
    """Return the value of one field. Raises ValidationError."""
    return form.fields[name].clean(form[name].value())


def _typed_or_none(form: MeetingForm | ChangeRecurrenceForm, name: str) -> Any:
    try:
        return _typed(form, name)
    except ValidationError:
        return None
