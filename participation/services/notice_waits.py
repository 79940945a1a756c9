"""How long a notice waits for further edits: the less, the sooner the meeting begins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True)
class NoticeWait:
    """How long the notices of meetings that begin in less than `begins_within` wait.

    They are sent after `quiet_period` without an edit, or `longest` after the first edit.
    """

    begins_within: timedelta
    quiet_period: timedelta
    longest: timedelta

    @property
    def is_urgent(self) -> bool:
        """Whether edits of other meetings do not delay the notice."""
        return self is not USUAL_WAIT


NO_WAIT: Final = NoticeWait(timedelta(hours=2), timedelta(), timedelta())
SHORT_WAIT: Final = NoticeWait(timedelta(days=1), timedelta(minutes=2), timedelta(minutes=10))
USUAL_WAIT: Final = NoticeWait(timedelta.max, timedelta(minutes=10), timedelta(hours=1))


def wait_before(begins_at: datetime, *, at: datetime) -> NoticeWait:
    """Return how long a notice of a meeting waits, by the time that is left until it begins."""
    left = begins_at - at
    return next(wait for wait in (NO_WAIT, SHORT_WAIT, USUAL_WAIT) if left < wait.begins_within)
