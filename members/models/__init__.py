"""Members of the coalition from the moment their Expression of Interest arrives."""

from members.models.call import Call
from members.models.focal_point import CorrespondenceLanguage, FocalPoint, Title
from members.models.member import (
    ALSO,
    CONTRIBUTES,
    UNACKNOWLEDGED,
    UNDECIDED,
    Category,
    ClosingReason,
    Contribution,
    GrantedRole,
    Member,
    MemberQuerySet,
    MemberStatus,
    SoughtRole,
    Suspicion,
)
from members.models.timeline import TimelineEntry, TimelineKind

__all__ = [
    "ALSO",
    "CONTRIBUTES",
    "UNACKNOWLEDGED",
    "UNDECIDED",
    "Call",
    "Category",
    "ClosingReason",
    "Contribution",
    "CorrespondenceLanguage",
    "FocalPoint",
    "GrantedRole",
    "Member",
    "MemberQuerySet",
    "MemberStatus",
    "SoughtRole",
    "Suspicion",
    "TimelineEntry",
    "TimelineKind",
    "Title",
]
