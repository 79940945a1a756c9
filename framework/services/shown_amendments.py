"""Amendments as a reader sees them: redline, supporters, answer, and the name of who sent it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.text_diff import DiffSegment
from framework.models import Amendment, AmendmentKind, Answer, Draft, Recommendation
from framework.services.amendment_queue import segments_of, with_details
from framework.services.reader import Reader
from members.models import Member

# The English text of a paragraph in a draft, by the keys of both.
Texts = Mapping[tuple[int, int | None], str]


@dataclass(frozen=True, kw_only=True)
class AmendmentShown:
    """One amendment. `answer` is there if it is published.

    `supporters` are organisations; `earlier_supporters` supported an earlier wording of it.
    """

    amendment: Amendment
    organisation: str
    is_own: bool = False
    person: str = ""
    segments: list[DiffSegment] = field(default_factory=list)
    supporters: list[str] = field(default_factory=list)
    earlier_supporters: list[str] = field(default_factory=list)
    is_supported: bool = False
    answer: Answer | None = None
    merged_with: str = ""
    recommendations: list[Recommendation] = field(default_factory=list)

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
    reader: Reader,
    amendments: QuerySet[Amendment],
    *,
    answered: Iterable[Draft],
    texts: Texts,
) -> list[AmendmentShown]:
    """Return amendments as a reader sees them, in three queries.

    `answered` are the drafts of which the answers are published.
    """
    known = {each.pk for each in answered}
    return [_shown(reader, each, texts, known) for each in with_details(amendments)]


def _shown(
    reader: Reader, amendment: Amendment, texts: Texts, answered: set[int]
) -> AmendmentShown:
    own = reader.person.member_id if reader.person else None
    supports = sorted(amendment.supports.all(), key=lambda each: (each.at, each.pk))
    present = [each for each in supports if each.amendment_version == amendment.sent_version]
    answer = getattr(amendment, "answer", None) if amendment.draft_id in answered else None
    merged_with = answer.merged_with if answer else None
    return AmendmentShown(
        amendment=amendment,
        organisation=organisation_shown(amendment.member, reader),
        is_own=amendment.member_id == own,
        person=amendment.sent_by_name if reader.sees_names else "",
        segments=segments_of(
            amendment, texts.get((amendment.draft_id, amendment.paragraph_id), "")
        ),
        supporters=[organisation_shown(each.member, reader) for each in present],
        earlier_supporters=[
            organisation_shown(each.member, reader) for each in supports if each not in present
        ],
        is_supported=any(each.member_id == own for each in present),
        answer=answer,
        merged_with=organisation_shown(merged_with.member, reader) if merged_with else "",
        recommendations=list(amendment.recommendations.all()) if reader.sees_names else [],
    )
