"""Amendments as a reader sees them: redline, supporters, answer, and the name of who sent it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from core.text_diff import DiffSegment, diff_words
from framework.models import (
    KINDS_WITH_TEXT,
    Amendment,
    AmendmentKind,
    Answer,
    Draft,
    Recommendation,
    Wording,
)
from framework.services.reader import Reader
from members.models import Member


@dataclass(frozen=True, kw_only=True)
class AmendmentShown:
    """One amendment. `answer` is there if it is published, `text` is that of its paragraph.

    `supporters` are organisations; `earlier_supporters` supported an earlier wording of it.
    """

    amendment: Amendment
    organisation: str
    text: str
    is_own: bool = False
    person: str = ""
    supporters: list[str] = field(default_factory=list)
    earlier_supporters: list[str] = field(default_factory=list)
    answer: Answer | None = None
    merged_with: str = ""
    recommendations: list[Recommendation] = field(default_factory=list)

    @cached_property
    def segments(self) -> list[DiffSegment]:
        """What it changes in the text of its paragraph."""
        if self.amendment.kind == AmendmentKind.DELETE:
            return diff_words(self.text, "")
        if self.amendment.kind not in KINDS_WITH_TEXT:
            return []
        return diff_words("" if self.is_addition else self.text, self.amendment.text)

    @property
    def support_count(self) -> int:
        return len(self.supporters) + len(self.earlier_supporters)

    @property
    def is_addition(self) -> bool:
        return self.amendment.kind == AmendmentKind.ADD


def organisation_shown(member: Member, reader: Reader) -> str:
    """Return the name of a member. Outside the group, only that of a listed one is read."""
    if reader.is_in_group or member.is_listed_publicly:
        return member.organisation_name
    return _("An organisation that is not listed")


def organisations_shown(members: Iterable[Member], reader: Reader) -> list[str]:
    """Return the names of members, each once."""
    return list(dict.fromkeys(organisation_shown(each, reader) for each in members))


def shown_amendments(
    reader: Reader, amendments: QuerySet[Amendment], *, answered: Iterable[Draft]
) -> list[AmendmentShown]:
    """Return amendments as a reader sees them, in three queries.

    `answered` are the drafts of which the answers are published.
    """
    known = {each.pk for each in answered}
    read = Wording.objects.filter(draft=OuterRef("draft"), paragraph=OuterRef("paragraph"))
    found = (
        amendments.annotate(text_read=Subquery(read.values("text_en")))
        .select_related("member", "paragraph", "answer__merged_with__member")
        .prefetch_related("supports__member", "recommendations__member")
    )
    return [_shown(reader, each, known) for each in found]


def _shown(reader: Reader, amendment: Any, answered: set[int]) -> AmendmentShown:
    own = reader.person.member_id if reader.person else None
    supports = sorted(amendment.supports.all(), key=lambda each: (each.at, each.pk))
    present = [each for each in supports if each.amendment_version == amendment.sent_version]
    answer = getattr(amendment, "answer", None) if amendment.draft_id in answered else None
    merged_with = answer.merged_with if answer else None
    return AmendmentShown(
        amendment=amendment,
        organisation=organisation_shown(amendment.member, reader),
        text=amendment.text_read or "",
        is_own=amendment.member_id == own,
        person=amendment.sent_by_name if reader.sees_names else "",
        supporters=[organisation_shown(each.member, reader) for each in present],
        earlier_supporters=[
            organisation_shown(each.member, reader) for each in supports if each not in present
        ],
        answer=answer,
        merged_with=organisation_shown(merged_with.member, reader) if merged_with else "",
        recommendations=list(amendment.recommendations.all()) if reader.sees_names else [],
    )
