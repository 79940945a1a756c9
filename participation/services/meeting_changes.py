"""What changed about a meeting since its participants were last told, and when they are told.

A changed meeting waits until no meeting of its area was edited for ten minutes. If colleagues go on
editing, it waits for an hour at most, counted from its first change. A meeting that begins within a
day waits for less, and only for its own edits.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q

from meetings.models import Meeting, MeetingQuerySet, MeetingStatus
from participation.models import Announcement
from participation.services.invited import members_at, memberships


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


TIME_FIELDS: Final = ("starts_at", "ends_at", "time_zone", "is_all_day")


class NoticeKind(Enum):
    """What happened to a meeting, from the reader's point of view."""

    PLANNED = "planned"
    MOVED = "moved"
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    PUT_BACK = "put back"
    LEFT = "left"
    CANCELLED = "cancelled"


# The reader need not come to the meeting that they know.
GONE: Final = (NoticeKind.CANCELLED, NoticeKind.LEFT)


@dataclass(frozen=True)
class MeetingChange:
    """One meeting with its last announcement, if there is one, and the reason for the change."""

    meeting: Meeting
    told: Announcement | None
    reason: str = ""
    is_urgent: bool = False
    # The pks of the members who are invited, and who were told; None if it is for all of its group.
    members: frozenset[int] | None = None
    told_members: frozenset[int] | None = None

    @property
    def begins_at(self) -> datetime:
        """The announced or the current start, whichever is earlier."""
        return min(each.starts_at for each in (self.told, self.meeting) if each)

    @property
    def first_sitting(self) -> int:
        """The key of the first sitting of the meeting, which is often the meeting itself."""
        return self.meeting.sitting_of_id or self.meeting.pk

    @property
    def is_confirmed(self) -> bool:
        """Whether the time was announced as to be confirmed, and is confirmed now."""
        return bool(self.told and self.told.is_tentative) and not self.meeting.is_tentative

    @property
    def has_new_title(self) -> bool:
        """Whether the title differs from the announced one, if that is known."""
        told = self.told
        return told is not None and told.title not in ("", self.meeting.title)

    @property
    def has_new_joining(self) -> bool:
        """Whether it can be joined online now and could not before, or the reverse.

        Another room changes nothing for participants: the address to join leads to it.
        """
        told = self.told
        return told is not None and bool(told.join_link) != bool(self.meeting.join_link)

    def to(
        self, areas: Iterable[int | None], members: frozenset[int] | None = None
    ) -> NoticeKind | None:
        """Return the kind of notice for a reader in these areas, or None if nothing changed.

        `members` are the pks of the reader's organisations; without them, anybody of the areas.
        """
        told, meeting, areas = self.told, self.meeting, set(areas)
        knew = told is not None and told.focus_area_id in {None, *areas}
        knew = knew and _is_among(members, self.told_members)
        had = knew and told is not None and told.status == MeetingStatus.SCHEDULED
        is_theirs = meeting.focus_area_id in {None, *areas}
        is_theirs = is_theirs and _is_among(members, self.members)
        has = is_theirs and meeting.status == MeetingStatus.SCHEDULED
        if had and not has:
            return (
                NoticeKind.CANCELLED
                if meeting.status == MeetingStatus.CANCELLED
                else NoticeKind.LEFT
            )
        if has and not had:
            return NoticeKind.PUT_BACK if knew else NoticeKind.PLANNED
        if not has or told is None:
            return None
        if any(getattr(told, name) != getattr(meeting, name) for name in TIME_FIELDS):
            return NoticeKind.MOVED
        if self.has_new_title or told.place != meeting.place or self.has_new_joining:
            return NoticeKind.CHANGED
        return NoticeKind.CONFIRMED if self.is_confirmed else None

    def is_told(self, at: datetime) -> bool:
        """Return whether any reader is told of the change, because they can still attend."""
        if self.members != self.told_members and self.meeting.ends_at > at:
            return True
        areas = {each.focus_area_id for each in (self.told, self.meeting) if each}
        kinds = [kind for kind in (self.to({area}) for area in areas) if kind]
        return any(self.timed(kind).ends_at > at for kind in kinds)

    def timed(self, what: NoticeKind) -> Meeting | Announcement:
        """Return the facts that a reader goes by: for a meeting that is gone, the announced ones.

        The notice expires with their end.
        """
        return self.told if what in GONE and self.told else self.meeting


