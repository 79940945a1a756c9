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
    in_order,
)
from members.models.letter_draft import LetterDraft, LetterOf
from members.models.link_request import LinkRequest
from members.models.member import (
    TO_AN_OFFICER,
    TO_WHO_HAS_LEFT,
    Member,
    MemberQuerySet,
    letters_to_organisations,
)
from members.models.member_choices import (
    ALSO,
    CONTRIBUTES,
    STILL_STANDING,
    UNACKNOWLEDGED,
    UNDECIDED,
    Category,
    ClosingReason,
    Contribution,
    GrantedRole,
    MemberStatus,
    Origin,
    SoughtRole,
    Suspicion,
)
from members.models.member_message import MemberMessage, MemberMessageQuerySet
from members.models.reason import Reason, ReasonGiven, ReasonUse
from members.models.timeline import (
    ANSWERING,
    CHANGING_NOTHING,
    NOTED_IN,
    PARTS_OF_A_NOTE,
    TimelineEntry,
    TimelineKind,
)

__all__ = [
    "ALSO",
    "ANSWERING",
    "CHANGING_NOTHING",
    "CONTRIBUTES",
    "NOTED_IN",
    "OF_A_PERSON",
    "PARTS_OF_A_NOTE",
    "STILL_STANDING",
    "TO_AN_OFFICER",
    "TO_WHO_HAS_LEFT",
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
    "MemberMessage",
    "MemberMessageQuerySet",
    "MemberQuerySet",
    "MemberStatus",
    "Origin",
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
    "in_order",
    "letters_to_organisations",
]
