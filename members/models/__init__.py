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
from members.models.letter_draft import LetterDraft, LetterOf
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
from members.models.reason import Reason, ReasonGiven, ReasonUse
from members.models.timeline import (
    ANSWERING,
    NOTED_IN,
    PARTS_OF_A_NOTE,
    TimelineEntry,
    TimelineKind,
)

__all__ = [
    "ALSO",
    "ANSWERING",
    "CONTRIBUTES",
    "NOTED_IN",
    "OF_A_PERSON",
    "PARTS_OF_A_NOTE",
    "UNACKNOWLEDGED",
    "UNDECIDED",
    "Call",
    "CallState",
    "Category",
    "ClosingReason",
    "Contribution",
    "CorrespondenceLanguage",
    "EoiDraft",
    "FocalPoint",
    "GrantedRole",
    "LetterDraft",
    "LetterOf",
    "LinkRequest",
    "Member",
    "MemberQuerySet",
    "MemberStatus",
    "Person",
    "Reason",
    "ReasonGiven",
    "ReasonUse",
    "SoughtRole",
    "Successor",
    "Suspicion",
    "TimelineEntry",
    "TimelineKind",
    "Title",
]
