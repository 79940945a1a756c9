"""What is kept of who takes part: one module for each thing."""

from participation.models.account import MemberAccount
from participation.models.answer import COMING, Answer, AnswerQuerySet, Reply
from participation.models.attendance import Attendance, Presence
from participation.models.paper_digest import PaperDigest, ToldVersion

__all__ = [
    "COMING",
    "Answer",
    "AnswerQuerySet",
    "Attendance",
    "MemberAccount",
    "PaperDigest",
    "Presence",
    "Reply",
    "ToldVersion",
]
