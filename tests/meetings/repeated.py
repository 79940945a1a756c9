"""A series on Tuesdays, over the day on which the clocks of Geneva go back, for several tests."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.dates import to_utc
from meetings.models import Frequency, Meeting, MeetingKind, Series, Weekday
from meetings.services.series import draft_series, schedule_occurrences
from meetings.services.series_plan import Scope
from tests.factories import FocusAreaFactory

# Before the first of them.
BEFORE = datetime(2021, 10, 20, 12, tzinfo=UTC)
TUESDAYS = [date(2021, 10, 26), date(2021, 11, 2), date(2021, 11, 9), date(2021, 11, 16)]
# After the second of the Tuesdays.
MEANWHILE = datetime(2021, 11, 3, 12, tzinfo=UTC)
WEDNESDAY = date(2021, 10, 27)
WEDNESDAYS = {"weekday": Weekday.WEDNESDAY, "first_day": WEDNESDAY}


def at_three(day, *, hour=15, minutes=0, zone="Europe/Zurich"):
    return to_utc(datetime.combine(day, time(hour, minutes)), zone)


def rule(**facts):
    """Return a rule as the process functions take it: four Tuesdays, if nothing else is said."""
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
    """Return what is said about the meetings of a series."""
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
    """Plan a series and return its meetings in the order of their days."""
    series = draft_series(rule=rule(**(its_rule or {})), by=None, at=BEFORE, **said(**facts))
    meetings = occurrences_of(series)
    if on_the_calendar:
        schedule_occurrences(meeting=meetings[0], scope=Scope.ALL, by=None, at=BEFORE)
    return occurrences_of(series)


def occurrences_of(series):
    """Return the meetings of a series in the order of its days."""
    return list(Meeting.objects.filter(series=series).order_by("occurrence"))


def everything():
    """Return all that the database keeps of series and meetings, their histories too."""
    models = (Series, Meeting, Series.history.model, Meeting.history.model)
    return [list(model.objects.order_by("pk").values()) for model in models]


def on_the_clocks(meeting):
    """Return what the clocks of its own zone show when a meeting starts."""
    local = meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone))
    return f"{local:%Y-%m-%d %H:%M}"


def to_come(*, number=4, **facts):
    """Plan a series of Tuesdays that are to come by the clock of whoever runs the tests."""
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
    """Assert that a deed is refused, and that nothing at all is written."""
    before = everything()
    with pytest.raises(refusal) as caught:
        deed(**{"by": None, "at": BEFORE, **facts})
    assert everything() == before
    assert str(caught.value)
    return caught.value
