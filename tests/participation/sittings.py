"""Two sittings of one meeting, and answers to them."""

from datetime import timedelta

from participation.models import Rsvp, RsvpChoice
from participation.services.rsvps import record_rsvp
from tests.factories import NOON
from tests.participation.people import account_of, meeting_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# In Nairobi 11:00 and 23:00, on a Monday; in Geneva 09:00 and 21:00.
MORNING = NOON + 7 * DAY - 4 * HOUR
EVENING = MORNING + 12 * HOUR


def two_sittings(area, **facts):
    """A meeting with a sitting in the morning and one in the evening."""
    first = meeting_of(area, starts_at=MORNING, title="Morning sitting", **facts)
    second = {"starts_at": EVENING, "title": "Evening sitting", "sitting_of": first}
    return first, meeting_of(area, **{**facts, **second})


def answered(meeting, person, choice=RsvpChoice.REMOTE, at=NOON, **more):
    return record_rsvp(
        meeting=meeting, focal_point=person, choice=choice, by=account_of(person), at=at, **more
    )


def stored():
    """The stored answers, by pk of the meeting."""
    return dict(Rsvp.objects.order_by("meeting").values_list("meeting", "choice"))
