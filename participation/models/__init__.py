"""Models of participation, one module for each topic."""

from participation.models.announcement import Announcement
from participation.models.attendance import Attendance, Presence
from participation.models.calendar_feed import CalendarFeed, DeclinedMeetings, FeedReminder
from participation.models.email_consent import EmailConsent
from participation.models.mail_preferences import MailPreferences
from participation.models.meeting_proposal import (
    PROPOSED_KINDS,
    MeetingProposal,
    ProposalStatus,
)
from participation.models.member_account import MemberAccount
from participation.models.paper_digest import DigestedVersion, PaperDigest
from participation.models.rsvp import ATTENDING, Rsvp, RsvpChoice, RsvpQuerySet

__all__ = [
    "ATTENDING",
    "PROPOSED_KINDS",
    "Announcement",
    "Attendance",
    "CalendarFeed",
    "DeclinedMeetings",
    "DigestedVersion",
    "EmailConsent",
    "FeedReminder",
    "MailPreferences",
    "MeetingProposal",
    "MemberAccount",
    "PaperDigest",
    "Presence",
    "ProposalStatus",
    "Rsvp",
    "RsvpChoice",
    "RsvpQuerySet",
]
