"""What is kept of who takes part: one module for each thing."""

from participation.models.announcement import Announcement
from participation.models.attendance import Attendance, Presence
from participation.models.mail_preferences import Wishes
from participation.models.member_account import MemberAccount
from participation.models.paper_digest import PaperDigest, ToldVersion
from participation.models.rsvp import COMING, Answer, AnswerQuerySet, Reply

__all__ = [
    "COMING",
    "Announcement",
    "Answer",
    "AnswerQuerySet",
    "Attendance",
    "MemberAccount",
    "PaperDigest",
    "Presence",
    "Reply",
    "ToldVersion",
    "Wishes",
]
