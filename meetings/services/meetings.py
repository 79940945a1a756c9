"""Service functions for meetings. No other code changes a meeting.

A meeting is drafted, scheduled by an explicit action, changed or moved, and cancelled; what was
cancelled by mistake is put back. Only a draft can be deleted: people with a meeting in their
calendar must learn what happened to it.
"""

from datetime import date, datetime, time
from typing import Any, TypedDict, Unpack
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict, NothingChanged, Refused, check_version, lock, save_next_version
from core.dates import GENEVA, all_day_range, format_date, format_datetime
from core.history import set_history_actor
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus, Part, Series
from meetings.services.meeting_times import first_day, last_day

# If one of these changes, calendar programs replace their copy (RFC 5545, section 3.8.7.4).
SEQUENCE_FIELDS = {
    # The programs of those who are no longer invited get a cancellation.
    "focus_area",
    "part",
    "starts_at",
    "ends_at",
    "time_zone",
    "is_all_day",
    "title",
    "place",
}


class MeetingFacts(TypedDict, total=False):
    """The fields of a meeting that staff can set; a missing key leaves the field unchanged."""

    focus_area: FocusArea | None
    part: Part | None
    kind: str
    title: str
    language: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    is_all_day: bool
    is_tentative: bool
    is_public: bool
    is_join_public: bool
    place: str
    join_link: str
    agenda: str
    recording_link: str
    is_recording_public: bool


class OccurrenceFacts(MeetingFacts, total=False):
    """Additional fields for an occurrence of a series and for a sitting.

    If the local time is missing, it is computed from the start.
    """

    series: Series | None
    occurrence: date | None
    sitting_of: Meeting | None
    local_day: date
    local_time: time | None


# A change of one of these changes the local time.
LOCAL_TIME_FIELDS = {"starts_at", "time_zone", "is_all_day"}


class MeetingConflict(Conflict):
    """The meeting changed after the person opened it; `version` is the current version."""

    def __init__(self, meeting: Meeting) -> None:
        self.version = meeting.version
        super().__init__(
            _(
                "%(name)s changed this meeting on %(when)s, after you opened it. Your changes were "
                "not saved."
            )
            % latest_change(meeting)
        )


class MeetingDeleted(Refused):
    """The meeting was a draft and was deleted."""

    def __init__(self) -> None:
        super().__init__(
            _("A colleague has deleted this draft in the meantime. Nothing was changed.")
        )


class AlreadyScheduled(Refused):
    """The meeting is not a draft any more."""

    def __init__(self) -> None:
        super().__init__(_("This meeting is already scheduled."))


