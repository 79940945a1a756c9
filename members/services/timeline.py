"""What happened to a member, written down once and for all."""

from datetime import datetime

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from members.models import (
    KINDS_INTERNAL_BY_STAFF,
    PUBLIC_LABELS,
    FocalPoint,
    Member,
    ReasonGiven,
    TimelineEntry,
    TimelineKind,
)

# What the organisation may read of its own file, whoever did it.
PUBLIC_KINDS = PUBLIC_LABELS.keys() - KINDS_INTERNAL_BY_STAFF


def timeline_with_reasons(member: Member) -> QuerySet[TimelineEntry]:
    """Return what happened to a member, each entry with the reasons given, in their order."""
    reasons = ReasonGiven.objects.order_by("position")
    return member.timeline.prefetch_related(Prefetch("reasons_given", reasons))


def add_entry(
    member: Member,
    kind: TimelineKind,
    *,
    by: User | FocalPoint | None,
    at: datetime,
    note: str = "",
) -> TimelineEntry:
    """Write down one thing that happened, with the name of the person as it is now."""
    return TimelineEntry.objects.create(
        member=member,
        kind=kind,
        at=at,
        by_user=by if isinstance(by, User) else None,
        by_focal_point=by if isinstance(by, FocalPoint) else None,
        by_name=str(by or ""),
        is_public=isinstance(by, FocalPoint) or kind in PUBLIC_KINDS,
        note=note,
    )
