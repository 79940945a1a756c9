"""A series on Tuesdays, over the end of summer time in Geneva."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.conflicts import Refused
from core.dates import all_day_range, to_utc
from meetings.models import Frequency, Meeting, MeetingKind, Series, Weekday
from meetings.services.meetings import move_meeting
from meetings.services.series import (
    change_occurrences,
    change_recurrence,
    draft_series,
    schedule_occurrences,
)
from meetings.services.series_plan import Scope
from tests.factories import FocusAreaFactory

# Before the first meeting.
BEFORE = datetime(2021, 10, 20, 12, tzinfo=UTC)
TUESDAYS = [date(2021, 10, 26), date(2021, 11, 2), date(2021, 11, 9), date(2021, 11, 16)]
# After the second meeting.
MEANWHILE = datetime(2021, 11, 3, 12, tzinfo=UTC)
WEDNESDAY = date(2021, 10, 27)
WEDNESDAYS = {"weekday": Weekday.WEDNESDAY, "first_day": WEDNESDAY}


def at_three(day, *, hour=15, minutes=0, zone="Europe/Zurich"):
    return to_utc(datetime.combine(day, time(hour, minutes)), zone)


def whole_days(first, last, zone="Europe/Zurich"):
    """Return the facts of a meeting of whole days."""
    starts_at, ends_at = all_day_range(first, last, zone)
    return {"starts_at": starts_at, "ends_at": ends_at, "time_zone": zone, "is_all_day": True}


def rule(**facts):
    """Return a rule as the services take it, by default for four Tuesdays."""
    return {
        "frequency": Frequency.WEEKLY,
        "interval": 1,
        "weekday": Weekday.TUESDAY,
        "week": None,
        "first_day": TUESDAYS[0],
        "last_day": None,
        "count": 4,
        **facts,
    }


def said(**facts):
    """Return the facts of the meetings of a series."""
    return {
        "focus_area": facts.pop("focus_area", None) or FocusAreaFactory(),
        "kind": MeetingKind.MEETING,
        "title": "Weekly",
        "language": "en",
        "starts_at": at_three(TUESDAYS[0]),
        "ends_at": at_three(TUESDAYS[0], hour=16, minutes=30),
        "time_zone": "Europe/Zurich",
        "is_all_day": False,
        "is_tentative": False,
        "is_public": False,
        "place": "",
        "join_link": "https://meet.example.org/weekly",
        "agenda": "",
        **facts,
    }


def planned(*, on_the_calendar=True, its_rule=None, **facts):
    """Create a series and return its meetings in the order of their days."""
    series = draft_series(rule=rule(**(its_rule or {})), by=None, at=BEFORE, **said(**facts))
    meetings = occurrences_of(series)
    if on_the_calendar:
        schedule_occurrences(meeting=meetings[0], scope=Scope.ALL, by=None, at=BEFORE)
    return occurrences_of(series)


def occurrences_of(series):
    """Return the meetings of a series in the order of its days."""
    return list(Meeting.objects.filter(series=series).order_by("occurrence"))


def everything():
    """Return all series and meetings in the database, with their histories."""
    models = (Series, Meeting, Series.history.model, Meeting.history.model)
    return [list(model.objects.order_by("pk").values()) for model in models]


def on_the_clocks(meeting):
    """Return the local time at which a meeting starts."""
    local = meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone))
    return f"{local:%Y-%m-%d %H:%M}"


def to_come(*, number=4, **facts):
    """Create a series of Tuesdays in the future, by the real clock."""
    today = timezone.now().date()
    first = today + timedelta(days=14 + (Weekday.TUESDAY - today.weekday()) % 7)
    return planned(
        its_rule={"first_day": first, "count": number},
        **{"starts_at": at_three(first), "ends_at": at_three(first, hour=16), **facts},
    )


def outcomes(plan):
    return [step.outcome for step in plan.steps]


def identity(meetings):
    return [(meeting.pk, meeting.uid) for meeting in meetings]


def stored(meetings):
    return [Meeting.objects.get(pk=meeting.pk) for meeting in meetings]


def refused(refusal, deed, **facts):
    """Assert that a change is refused with a class or a code, and that nothing is written."""
    before = everything()
    with pytest.raises(Refused) as caught:
        deed(**{"by": None, "at": BEFORE, **facts})
    assert refusal in (type(caught.value), caught.value.code)
    assert everything() == before
    assert str(caught.value)
    return caught.value


def hours(day, begins, ends, *, zone="Europe/Zurich", minutes=0):
    """Return the facts of a meeting between two full hours of a day."""
    return {
        "starts_at": at_three(day, hour=begins, zone=zone),
        "ends_at": at_three(day, hour=ends, minutes=minutes, zone=zone),
    }


def change(meeting, scope, *, at=BEFORE, **facts):
    return change_occurrences(meeting=meeting, scope=scope, by=None, at=at, **facts)


def change_days(meeting, scope, *, at=BEFORE, also_by_hand=False, **facts):
    who = {"by": None, "at": at, "also_by_hand": also_by_hand}
    return change_recurrence(meeting=meeting, scope=scope, rule=rule(**facts), **who)


def moved_by_hand(meeting, day, begins, ends, *, minutes=0):
    times = hours(day, begins, ends, minutes=minutes)
    return move_meeting(meeting=meeting, by=None, at=BEFORE, **times)
