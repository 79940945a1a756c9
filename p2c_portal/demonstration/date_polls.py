"""An open date poll of the demonstration, which a third of the working group has answered."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from core.dates import GENEVA, to_utc
from focus_areas.models import FocusArea
from members.models import FocalPoint
from participation.models import DateChoice, DatePoll
from participation.services.date_answers import answer_date_poll
from participation.services.date_polls import create_date_poll
from participation.services.expected_attendees import focal_points_invited

# Days from today, and hours in Geneva.
DATES = ((26, 9), (26, 14), (27, 8), (27, 15), (28, 12), (28, 21))
# What members answer in turn, one letter for each date: yes, if need be, no.
ANSWERS = ("yyiyyn", "nyyyyi", "iyynyn", "yynyyn", "nnnnyi")
CHOICES = {"y": DateChoice.YES, "i": DateChoice.IF_NEED_BE, "n": DateChoice.NO}
WORDS = ("", "", "Friday afternoons never work for us.", "", "")
ANSWERS_EACH = 3


def load_date_poll(*, coordinator: User, at: datetime) -> DatePoll:
    """Ask the members of the first focus area for a date, and let every third one answer."""
    area = FocusArea.objects.get(number=1)
    today = at.astimezone(ZoneInfo(GENEVA)).date()
    poll = create_date_poll(
        focus_area=area,
        title="Power for schools",
        language="en",
        minutes=60,
        time_zone=GENEVA,
        place="",
        join_link="https://meet.example.org/power-for-schools",
        answer_by=to_utc(datetime.combine(today + timedelta(days=9), time(17)), GENEVA),
        starts=[
            to_utc(datetime.combine(today + timedelta(days=days), time(hour)), GENEVA)
            for days, hour in DATES
        ],
        by=coordinator,
        at=at,
    )
    dates = list(poll.proposals.order_by("starts_at"))
    people = focal_points_invited(area.pk, before=at)[::ANSWERS_EACH]
    for number, person in enumerate(people):
        letters = ANSWERS[number % len(ANSWERS)]
        given = {date.pk: letter for date, letter in zip(dates, letters, strict=True)}
        _answer(poll, person, given, number, at)
    return poll


def _answer(
    poll: DatePoll, person: FocalPoint, given: dict[int, str], number: int, at: datetime
) -> None:
    answer_date_poll(
        poll=poll,
        choices={pk: CHOICES[letter] for pk, letter in given.items()},
        word=WORDS[number % len(WORDS)],
        by=person,
        at=at,
    )
