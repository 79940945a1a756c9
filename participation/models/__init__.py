"""Models of participation, one module for each topic."""

from participation.models.date_poll import (
    MAX_WORD_LENGTH,
    DateAnswer,
    DateChoice,
    DatePoll,
    DatePollQuerySet,
    DatePollStatus,
    DateProposal,
    DateReply,
)
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
from participation.models.outcome import ActionPoint, Decision
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
    "MAX_WORD_LENGTH",
    "PROPOSED_KINDS",
    "ActionPoint",
    "Announcement",
    "Attendance",
    "CalendarChoice",
    "CalendarFeed",
    "DateAnswer",
    "DateChoice",
    "DatePoll",
    "DatePollQuerySet",
    "DatePollStatus",
    "DateProposal",
    "DateReply",
    "Decision",
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
