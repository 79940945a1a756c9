"""What happened to a member, written down once and for all."""

from datetime import datetime

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from members.models import FocalPoint, Member, ReasonGiven, TimelineEntry, TimelineKind

# What the organisation may read of its own file, notes included; and what its people did.
PUBLIC_KINDS = frozenset(
    {
        TimelineKind.RECEIVED,
        TimelineKind.INFORMATION_REQUESTED,
        TimelineKind.ANSWERED,
        TimelineKind.ADMITTED,
        TimelineKind.MOVED,
        TimelineKind.DECLINED,
        TimelineKind.ROLE_TRANSFER_ENDED,
        TimelineKind.REMINDED,
        TimelineKind.REMINDED_TO_CONFIRM,
    }
)


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
        is_public=kind in PUBLIC_KINDS or isinstance(by, FocalPoint),
        note=note,
    )
