"""What is kept of who takes part: one module for each thing."""

from participation.models.announcement import Announcement
from participation.models.attendance import Attendance, Presence
from participation.models.mail_preferences import Wishes
from participation.models.member_account import MemberAccount
from participation.models.paper_digest import PaperDigest, ToldVersion
from participation.models.rsvp import ATTENDING, Answer, RsvpChoice, RsvpQuerySet

__all__ = [
    "ATTENDING",
    "Announcement",
    "Answer",
    "Attendance",
    "MemberAccount",
    "PaperDigest",
    "Presence",
    "RsvpChoice",
    "RsvpQuerySet",
    "ToldVersion",
    "Wishes",
]