class AlreadyCancelled(Refused):
    """The meeting is cancelled and cannot be changed until it is put back."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(
            _("%(name)s cancelled this meeting on %(when)s. Put it back before you change it.")
            % latest_change(meeting)
        )


class NotScheduled(Refused):
    """The meeting is still a draft, so nobody was notified of it."""

    def __init__(self) -> None:
        super().__init__(
            _("This meeting is a draft. Nobody was notified of it, so there is nothing to cancel.")
        )


class NotCancelled(Refused):
    """The meeting takes place, or is still a draft."""

    def __init__(self) -> None:
        super().__init__(_("This meeting is not cancelled, so there is nothing to put back."))


def ends_before_it_starts() -> Refused:
    """Return the refusal of an end that is not after the start."""
    return Refused(_("The end must be after the start."), code="ends_before_it_starts")


@transaction.atomic
def draft_meeting(*, by: User | None, at: datetime, **facts: Unpack[OccurrenceFacts]) -> Meeting:
    """Create a draft, which only staff see until it is scheduled.

    Raises Refused (ends_before_it_starts, not_all_day, recording_not_publishable,
    joining_not_public, part_of_another_group).
    """
    meeting = Meeting(**facts, changed_at=at)
    validate_times(meeting)
    _validate_publication(meeting)
    _validate_part(meeting)
    if "local_day" not in facts:
        _note_the_clocks(meeting)

    set_history_actor(meeting, by, at)
    meeting.save()
    return meeting


@transaction.atomic
def schedule_meeting(
    *, meeting: Meeting, by: User | None, at: datetime, version: int | None = None
) -> Meeting:
    """Show a draft to the working group, and to everybody if it is public.

    Raises MeetingDeleted, MeetingConflict, AlreadyScheduled, AlreadyCancelled.
    """
    _lock_draft(meeting, version)
    meeting.status = MeetingStatus.SCHEDULED
    save_meeting(meeting, "status", by=by, at=at)
    return meeting


@transaction.atomic
def change_meeting(
    *,
    meeting: Meeting,
    by: User | None,
    at: datetime,
    version: int | None = None,
    reason: str = "",
    **facts: Unpack[OccurrenceFacts],
) -> Meeting:
    """Change the fields of a meeting; its `uid` stays the same.

    `reason` is told to everybody who is invited; without a change it is not saved.
    If the meeting is scheduled, a new area, time, time zone, title or place increases `sequence`,
    and so does a first room or the removal of the room. Another room does not: calendars have the
    portal's address to join, which stays.
    Raises MeetingDeleted, MeetingConflict, AlreadyCancelled, NothingChanged, and Refused
    (ends_before_it_starts, not_all_day, recording_not_publishable, joining_not_public,
    part_of_another_group).
    """
    lock_to_change(meeting, version)
    changed = [name for name, value in facts.items() if getattr(meeting, name) != value]
    if not changed:
        raise NothingChanged

    had_room = bool(meeting.join_link)
    for name in changed:
        setattr(meeting, name, facts[name])  # type: ignore[literal-required]
    validate_times(meeting)
    _validate_publication(meeting)
    _validate_part(meeting)
    if "local_day" not in facts and LOCAL_TIME_FIELDS.intersection(changed):
        _note_the_clocks(meeting)
    is_in_calendars = SEQUENCE_FIELDS.intersection(changed) or had_room != bool(meeting.join_link)
    if meeting.status == MeetingStatus.SCHEDULED and is_in_calendars:
        meeting.sequence += 1
    save_meeting(
        meeting, *changed, "local_day", "local_time", "sequence", by=by, at=at, reason=reason
    )
    return meeting


def move_meeting(
    *,
    meeting: Meeting,
    starts_at: datetime,
    ends_at: datetime,
    by: User | None,
    at: datetime,
    version: int | None = None,
    reason: str = "",
) -> Meeting:
    """Move a meeting to another time. Its time zone and `is_all_day` do not change.

    Raises MeetingConflict, AlreadyCancelled, NothingChanged, and Refused (ends_before_it_starts,
    not_all_day).
    """
    return change_meeting(
        meeting=meeting,
        by=by,
        at=at,
        version=version,
        reason=reason,
        starts_at=starts_at,
        ends_at=ends_at,
    )


@transaction.atomic
def cancel_meeting(
    *,
    meeting: Meeting,
    by: User | None,
    at: datetime,
    version: int | None = None,
    reason: str = "",
) -> Meeting:
    """Cancel a scheduled meeting. It stays on the calendar, marked as cancelled.

    `reason` is told to everybody who is invited.
    Raises MeetingDeleted, MeetingConflict, AlreadyCancelled, NotScheduled.
    """
    _lock(meeting)
    if meeting.status == MeetingStatus.CANCELLED:
        raise AlreadyCancelled(meeting)
    if meeting.status == MeetingStatus.DRAFT:
        raise NotScheduled
    check_version(meeting, version, MeetingConflict)

    meeting.status = MeetingStatus.CANCELLED
    meeting.sequence += 1
    save_meeting(meeting, "status", "sequence", by=by, at=at, reason=reason)
    return meeting


@transaction.atomic
def put_back_meeting(
    *, meeting: Meeting, by: User | None, at: datetime, version: int | None = None
) -> Meeting:
    """Take a cancellation back: the meeting is scheduled again, with its papers and RSVPs.

    `sequence` increases again, because calendar programs may have the cancellation already.
    Raises MeetingDeleted, MeetingConflict, NotCancelled, and Refused (already_over).
    """
    _lock(meeting)
    if meeting.status != MeetingStatus.CANCELLED:
        raise NotCancelled
    check_version(meeting, version, MeetingConflict)
    if meeting.ends_at <= at:
        raise Refused(
            _("The time of this meeting has passed. Plan a new one instead."), code="already_over"
        )

    meeting.status = MeetingStatus.SCHEDULED
    meeting.sequence += 1
    save_meeting(meeting, "status", "sequence", by=by, at=at)
    return meeting


@transaction.atomic
def delete_draft(
    *, meeting: Meeting, by: User | None, at: datetime, version: int | None = None
) -> Meeting:
    """Delete a draft, which is in no calendar; its history stays.

    Raises MeetingDeleted, MeetingConflict, AlreadyScheduled, AlreadyCancelled, and Refused
    (draft_in_use).
    """
    _lock_draft(meeting, version)
    set_history_actor(meeting, by, at)
    try:
        meeting.delete()
    except ProtectedError as rows:
        raise Refused(
            _(
                "The draft of %(day)s has papers or another sitting, or was proposed by a member, "
                "so it cannot be deleted. Schedule it first: it is then cancelled instead."
            )
            % {"day": format_date(meeting.local_day)},
            code="draft_in_use",
        ) from rows
    return meeting


@transaction.atomic
def set_series(
    *,
    meeting: Meeting,
    series: Series | None,
    occurrence: date | None,
    by: User | None,
    at: datetime,
) -> Meeting:
    """Set the series of a meeting and its day in the series, also if it is cancelled.

    Only for changes of a whole series. It changes nothing that people were notified of.
    """
    _lock(meeting)
    meeting.series, meeting.occurrence = series, occurrence
    save_meeting(meeting, "series", "occurrence", by=by, at=at, reason=meeting.reason)
    return meeting


@transaction.atomic
def set_sitting_of(
    *, meeting: Meeting, sitting_of: Meeting | None, by: User | None, at: datetime
) -> Meeting:
    """Set the meeting that this one is another sitting of, also if it is cancelled.

    Only for linking sittings. The caller ensures that the other meeting is a first sitting.
    """
    _lock(meeting)
    meeting.sitting_of = sitting_of
    save_meeting(meeting, "sitting_of", by=by, at=at, reason=meeting.reason)
    return meeting


@transaction.atomic
def note_other_people(*, meeting: Meeting, by: User | None, at: datetime) -> Meeting:
    """Note that other people belong to the part that a meeting is for, also if it is cancelled.

    Only for changes of a part. The programs of those who leave get a cancellation.
    """
    _lock(meeting)
    meeting.sequence += 1
    save_meeting(meeting, "sequence", by=by, at=at, reason=meeting.reason)
    return meeting


def _lock(meeting: Meeting) -> None:
    """Refresh a meeting and lock its row until the transaction ends.

    Raises MeetingDeleted.
    """
    try:
        lock(meeting)
    except Meeting.DoesNotExist as deleted:
        raise MeetingDeleted from deleted


def lock_to_change(meeting: Meeting, version: int | None) -> None:
    """Lock a meeting that the person has read, to change it.

    Raises MeetingDeleted, MeetingConflict, AlreadyCancelled.
    """
    _lock(meeting)
    if meeting.status == MeetingStatus.CANCELLED:
        raise AlreadyCancelled(meeting)
    check_version(meeting, version, MeetingConflict)


def _lock_draft(meeting: Meeting, version: int | None) -> None:
    """Lock a draft that the person has read.

    Raises MeetingDeleted, MeetingConflict, AlreadyScheduled, AlreadyCancelled.
    """
    _lock(meeting)
    if meeting.status == MeetingStatus.CANCELLED:
        raise AlreadyCancelled(meeting)
    if meeting.status == MeetingStatus.SCHEDULED:
        raise AlreadyScheduled
    check_version(meeting, version, MeetingConflict)


def latest_change(meeting: Meeting | Part) -> dict[str, str]:
    """Return who made the last change of a row, and when, as values for a message."""
    # Ordered by ID, because the clocks of servers may differ.
    history: Any = meeting
    latest = history.history.latest("history_id")
    return {
        "name": latest.history_by_name or _("The portal"),
        "when": format_datetime(latest.history_date, GENEVA),
    }


def validate_times(meeting: Meeting) -> None:
    """Check the times of a meeting against each other and against its time zone.

    Raises Refused (ends_before_it_starts, not_all_day).
    """
    if meeting.ends_at <= meeting.starts_at:
        raise ends_before_it_starts()
    days = all_day_range(first_day(meeting), last_day(meeting), meeting.time_zone)
    if meeting.is_all_day and (meeting.starts_at, meeting.ends_at) != days:
        raise Refused(
            _("All-day meetings begin and end at midnight in the time zone of the meeting."),
            code="not_all_day",
        )


def _validate_publication(meeting: Meeting) -> None:
    is_publishable = meeting.is_public and meeting.recording_link
    if meeting.is_recording_public and not is_publishable:
        raise Refused(
            _("A recording can be public only if the meeting is public and has a link to it."),
            code="recording_not_publishable",
        )
    if meeting.is_join_public and not meeting.is_public:
        raise Refused(_("Everybody can join only a public meeting."), code="joining_not_public")


def _validate_part(meeting: Meeting) -> None:
    if meeting.part and meeting.part.focus_area_id != meeting.focus_area_id:
        raise Refused(
            _("This part belongs to another group. Choose one of the group of the meeting."),
            code="part_of_another_group",
        )


def _note_the_clocks(meeting: Meeting) -> None:
    """Set the local day and time from the start of a meeting."""
    local = meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone))
    meeting.local_day = local.date()
    meeting.local_time = None if meeting.is_all_day else local.time()


def save_meeting(
    meeting: Meeting, *fields: str, by: User | None, at: datetime, reason: str = ""
) -> None:
    """Save some fields of a locked meeting as a new version, with `by` in its history."""
    meeting.changed_at, meeting.reason = at, reason
    save_next_version(meeting, *fields, "changed_at", "reason", by=by, at=at)
