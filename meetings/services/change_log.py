"""The changes of a meeting since it was scheduled, as texts for the people who attend."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from core.dates import format_datetime
from meetings.models import Meeting, MeetingStatus
from meetings.services.meeting_times import meeting_in_words

TIME_FIELDS = ("starts_at", "ends_at", "time_zone", "is_all_day")


@dataclass(frozen=True)
class LoggedChange:
    """One change that attendees must know of: when it was made, what changed, and why."""

    at: str
    words: list[str]
    # As staff typed it; may be empty.
    reason: str


def change_log(meeting: Meeting, *, zone: str) -> list[LoggedChange]:
    """Return the changes of a scheduled meeting, latest first, in one query.

    Times are local to `zone`. A join link itself is never shown, only that it changed.
    """
    history: Any = meeting
    versions = history.history.exclude(status=MeetingStatus.DRAFT).order_by("history_id")
    moves = (
        LoggedChange(
            format_datetime(after.history_date, zone),
            list(_words(before, after, zone)),
            after.reason,
        )
        for before, after in pairwise(versions)
    )
    return [move for move in moves if move.words][::-1]


def _words(before: Any, after: Any, zone: str) -> Iterable[str]:
    if before.status != after.status:
        is_cancelled = after.status == MeetingStatus.CANCELLED
        yield _("Cancelled.") if is_cancelled else _("It takes place after all.")
    if any(getattr(before, name) != getattr(after, name) for name in TIME_FIELDS):
        yield _("Rescheduled. Previously: %(when)s.") % {"when": _when(before, zone)}
    if before.is_tentative and not after.is_tentative:
        yield _("The time is confirmed.")
    if before.place != after.place:
        if before.place and not after.place:
            yield _("Place removed. Previously: %(place)s.") % {"place": before.place}
        elif before.place:
            yield _("Place changed. Previously: %(place)s.") % {"place": before.place}
        else:
            yield _("Place added.")
    if before.join_link != after.join_link:
        if not after.join_link:
            yield _("The join link was removed.")
        else:
            yield (
                _("The join link was changed.") if before.join_link else _("A join link was added.")
            )


def _when(version: Any, zone: str) -> str:
    facts = {name: getattr(version, name) for name in TIME_FIELDS}
    return meeting_in_words(Meeting(**facts), [zone])[0]
