"""When and where a meeting can be joined: an address of the portal, which leads to its room.

The address stays the same if the room changes, and is the same in pages and feeds. Only who opens
it in time, and is invited or opens that of a public meeting, learns the address of the room.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.timesince import timeuntil

from core.dates import format_datetime
from meetings.models import Meeting, MeetingStatus

# How long before its start a meeting can be joined.
JOIN_OPENS_BEFORE: Final = timedelta(minutes=15)
# Of the time that is left, a part of a minute counts as one.
ROUND_UP: Final = timedelta(seconds=59)


class JoinState(StrEnum):
    """Whether a meeting can be joined, and why not."""

    CANCELLED = "cancelled"
    OVER = "over"
    NO_ROOM = "no room"
    EARLY = "early"
    OPEN = "open"


@dataclass(frozen=True)
class Joining:
    """How a page shows that a meeting can be joined, or when."""

    state: JoinState
    # The portal's own address for its reader.
    address: str
    # When it opens, in the reader's time zone, and the time left; empty unless it is early.
    opens_at: str = ""
    time_left: str = ""
    seconds_left: int = 0


def join_opens_at(meeting: Meeting) -> datetime:
    """Return when a meeting can be joined."""
    return meeting.starts_at - JOIN_OPENS_BEFORE


def join_state(meeting: Meeting, *, at: datetime) -> JoinState:
    """Return whether a meeting can be joined: from 15 minutes before its start until its end."""
    if meeting.status == MeetingStatus.CANCELLED:
        return JoinState.CANCELLED
    if meeting.ends_at <= at:
        return JoinState.OVER
    if not meeting.join_link:
        return JoinState.NO_ROOM
    return JoinState.EARLY if at < join_opens_at(meeting) else JoinState.OPEN


def joining(meeting: Meeting, *, address: str, zone: str, at: datetime) -> Joining:
    """Return whether a meeting can be joined, in the active language and a time zone."""
    state = join_state(meeting, at=at)
    if state is not JoinState.EARLY:
        return Joining(state, address)
    opens_at = join_opens_at(meeting)
    return Joining(
        state,
        address,
        format_datetime(opens_at, zone),
        timeuntil(opens_at + ROUND_UP, at),
        round((opens_at - at).total_seconds()),
    )


def join_address(meeting: Meeting) -> str:
    """Return the full address where invited people join; empty if there is no room."""
    if not meeting.usable_join_link:
        return ""
    return settings.SITE_URL + reverse("participation:join_meeting", args=[meeting.uid])


def public_join_address(meeting: Meeting) -> str:
    """Return the full address where everybody joins; empty unless staff allow that."""
    if not (meeting.is_join_public and meeting.usable_join_link):
        return ""
    return settings.SITE_URL + reverse("meetings:join_meeting", args=[meeting.uid])
