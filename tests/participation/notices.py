"""Meetings that change, and the notices about them."""

from datetime import timedelta

from meetings.services.meetings import change_meeting, move_meeting
from outbox.models import Message
from outbox.services.rendering import as_text
from participation.services.notices import mark_all_as_announced
from tests.factories import NOON, SeriesFactory
from tests.participation.people import meeting_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Monday 1 November 2021, in the afternoon in Geneva.
THEN = NOON + 7 * DAY
# The time at which changes made at noon are announced.
SETTLED = NOON + 10 * MINUTE


def told_meeting(area, **facts):
    """A meeting that was announced."""
    facts = {"starts_at": THEN, "title": "Fourth meeting", **facts}
    meeting = meeting_of(area, changed_at=NOON - DAY, **facts)
    mark_all_as_announced(at=NOON - DAY)
    return meeting


def moved(meeting, to=THEN + DAY, at=NOON):
    return move_meeting(meeting=meeting, starts_at=to, ends_at=to + HOUR, by=None, at=at)


def changed(meeting, at=NOON, **facts):
    return change_meeting(meeting=meeting, by=None, at=at, **facts)


def subject(what, title, day="Mon 1 Nov", more=""):
    """The subject of a notice about a meeting."""
    return f"{what}: {title}, {day} {more}".strip()


def written():
    """The queued messages, by subject and address."""
    rows = Message.objects.order_by("pk").values_list("subject", "recipient")
    return [tuple(row) for row in rows]


def text_of(message):
    return as_text(message.body)


def the_mail():
    [message] = Message.objects.all()
    return text_of(message)


def told_series(area, number, **facts):
    """Weekly meetings of one series that were announced."""
    series = SeriesFactory()
    days = [THEN + week * 7 * DAY for week in range(number)]
    return [
        told_meeting(area, starts_at=day, series=series, occurrence=day.date(), **facts)
        for day in days
    ]
