"""The section about meetings on the front page of the admin."""

from datetime import datetime
from typing import Any, Final

from accounts.models import User
from focus_areas.models import EVERY_AREA
from meetings.models import Meeting
from meetings.services.meeting_times import meeting_in_words
from participation.services import meeting_answers
from participation.services.meeting_answers import VIEW_RSVPS

MAX_ON_FRONT_PAGE: Final = 5


def front_page_meetings(user: User, *, at: datetime) -> dict[str, Any]:
    """Return the context of the section of the front page; empty if the user has none.

    Only coordinators have it: the others see the meetings of all areas, and what waits for them.
    """
    if user.has_perm(EVERY_AREA) or not user.has_perms(VIEW_RSVPS):
        return {}
    return {"has_meetings": True, **meetings_to_prepare(user, at=at, limit=MAX_ON_FRONT_PAGE)}


def meetings_to_prepare(user: User, *, at: datetime, limit: int) -> dict[str, Any]:
    """Return the next meetings, and past ones that lack something, each with its time in words."""
    upcoming = meeting_answers.next_meetings(by=user, at=at, limit=limit)
    to_follow_up = meeting_answers.meetings_to_follow_up(by=user, at=at, limit=limit)
    return {
        "upcoming": [(row, _when(row.meeting)) for row in upcoming],
        "to_follow_up": [(row, _when(row.meeting)) for row in to_follow_up],
    }


def _when(meeting: Meeting) -> str:
    return meeting_in_words(meeting, [meeting.time_zone])[0]
