"""Polls about a date, and members who answer them."""

from datetime import timedelta

from participation.models import DateChoice
from participation.services.date_answers import answer_date_poll, dates_to_come
from participation.services.date_polls import create_date_poll
from tests.factories import NOON, UserFactory

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# 15:00, 16:00 and 23:00 in Nairobi: 13:00, 14:00 and 21:00 in Geneva.
STARTS = (NOON + 20 * DAY, NOON + 21 * DAY + HOUR, NOON + 22 * DAY + 8 * HOUR)
FACTS = {
    "title": "Power for schools",
    "language": "en",
    "minutes": 60,
    "time_zone": "Africa/Nairobi",
    "place": "",
    "join_link": "https://meet.example.org/room",
    "answer_by": NOON + 7 * DAY,
}
YES, IF_NEED_BE, NO = DateChoice.YES, DateChoice.IF_NEED_BE, DateChoice.NO


def asked_for_a_date(area, starts=STARTS, at=NOON, **facts):
    """An open poll that was sent to the members of an area."""
    by = facts.pop("by", None) or UserFactory()
    return create_date_poll(starts=starts, by=by, at=at, **{"focus_area": area, **FACTS, **facts})


def later(delta):
    """The dates, the deadline and the time of asking, moved for pages, which read the clock."""
    return {
        "starts": [start + delta for start in STARTS],
        "answer_by": FACTS["answer_by"] + delta,
        "at": NOON + delta,
    }


def answered(poll, person, *choices, word="", at=NOON):
    """Let a focal point answer, in the order of the dates; without answers, yes to all."""
    dates = dates_to_come(poll, at=at)
    given = dict(zip((each.pk for each in dates), choices or [YES] * len(dates), strict=True))
    return answer_date_poll(poll=poll, choices=given, word=word, by=person, at=at)


def choices_in(reply):
    return list(reply.answers.order_by("proposal__starts_at").values_list("choice", flat=True))
