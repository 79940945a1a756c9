"""Members of the coalition from the moment their Expression of Interest arrives."""

from members.models.call import Call, CallState
from members.models.eoi_draft import EoiDraft
from members.models.focal_point import (
    OF_A_PERSON,
    CorrespondenceLanguage,
    FocalPoint,
    Person,
    Successor,
    Title,
)
from members.models.link_request import LinkRequest
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
from members.models.tally import (
    ANSWERED,
    NO_AREA,
    OUTCOMES,
    CountedFile,
    Respect,
    Tally,
    Tallying,
    TallyKind,
)
from members.models.timeline import (
    ANSWERING,
    NOTED_IN,
    PARTS_OF_A_NOTE,
    TimelineEntry,
    TimelineKind,
)

__all__ = [
    "ALSO",
    "ANSWERED",
    "ANSWERING",
    "CONTRIBUTES",
    "NOTED_IN",
    "NO_AREA",
    "OF_A_PERSON",
    "OUTCOMES",
    "PARTS_OF_A_NOTE",
    "UNACKNOWLEDGED",
    "UNDECIDED",
    "Call",
    "CallState",
    "Category",
    "ClosingReason",
    "Contribution",
    "CorrespondenceLanguage",
    "CountedFile",
    "EoiDraft",
    "FocalPoint",
    "GrantedRole",
    "LinkRequest",
    "Member",
    "MemberQuerySet",
    "MemberStatus",
    "Person",
    "Respect",
    "SoughtRole",
    "Successor",
    "Suspicion",
    "Tally",
    "TallyKind",
    "Tallying",
    "TimelineEntry",
    "TimelineKind",
    "Title",
]
