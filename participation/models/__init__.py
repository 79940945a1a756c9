"""Models of participation, one module for each topic."""

from participation.models.meeting_proposal import (
    PROPOSED_KINDS,
    MeetingProposal,
    ProposalStatus,
)
from participation.models.member_account import (
    CalendarChoice,
    CalendarFeed,
    DeclinedMeetings,
    EmailConsent,
    FeedReminder,
    MailPreferences,
    MemberAccount,
)
from participation.models.notice import Announcement, DigestedVersion, PaperDigest
from participation.models.paper_opening import PaperOpening
from participation.models.part_member import PartMember
from participation.models.rsvp import (
    ATTENDING,
    Attendance,
    Presence,
    Rsvp,
    RsvpChoice,
    RsvpQuerySet,
)

__all__ = [
    "ATTENDING",
    "PROPOSED_KINDS",
    "Announcement",
    "Attendance",
    "CalendarChoice",
    "CalendarFeed",
    "DeclinedMeetings",
    "DigestedVersion",
    "EmailConsent",
    "FeedReminder",
    "MailPreferences",
    "MeetingProposal",
    "MemberAccount",
    "PaperDigest",
    "PaperOpening",
    "PartMember",
    "Presence",
    "ProposalStatus",
    "Rsvp",
    "RsvpChoice",
    "RsvpQuerySet",
]