def _is_among(members: frozenset[int] | None, invited: frozenset[int] | None) -> bool:
    return members is None or invited is None or bool(members & invited)


def with_parts(changes: Sequence[MeetingChange]) -> list[MeetingChange]:
    """Return changes with the members of the parts that their meetings are and were for.

    Only if there are parts, this takes one query.
    """
    parts = {each.meeting.part_id for each in changes}
    parts |= {each.told.part_id for each in changes if each.told}
    rows = memberships(part for part in parts if part)
    return [
        replace(
            each,
            members=members_at(rows[each.meeting.part_id], each.meeting.ends_at)
            if each.meeting.part_id
            else None,
            told_members=members_at(rows[each.told.part_id], each.told.announced_at)
            if each.told and each.told.part_id
            else None,
        )
        for each in changes
    ]


@dataclass(frozen=True)
class ChangedMeeting:
    """A meeting that is to be compared with its announcement, as it was found."""

    pk: int
    version: int
    changed_at: datetime
    # The areas whose members may be concerned; None is the whole coalition.
    areas: frozenset[int | None]
    # The version that was announced; 0 if it was never announced.
    told_version: int
    wait: NoticeWait


def is_cancellation_told(meeting: Meeting) -> bool:
    """Return whether participants were told that a meeting is cancelled.

    Within the quiet period after the cancellation they were not, and it can be undone unnoticed.
    """
    return Announcement.objects.filter(meeting=meeting, status=MeetingStatus.CANCELLED).exists()


def unannounced_meetings(at: datetime) -> MeetingQuerySet:
    """Return the upcoming meetings that changed since they were last compared."""
    told_before = Q(announcement__isnull=False) & Q(announcement__version=F("version"))
    on_the_calendar = Meeting.objects.scheduled_or_cancelled().upcoming(at)
    return on_the_calendar.exclude(told_before)


def settled_meetings(at: datetime) -> list[ChangedMeeting]:
    """Return the changed meetings whose participants are told now.

    The urgent ones come first, then the longest unchanged.
    """
    changed = _changed_meetings(at)
    edited = [each for each in changed if each.changed_at > at - each.wait.quiet_period]
    if not edited:
        return changed
    busy = {area for each in edited if not each.wait.is_urgent for area in each.areas}
    waiting = [
        each
        for each in changed
        if each in edited or (not each.wait.is_urgent and each.areas & busy)
    ]
    first_changes = _first_changes(waiting)
    overdue = {
        each.pk for each in waiting if first_changes.get(each.pk, at) <= at - each.wait.longest
    }
    # The others of an area go with one that has waited for the longest time, in the same mail.
    waited = {
        area
        for each in waiting
        if each.pk in overdue and not each.wait.is_urgent
        for area in each.areas
    }
    return [
        each
        for each in changed
        if each.pk in overdue or each not in waiting or (each not in edited and each.areas & waited)
    ]


def _changed_meetings(at: datetime) -> list[ChangedMeeting]:
    """Return the meetings that changed, the urgent ones first, then the longest unchanged."""
    rows = unannounced_meetings(at).order_by("changed_at", "pk")
    columns = ("pk", "version", "changed_at", "focus_area", "starts_at")
    told_columns = ("version", "focus_area", "starts_at")
    changed = [
        ChangedMeeting(
            pk=pk,
            version=version,
            changed_at=changed_at,
            areas=frozenset({area, told_area} if told_version else {area}),
            told_version=told_version or 0,
            wait=wait_before(min(starts_at, told_starts_at or starts_at), at=at),
        )
        for (
            pk,
            version,
            changed_at,
            area,
            starts_at,
            told_version,
            told_area,
            told_starts_at,
        ) in rows.values_list(*columns, *(f"announcement__{name}" for name in told_columns))
    ]
    return sorted(changed, key=lambda each: not each.wait.is_urgent)


