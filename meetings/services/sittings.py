"""Sittings of one meeting for different parts of the world: link, separate, show as text.

A feed names only sittings that it contains, so that its ETag changes with them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, check_version, lock_rows
from meetings.models import Meeting, MeetingStatus
from meetings.services.hours import worst_hour_kind
from meetings.services.meeting_times import meeting_in_words
from meetings.services.meetings import (
    AlreadyCancelled,
    MeetingConflict,
    MeetingDeleted,
    set_sitting_of,
)

# The sittings of each meeting that has several, by the primary key of the first.
Groups = Mapping[int, Sequence[Meeting]]


def sittings_by_meeting(meetings: Iterable[Meeting]) -> Groups:
    """Group meetings that are sittings of the same meeting, in the given order."""
    groups: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        groups[meeting.sitting_of_id or meeting.pk].append(meeting)
    return groups


def sittings_on_the_calendar(meetings: Iterable[Meeting]) -> Groups:
    """Return all sittings of these meetings, with their areas, by time, in one query."""
    firsts = {meeting.sitting_of_id or meeting.pk for meeting in meetings}
    found = Meeting.objects.scheduled_or_cancelled().filter(
        Q(pk__in=firsts) | Q(sitting_of__in=firsts)
    )
    return sittings_by_meeting(found.for_a_feed())


def daytime_first(sittings: Iterable[Meeting], zone: str) -> list[Meeting]:
    """Return sittings in the order in which they suit a reader in a time zone.

    Working hours come first, then other hours at which people are awake; see hours.py. Of two that
    suit equally, the earlier one comes first. Whole days suit everybody.
    """

    def hours(sitting: Meeting) -> int:
        if sitting.is_all_day:
            return 0
        return worst_hour_kind(sitting.starts_at, sitting.ends_at, zone)

    return sorted(sittings, key=lambda each: (hours(each), each.starts_at, each.pk))


def other_sittings(meeting: Meeting, groups: Groups) -> list[Meeting]:
    """Return the other sittings of a meeting from groups of meetings."""
    together = groups.get(meeting.sitting_of_id or meeting.pk, ())
    return [other for other in together if other.pk != meeting.pk]


def sittings_in_words(others: Sequence[Meeting]) -> list[str]:
    """Return when the other sittings are, as text, each in its own time zone and in UTC."""
    if not others:
        return []
    words = _("The other sitting: %(when)s") if len(others) == 1 else _("Another sitting: %(when)s")
    return [words % {"when": _when(other)} for other in others]


def _when(meeting: Meeting) -> str:
    when = " · ".join(meeting_in_words(meeting, [meeting.time_zone, "UTC"]))
    if meeting.status == MeetingStatus.CANCELLED:
        return _("%(when)s (cancelled)") % {"when": when}
    return when


class AlreadyASitting(Refused):
    """The meeting already has other sittings."""

    def __init__(self) -> None:
        super().__init__(_("This meeting already has other sittings. Unlink it from them first."))


@transaction.atomic
def link_sittings(
    *,
    meeting: Meeting,
    other: Meeting,
    by: User | None,
    at: datetime,
    version: int | None = None,
) -> Meeting:
    """Make a meeting without sittings another sitting of one that may have several.

    Raises AlreadyASitting, AlreadyCancelled, MeetingConflict, MeetingDeleted, and Refused
    (sitting_of_itself).
    """
    if meeting.pk == other.pk:
        raise Refused(
            _("A meeting cannot be another sitting of itself. Choose a different meeting."),
            code="sitting_of_itself",
        )
    lock_sittings(meeting, other)
    for each in (meeting, other):
        if each.status == MeetingStatus.CANCELLED:
            raise AlreadyCancelled(each)
    if meeting.sitting_of_id or meeting.sittings.exists():
        raise AlreadyASitting
    check_version(meeting, version, MeetingConflict)

    return set_sitting_of(meeting=meeting, sitting_of=other.sitting_of or other, by=by, at=at)


@transaction.atomic
def separate_sitting(
    *, meeting: Meeting, by: User | None, at: datetime, version: int | None = None
) -> Meeting:
    """Separate a meeting from its other sittings, which stay linked to each other.

    Raises MeetingConflict, MeetingDeleted, and Refused (not_a_sitting).
    """
    lock_sittings(meeting)
    others = list(meeting.sittings.order_by("starts_at", "pk"))
    if not (meeting.sitting_of_id or others):
        raise Refused(_("This meeting has no other sittings."), code="not_a_sitting")
    check_version(meeting, version, MeetingConflict)

    # The next sitting becomes the first. If it is the only one left, it has no sittings.
    for number, other in enumerate(others):
        set_sitting_of(meeting=other, sitting_of=others[0] if number else None, by=by, at=at)
    return set_sitting_of(meeting=meeting, sitting_of=None, by=by, at=at)


def lock_sittings(*meetings: Meeting) -> None:
    """Refresh some meetings, and lock them with all their sittings until the transaction ends.

    Raises MeetingDeleted.
    """
    locked: set[int] | None = None
    together = _together(meetings)
    while together != locked:
        # Locked again, in case other sittings were linked meanwhile.
        lock_rows(Meeting.objects.filter(pk__in=together))
        locked, together = together, _together(meetings)
    for meeting in meetings:
        try:
            meeting.refresh_from_db()
        except Meeting.DoesNotExist as deleted:
            raise MeetingDeleted from deleted


def _together(meetings: tuple[Meeting, ...]) -> set[int]:
    keys = {meeting.pk for meeting in meetings}
    firsts = Meeting.objects.filter(pk__in=keys).values_list("sitting_of", flat=True)
    among = {*keys, *(first for first in firsts if first)}
    found = Meeting.objects.filter(Q(pk__in=among) | Q(sitting_of__in=among))
    return set(found.values_list("pk", flat=True))
