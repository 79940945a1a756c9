"""Who is invited to a meeting, and whether they are asked. All code that needs this reads it here.

A meeting is for a working group or for the whole coalition, or for a part of it: then the members
of the part are invited who belonged to it when the meeting ended.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from focus_areas.models import DEFAULT_ANSWER_WEEKS
from meetings.models import Meeting, MeetingKind, MeetingStatus
from members.models import FocalPoint
from participation.models import PartMember

# Members of a part with the time from and until which they belong to it.
Membership = tuple[int, datetime, datetime | None]


def is_invited(meeting: Meeting, focal_point: FocalPoint) -> bool:
    """Return whether a focal point is invited: by a meeting of their group or the coalition.

    A meeting for a part costs a query, unless `load_parts()` has read it.
    """
    if meeting.status == MeetingStatus.DRAFT:
        return False
    if meeting.focus_area_id not in (None, focal_point.member.focus_area_id):
        return False
    return meeting.part_id is None or focal_point.member_id in part_members(meeting)


def part_members(meeting: Meeting) -> frozenset[int]:
    """Return the pks of the members of the part that a meeting is for."""
    found: tuple[int | None, frozenset[int]] | None = getattr(meeting, "loaded_part", None)
    if found is None or found[0] != meeting.part_id:
        load_parts([meeting])
        found = meeting.loaded_part  # type: ignore[attr-defined]
    return found[1] if found else frozenset()


def load_parts(meetings: Iterable[Meeting]) -> None:
    """Read who belongs to the parts that some meetings are for, in one query if there are any."""
    of_parts = [meeting for meeting in meetings if meeting.part_id]
    rows = memberships({meeting.part_id for meeting in of_parts if meeting.part_id})
    for meeting in of_parts:
        theirs = rows.get(meeting.part_id or 0, [])
        set_part(meeting, members_at(theirs, meeting.ends_at))


def set_part(meeting: Meeting, members: frozenset[int]) -> None:
    """Note on the instance of a meeting who belongs to its part."""
    meeting.loaded_part = (meeting.part_id, members)  # type: ignore[attr-defined]


def memberships(parts: Iterable[int]) -> Mapping[int, list[Membership]]:
    """Return who belonged to some parts, and when, by pk of the part; no query without parts."""
    found: dict[int, list[Membership]] = defaultdict(list)
    parts = set(parts)
    if parts:
        rows = PartMember.objects.filter(part__in=parts).order_by("pk")
        for part, *membership in rows.values_list("part", "member", "added_at", "removed_at"):
            found[part].append(tuple(membership))  # type: ignore[arg-type]
    return found


def members_at(rows: Iterable[Membership], at: datetime) -> frozenset[int]:
    """Return the pks of those who belonged to a part at a time."""
    return frozenset(
        member for member, since, until in rows if since <= at and (until is None or until > at)
    )


def is_of_its_part() -> Exists:
    """Return whether the member of a focal point belongs to the part of an outer meeting now."""
    rows = PartMember.objects.filter(part=OuterRef("meeting__part"), removed_at=None)
    return Exists(rows.filter(member=OuterRef("focal_point__member")))


def for_everybody_or(members: Iterable[int], *, path: str = "") -> Q:
    """Return the condition that a meeting is for everybody, or for a part with these members."""
    rows = PartMember.objects.filter(part=OuterRef(f"{path}part"), removed_at=None)
    return Q(**{f"{path}part": None}) | Q(Exists(rows.filter(member__in=list(members))))


def is_open_for_rsvp(meeting: Meeting, *, at: datetime) -> bool:
    """Return whether invited people can still answer."""
    return (
        meeting.status == MeetingStatus.SCHEDULED
        and meeting.kind != MeetingKind.DEADLINE
        and meeting.ends_at > at
    )


def is_asked(meeting: Meeting, *, at: datetime) -> bool:
    """Return whether a meeting begins so soon that people are asked whether they attend."""
    area = meeting.focus_area
    weeks = area.answer_weeks if area else DEFAULT_ANSWER_WEEKS
    return meeting.starts_at <= at + timedelta(weeks=weeks)
