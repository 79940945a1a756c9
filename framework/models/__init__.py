"""The Action Framework of each focus area: paragraphs, drafts, amendments and answers."""

from framework.models.amendment import (
    KINDS_WITH_TEXT,
    POSITIONS,
    TAKING,
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    Answer,
    AnswerKind,
    Notice,
    NoticeKind,
    Recommendation,
    Support,
)
from framework.models.framework import Draft, DraftState, DraftStatus, Framework
from framework.models.text import Paragraph, ParagraphKind, ParagraphNote, Wording

__all__ = [
    "KINDS_WITH_TEXT",
    "POSITIONS",
    "TAKING",
    "Amendment",
    "AmendmentKind",
    "AmendmentStatus",
    "Answer",
    "AnswerKind",
    "Draft",
    "DraftState",
    "DraftStatus",
    "Framework",
    "Notice",
    "NoticeKind",
    "Paragraph",
    "ParagraphKind",
    "ParagraphNote",
    "Recommendation",
    "Support",
    "Wording",
]
