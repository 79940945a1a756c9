"""Members of the coalition from the moment their Expression of Interest arrives."""

from members.models.call import Call, CallState
from members.models.eoi_draft import EoiDraft
from members.models.export import (
    BETWEEN_FILTERS,
    OF_A_FILTER,
    Export,
    SheetFormat,
    filters_as_read,
)
from members.models.focal_point import (
    OF_A_PERSON,
    CorrespondenceLanguage,
    FocalPoint,
    Person,
    Successor,
    Title,
    in_order,
)
from members.models.follow_up import (
    AFTER_A_REQUEST,
    FollowUp,
    FollowUpRule,
    FollowUpStep,
    proposed_to_close,
    with_closing_proposed,
)
from members.models.letter_draft import LetterDraft, LetterOf
from members.models.link_request import LinkRequest
from members.models.member import Member
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
from members.models.member_queries import (
    TO_AN_OFFICER,
    TO_WHO_HAS_LEFT,
    MemberQuerySet,
    letters_to_organisations,
)
from members.models.reason import Reason, ReasonGiven, ReasonUse
from members.models.resemblance import Resemblance, ResemblanceQuerySet, Trait, TraitKind
from members.models.spreadsheet_import import Import, Way
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
    CHANGING_NOTHING,
    NOTED_IN,
    PARTS_OF_A_NOTE,
    TimelineEntry,
    TimelineKind,
)

__all__ = [
    "AFTER_A_REQUEST",
    "ALSO",
    "ANSWERED",
    "ANSWERING",
    "BETWEEN_FILTERS",
    "CHANGING_NOTHING",
    "CONTRIBUTES",
    "NOTED_IN",
    "NO_AREA",
    "OF_A_FILTER",
    "OF_A_PERSON",
    "OUTCOMES",
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
    "CountedFile",
    "EoiDraft",
    "Export",
    "FocalPoint",
    "FollowUp",
    "FollowUpRule",
    "FollowUpStep",
    "GrantedRole",
    "Import",
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
    "Resemblance",
    "ResemblanceQuerySet",
    "Respect",
    "SheetFormat",
    "SoughtRole",
    "Successor",
    "Suspicion",
    "Tally",
    "TallyKind",
    "Tallying",
    "TimelineEntry",
    "TimelineKind",
    "Title",
    "Trait",
    "TraitKind",
    "Way",
    "filters_as_read",
    "in_order",
    "letters_to_organisations",
    "proposed_to_close",
    "with_closing_proposed",
]
