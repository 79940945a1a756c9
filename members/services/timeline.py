"""Read and add timeline entries."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from accounts.models import User
from core.history import MAX_NAME_LENGTH
from members.models import (
    KINDS_INTERNAL_BY_STAFF,
    PUBLIC_LABELS,
    AnswerFile,
    FocalPoint,
    Member,
    ReasonGiven,
    TimelineEntry,
    TimelineEntryQuerySet,
    TimelineKind,
)

# The organisation may read entries of these kinds, no matter who made the change.
PUBLIC_KINDS = PUBLIC_LABELS.keys() - KINDS_INTERNAL_BY_STAFF


def timeline_with_reasons(member: Member) -> TimelineEntryQuerySet:
    """Return the timeline of a member, with the reasons of each entry in their order."""
    return _with_reasons(member.timeline.all())


def timeline_with_files(entries: TimelineEntryQuerySet) -> TimelineEntryQuerySet:
    """Return entries of timelines with their reasons and files."""
    files = AnswerFile.objects.order_by("pk")
    return _with_reasons(entries).prefetch_related(Prefetch("files", files))


def read_timeline(member: Member) -> list[TimelineEntry]:
    """Return the timeline of a member, the latest first, with the details of what has them."""
    entries = list(member.timeline.order_by("-at", "-pk"))
    detailed = [entry for entry in entries if entry.has_details]
    reasons = Prefetch("reasons_given", ReasonGiven.objects.order_by("position"))
    prefetch_related_objects(
        detailed, reasons, Prefetch("files", AnswerFile.objects.order_by("pk"))
    )
    return entries


def add_entry(
    member: Member,
    kind: TimelineKind,
    *,
    by: User | FocalPoint | None,
    at: datetime,
    note: str = "",
    settles_at: datetime | None = None,
) -> TimelineEntry:
    """Add an entry to the timeline, with the person's current name.

    The organisation cannot read it before `settles_at`: until then it can be undone.
    """
    entry = new_entry(member, kind, by=by, at=at, note=note, settles_at=settles_at)
    entry.save()
    return entry


def new_entry(
    member: Member,
    kind: TimelineKind,
    *,
    by: User | FocalPoint | None,
    at: datetime,
    note: str = "",
    settles_at: datetime | None = None,
) -> TimelineEntry:
    """Return an entry of the timeline without storing it."""
    return TimelineEntry(
        member=member,
        kind=kind,
        at=at,
        **author_facts(by),
        is_public=isinstance(by, FocalPoint) or kind in PUBLIC_KINDS,
        note=note,
        settles_at=settles_at,
    )


def author_facts(by: User | FocalPoint | None, name: str = "") -> dict[str, Any]:
    """Return the columns of an entry of a timeline that say who made it.

    `name` is that of a person who is neither a colleague nor a focal point.
    """
    return {
        "by_user": by if isinstance(by, User) else None,
        "by_focal_point": by if isinstance(by, FocalPoint) else None,
        "by_name": str(by or name)[:MAX_NAME_LENGTH],
    }


def _with_reasons(entries: TimelineEntryQuerySet) -> TimelineEntryQuerySet:
    reasons = ReasonGiven.objects.order_by("position")
    return entries.prefetch_related(Prefetch("reasons_given", reasons))
