"""Attendance: the only code that records who was at a meeting."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts.models import User
from core.conflicts import Conflict, NothingChanged, Refused, lock
from core.dates import GENEVA, format_datetime
from meetings.models import Meeting, MeetingKind, MeetingStatus
from members.models import FocalPoint
from members.services.countries import region_of
from participation.models import Attendance, Presence, RsvpChoice
from participation.services.chosen_sittings import OTHER_SITTING, reply_in_words
from participation.services.expected_attendees import expected_attendees

# The initial choice of the form, from the RSVP. All others are marked as absent.
PRESENCE_FROM_RSVP = {
    RsvpChoice.YES.value: Presence.ONSITE,
    RsvpChoice.REMOTE.value: Presence.REMOTE,
    OTHER_SITTING: Presence.ELSEWHERE,
}


class AttendanceConflict(Conflict):
    """A colleague recorded attendance after the person opened the page."""

    def __init__(self, latest: Any) -> None:
        super().__init__(
            _(
                "%(name)s recorded attendance on %(when)s, after you opened this page. Your "
                "changes were not saved."
            )
            % {
                "name": latest.history_by_name or _("The portal"),
                "when": format_datetime(latest.history_date, GENEVA),
            }
        )


@dataclass(frozen=True)
class AttendanceRow:
    """One invited person: their RSVP, and their attendance."""

    focal_point: FocalPoint
    # The name when attendance was recorded, otherwise the current one.
    name: str
    organisation_name: str
    choice: str
    attendance: Attendance | None
    # Whether they are recorded as having attended another sitting.
    was_elsewhere: bool = False

    @property
    def reply_in_words(self) -> str:
        """The RSVP as text; empty if there is none."""
        return reply_in_words(self.choice)

    @property
    def presence(self) -> str:
        """The recorded attendance, otherwise the one that follows from other sittings or RSVPs."""
        if self.attendance:
            return self.attendance.presence
        if self.was_elsewhere:
            return Presence.ELSEWHERE
        return PRESENCE_FROM_RSVP.get(self.choice, Presence.ABSENT)


def attendance_rows(meeting: Meeting) -> list[AttendanceRow]:
    """Return everybody who is invited to a meeting, or was invited and has attendance."""
    taken = {
        each.focal_point_id: each
        for each in Attendance.objects.filter(meeting=meeting)
        .select_related("focal_point__member", "recorded_by")
        .order_by("organisation_name", "pk")
    }
    others = Meeting.objects.other_sittings(meeting).order_by().values("pk")
    attended = Attendance.objects.filter(
        meeting__in=others, presence__in=[Presence.ONSITE, Presence.REMOTE]
    )
    elsewhere = set(attended.values_list("focal_point", flat=True))
    seats = [
        _seat(
            each.person,
            each.choice,
            taken.pop(each.person.pk, None),
            was_elsewhere=each.person.pk in elsewhere,
        )
        for each in expected_attendees(meeting)
    ]
    return seats + [_seat(each.focal_point, "", each) for each in taken.values()]


def presences_offered(meeting: Meeting, rows: list[AttendanceRow]) -> list[Presence]:
    """Return what can be recorded: "at another sitting" only if there is one, or was one."""
    is_elsewhere = any(row.presence == Presence.ELSEWHERE for row in rows)
    if is_elsewhere or Meeting.objects.other_sittings(meeting).exists():
        return list(Presence)
    return [each for each in Presence if each != Presence.ELSEWHERE]


@dataclass(frozen=True)
class AttendanceCounts:
    """How many people attended a meeting, by organisation and by region."""

    people: int
    # The names of the organisations and of the regions, each with a number of people.
    organisations: list[tuple[str, int]]
    regions: list[tuple[str, int]]


def attendance_counts(meeting: Meeting) -> AttendanceCounts | None:
    """Count who attended a meeting, in one query; None if nobody is recorded as present."""
    present = Attendance.objects.filter(
        meeting=meeting, presence__in=[Presence.ONSITE, Presence.REMOTE]
    ).values_list("organisation_name", "focal_point__member__country")
    rows = list(present.order_by("organisation_name", "pk"))
    if not rows:
        return None
    regions = Counter(region_of(country) for _name, country in rows)
    return AttendanceCounts(
        people=len(rows),
        organisations=list(Counter(name for name, _country in rows).items()),
        regions=[
            (str(region.label) if region else _("No ITU region"), number)
            for region, number in regions.most_common()
        ],
    )


def latest_change(meeting: Meeting) -> Any:
    """Return the latest history record of a meeting's attendance, or None."""
    history: Any = Attendance
    # Ordered by id, because the clocks of servers may differ.
    return history.history.filter(meeting_id=meeting.pk).order_by("history_id").last()


@transaction.atomic
def record_attendance(
    *, meeting: Meeting, presences: Mapping[int, Presence], seen: int, by: User, at: datetime
) -> int:
    """Record the attendance of everybody who was invited; return how many records changed.

    The keys of `presences` are pks of focal points. `seen` is the id of the latest history record
    that the page showed, or 0 for none.

    Raises AttendanceConflict, NothingChanged, and Refused (not_a_gathering, not_started,
    attendees_changed).
    """
    # The lock makes sure that if two people save concurrently, the second sees the conflict.
    lock(meeting)
    if meeting.status != MeetingStatus.SCHEDULED or meeting.kind == MeetingKind.DEADLINE:
        raise Refused(
            _("Attendance cannot be recorded for a draft, a deadline or a cancelled meeting."),
            code="not_a_gathering",
        )
    if meeting.starts_at > at:
        raise Refused(
            _("The meeting has not started. You can record attendance once it starts."),
            code="not_started",
        )
    latest = latest_change(meeting)
    if latest and latest.history_id != seen:
        raise AttendanceConflict(latest)
    seats = {seat.focal_point.pk: seat for seat in attendance_rows(meeting)}
    if seats.keys() != presences.keys():
        raise Refused(
            _(
                "The list of people invited to this meeting changed after you opened this page. "
                "Your changes were not saved. Check the list, then save again."
            ),
            code="attendees_changed",
        )

    new, changed = [], []
    for key, presence in presences.items():
        seat = seats[key]
        if seat.attendance is None:
            new.append(
                Attendance(
                    meeting=meeting,
                    focal_point=seat.focal_point,
                    name=seat.name,
                    organisation_name=seat.organisation_name,
                    presence=presence,
                    recorded_at=at,
                    recorded_by=by,
                )
            )
        elif seat.attendance.presence != presence:
            seat.attendance.presence = presence
            seat.attendance.recorded_at, seat.attendance.recorded_by = at, by
            changed.append(seat.attendance)
    if not new and not changed:
        raise NothingChanged
    bulk_create_with_history(new, Attendance, default_user=by, default_date=at)
    bulk_update_with_history(
        changed,
        Attendance,
        ["presence", "recorded_at", "recorded_by"],
        default_user=by,
        default_date=at,
    )
    return len(new) + len(changed)


def _seat(
    focal_point: FocalPoint,
    choice: str,
    attendance: Attendance | None,
    *,
    was_elsewhere: bool = False,
) -> AttendanceRow:
    return AttendanceRow(
        focal_point=focal_point,
        name=attendance.name if attendance else focal_point.full_name,
        organisation_name=(
            attendance.organisation_name if attendance else focal_point.member.organisation_name
        ),
        choice=choice,
        attendance=attendance,
        was_elsewhere=was_elsewhere,
    )