def _first_changes(changed: Sequence[ChangedMeeting]) -> dict[int, datetime]:
    """Return when each meeting was first changed since its announcement, by pk, in one query."""
    history: Any = Meeting
    told = {each.pk: each.told_version for each in changed}
    versions = history.history.filter(id__in=told).exclude(status=MeetingStatus.DRAFT)
    found: dict[int, datetime] = {}
    for pk, version, changed_at in versions.order_by("history_id").values_list(
        "id", "version", "history_date"
    ):
        if version > told[pk]:
            found.setdefault(pk, changed_at)
    return found


def meeting_changes(changed: Sequence[ChangedMeeting]) -> list[MeetingChange]:
    """Lock these meetings and compare them with their announcements.

    Those that another run has compared meanwhile are left out. If a colleague has changed one of
    them meanwhile, only the other urgent ones are returned: the next run decides about the rest.
    """
    pks = [each.pk for each in changed]
    locked = Meeting.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    meetings = list(locked.select_related("focus_area", "sitting_of", "series").filter(pk__in=pks))
    announced = Announcement.objects.select_related("focus_area").filter(meeting__in=pks)
    told = {each.meeting_id: each for each in announced.order_by("pk")}
    found = {each.pk: each for each in changed}
    is_urgent = {each.pk: each.wait.is_urgent for each in changed}
    unchanged = [each for each in meetings if each.version == found[each.pk].version]
    if len(unchanged) < len(meetings):
        unchanged = [meeting for meeting in unchanged if is_urgent[meeting.pk]]
    reasons = _reasons(changed)
    found_changes = [
        MeetingChange(
            meeting, told.get(meeting.pk), reasons.get(meeting.pk, ""), is_urgent[meeting.pk]
        )
        for meeting in unchanged
        if meeting.pk not in told or told[meeting.pk].version != meeting.version
    ]
    return with_parts(found_changes)


def _reasons(changed: Sequence[ChangedMeeting]) -> dict[int, str]:
    """Return the latest reason for a change since each announcement, by pk, in one query.

    The reason of a cancellation that was undone meanwhile is not told.
    """
    history: Any = Meeting
    told = {each.pk: each.told_version for each in changed}
    is_on = Meeting.objects.filter(pk=OuterRef("id"), status=MeetingStatus.SCHEDULED)
    undone = Q(status=MeetingStatus.CANCELLED) & Exists(is_on)
    versions = history.history.filter(id__in=told).exclude(reason="").exclude(undone)
    rows = versions.order_by("history_id").values_list("id", "version", "reason")
    return {pk: reason for pk, version, reason in rows if version > told[pk]}


def by_meeting(
    changes: Iterable[tuple[MeetingChange, NoticeKind]],
) -> list[list[tuple[MeetingChange, NoticeKind]]]:
    """Group changes by meeting, over all of its sittings, in the order of time.

    The meetings of which something is cancelled come first.
    """
    sections: dict[int, list[tuple[MeetingChange, NoticeKind]]] = defaultdict(list)
    for change, what in sorted(changes, key=lambda each: each[0].timed(each[1]).starts_at):
        sections[change.first_sitting].append((change, what))
    return sorted(sections.values(), key=lambda section: not is_cancelled(section))


def is_cancelled(section: Iterable[tuple[MeetingChange, NoticeKind]]) -> bool:
    """Return whether a sitting of a meeting is cancelled for the reader."""
    return any(what is NoticeKind.CANCELLED for _change, what in section)
