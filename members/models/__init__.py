"""Members of the coalition, from the moment their Expression of Interest (EOI) arrives."""

from members.models.answer_file import AnswerFile, name_of_answer_file
from members.models.call import Call, CallState
from members.models.choices import (
    ACTIVE_STATUSES,
    CONTRIBUTION_COLUMNS,
    FURTHER_AREA_COLUMNS,
    SIGNALS_HOLDING_ACKNOWLEDGEMENT,
    UNDECIDED_STATUSES,
    Category,
    ClosingReason,
    Contribution,
    GrantedRole,
    MemberStatus,
    Origin,
    SoughtRole,
    SpamSignal,
)
from members.models.focal_point import (
    CorrespondenceLanguage,
    FocalPoint,
    Person,
    RoleTransfer,
    Title,
    full_name_in_script_order,
)
from members.models.letter_draft import LetterDraft
from members.models.member import Member
from members.models.member_message import MemberMessage, MemberMessageQuerySet
from members.models.member_queryset import (
    FORMER_FOCAL_POINT_TOPIC,
    OFFICER_TOPIC,
    MemberQuerySet,
    area_shown,
    is_shown_as_admitted,
    letters_to_organisations,
    role_shown,
)
from members.models.opinion_request import OpinionRequest, Recommendation, with_opinions
from members.models.public_profile import PublicProfile, name_of_logo
from members.models.reason import Reason, ReasonGiven, ReasonPurpose
from members.models.search_entry import SearchEntry
from members.models.timeline import (
    FIRST_RESPONSE_KINDS,
    KINDS_INTERNAL_BY_STAFF,
    KINDS_WITH_EDITABLE_LETTER,
    KINDS_WITHOUT_CHANGE,
    NOTE_LANGUAGE,
    NOTE_SEPARATOR,
    OPINION_KINDS,
    PUBLIC_LABELS,
    TimelineEntry,
    TimelineEntryQuerySet,
    TimelineKind,
)

__all__ = [
    "ACTIVE_STATUSES",
    "CONTRIBUTION_COLUMNS",
    "FIRST_RESPONSE_KINDS",
    "FORMER_FOCAL_POINT_TOPIC",
    "FURTHER_AREA_COLUMNS",
    "KINDS_INTERNAL_BY_STAFF",
    "KINDS_WITHOUT_CHANGE",
    "KINDS_WITH_EDITABLE_LETTER",
    "NOTE_LANGUAGE",
    "NOTE_SEPARATOR",
    "OFFICER_TOPIC",
    "OPINION_KINDS",
    "PUBLIC_LABELS",
    "SIGNALS_HOLDING_ACKNOWLEDGEMENT",
    "UNDECIDED_STATUSES",
    "AnswerFile",
    "Call",
    "CallState",
    "Category",
    "ClosingReason",
    "Contribution",
    "CorrespondenceLanguage",
    "FocalPoint",
    "GrantedRole",
    "LetterDraft",
    "Member",
    "MemberMessage",
    "MemberMessageQuerySet",
    "MemberQuerySet",
    "MemberStatus",
    "OpinionRequest",
    "Origin",
    "Person",
    "PublicProfile",
    "Reason",
    "ReasonGiven",
    "ReasonPurpose",
    "Recommendation",
    "RoleTransfer",
    "SearchEntry",
    "SoughtRole",
    "SpamSignal",
    "TimelineEntry",
    "TimelineEntryQuerySet",
    "TimelineKind",
    "Title",
    "area_shown",
    "full_name_in_script_order",
    "is_shown_as_admitted",
    "letters_to_organisations",
    "name_of_answer_file",
    "name_of_logo",
    "role_shown",
    "with_opinions",
]
