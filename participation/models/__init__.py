"""What is kept of who takes part: one module for each thing."""

from participation.models.account import MemberAccount
from participation.models.announcement import Announcement
from participation.models.answer import COMING, Answer, AnswerQuerySet, Reply
from participation.models.attendance import Attendance, Presence
from participation.models.paper_digest import PaperDigest, ToldVersion
from participation.models.wishes import Wishes

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
