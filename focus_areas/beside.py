"""Sittings of one meeting beside each other: which they are, and in words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from focus_areas.models import Meeting, MeetingStatus
from focus_areas.times import meeting_in_words

# The sittings of each meeting that has several, by the key of the first.
Groups = Mapping[int, Sequence[Meeting]]


def groups_of(meetings: Iterable[Meeting]) -> Groups:
    """Gather meetings that belong together, in the order in which they come."""
    groups: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        groups[meeting.sitting_of_id or meeting.pk].append(meeting)
    return groups


def others_of(meeting: Meeting, groups: Groups) -> list[Meeting]:
    """Return the other sittings of a meeting among those that were gathered."""
    together = groups.get(meeting.sitting_of_id or meeting.pk, ())
    return [other for other in together if other.pk != meeting.pk]


def sittings_in_words(others: Sequence[Meeting]) -> list[str]:
    """Say when the other sittings of a meeting are, each in its own zone and in UTC."""
    if not others:
        return []
    words = _("The other sitting: %(when)s") if len(others) == 1 else _("Another sitting: %(when)s")
    return [words % {"when": _when(other)} for other in others]


def _when(meeting: Meeting) -> str:
    when = " · ".join(meeting_in_words(meeting, [meeting.time_zone, "UTC"]))
    if meeting.status == MeetingStatus.CANCELLED:
        return _("%(when)s (cancelled)") % {"when": when}
    return when
