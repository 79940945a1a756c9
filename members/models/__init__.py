"""Members of the coalition from the moment their Expression of Interest arrives."""

from members.models.call import Call, CallState
from members.models.eoi_draft import EoiDraft
from members.models.export import BETWEEN_FILTERS, OF_A_FILTER, Export, SheetFormat
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
    Origin,
    SoughtRole,
    Suspicion,
)
from members.models.spreadsheet_import import Import, Way
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
    "BETWEEN_FILTERS",
    "CONTRIBUTES",
    "NOTED_IN",
    "OF_A_FILTER",
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
    "Export",
    "FocalPoint",
    "GrantedRole",
    "Import",
    "LinkRequest",
    "Member",
    "MemberQuerySet",
    "MemberStatus",
    "Origin",
    "Person",
    "SheetFormat",
    "SoughtRole",
    "Successor",
    "Suspicion",
    "TimelineEntry",
    "TimelineKind",
    "Title",
    "Way",
]
