"""Two meetings become sittings of one, for different parts of the world, or stand alone again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from focus_areas.models import Meeting, MeetingStatus
from focus_areas.planning import (
    AlreadyCancelled,
    ChangedMeanwhile,
    DeletedMeanwhile,
    Refused,
    place_among_sittings,
)


class SittingOfItself(Refused):
    """A meeting was to be another sitting of itself."""

    def __init__(self) -> None:
        super().__init__(_("A meeting is no other sitting of itself. Choose another one."))


class AlreadyASitting(Refused):
    """The meeting has other sittings already."""

    def __init__(self) -> None:
        super().__init__(
            _("This meeting has other sittings already. Separate it from those first.")
        )


class NotASitting(Refused):
    """The meeting stands alone."""

    def __init__(self) -> None:
        super().__init__(_("This meeting has no other sittings."))


@transaction.atomic
def link_sittings(
    *,
    meeting: Meeting,
    other: Meeting,
    by: User | None,
    at: datetime,
    version: int | None = None,
) -> Meeting:
    """Make a meeting that stands alone another sitting of one that may have several.

    Raises SittingOfItself, AlreadyASitting, AlreadyCancelled, ChangedMeanwhile, DeletedMeanwhile.
    """
    if meeting.pk == other.pk:
        raise SittingOfItself
    _lock_together(meeting, other)
    for each in (meeting, other):
        if each.status == MeetingStatus.CANCELLED:
            raise AlreadyCancelled(each)
    if meeting.sitting_of_id or meeting.sittings.exists():
        raise AlreadyASitting
    _check_version(meeting, version)

    return place_among_sittings(meeting=meeting, sitting_of=other.sitting_of or other, by=by, at=at)


@transaction.atomic
def separate_sitting(
    *, meeting: Meeting, by: User | None, at: datetime, version: int | None = None
) -> Meeting:
    """Let a meeting stand alone again; the others stay sittings of one another.

    Raises NotASitting, ChangedMeanwhile, DeletedMeanwhile.
    """
    _lock_together(meeting)
    others = list(meeting.sittings.order_by("starts_at", "pk"))
    if not (meeting.sitting_of_id or others):
        raise NotASitting
    _check_version(meeting, version)

    # The next takes the place of the first; it stands alone where it is the last.
    for number, other in enumerate(others):
        place_among_sittings(meeting=other, sitting_of=others[0] if number else None, by=by, at=at)
    return place_among_sittings(meeting=meeting, sitting_of=None, by=by, at=at)


def _lock_together(*meetings: Meeting) -> None:
    """Lock some meetings and all their sittings until the transaction ends."""
    locked: set[int] | None = None
    together = _together(meetings)
    while together != locked:
        # In one order, whoever comes; once more where others came to them meanwhile.
        rows = Meeting.objects.filter(pk__in=together).order_by("pk").select_for_update()
        list(rows.values_list("pk"))
        locked, together = together, _together(meetings)
    for meeting in meetings:
        try:
            meeting.refresh_from_db()
        except Meeting.DoesNotExist as deleted:
            raise DeletedMeanwhile from deleted


def _together(meetings: tuple[Meeting, ...]) -> set[int]:
    keys = {meeting.pk for meeting in meetings}
    firsts = Meeting.objects.filter(pk__in=keys).values_list("sitting_of", flat=True)
    among = {*keys, *(first for first in firsts if first)}
    found = Meeting.objects.filter(Q(pk__in=among) | Q(sitting_of__in=among))
    return set(found.values_list("pk", flat=True))


def _check_version(meeting: Meeting, version: int | None) -> None:
    if version is not None and meeting.version != version:
        raise ChangedMeanwhile(meeting, version)
