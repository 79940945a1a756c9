"""The numbers of paragraphs: labels that follow from their order, and may move between drafts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from framework.models import Draft, Framework, ParagraphKind, Wording


@dataclass(frozen=True)
class NumberedWording:
    """A wording with its label, such as "1.3"; a heading has none."""

    wording: Wording
    number: str

    @property
    def key(self) -> str:
        return str(self.wording.paragraph.key)

    @property
    def label(self) -> str:
        """The paragraph in words, such as "Action 1.3"."""
        if self.is_heading:
            return _("Heading")
        number = {"number": self.number}
        if self.is_action:
            return _("Action %(number)s") % number
        return _("Paragraph %(number)s") % number

    @property
    def is_action(self) -> bool:
        return self.wording.kind == ParagraphKind.ACTION

    @property
    def is_heading(self) -> bool:
        return self.wording.kind == ParagraphKind.HEADING


def numbered(framework: Framework, wordings: Iterable[Wording]) -> Iterator[NumberedWording]:
    """Give texts and actions one running number: 1.1, 1.2 and so on in focus area 1."""
    count = 0
    for wording in wordings:
        count += wording.is_numbered
        yield NumberedWording(wording, _label(framework, wording, count))


def numbered_text(draft: Draft) -> list[NumberedWording]:
    """Return the whole text of a draft in its order, in one query."""
    wordings = draft.wordings.select_related("paragraph", "pillar").order_by("position", "pk")
    return list(numbered(draft.framework, wordings))


def numbered_alone(framework: Framework, wordings: QuerySet[Wording]) -> Iterator[NumberedWording]:
    """Give some wordings of any drafts their numbers, without reading the others."""
    others = Wording.objects.filter(draft=OuterRef("draft"), position__lte=OuterRef("position"))
    counted = others.exclude(kind=ParagraphKind.HEADING).order_by().values("draft")
    for wording in wordings.annotate(count=Subquery(counted.annotate(n=Count("pk")).values("n"))):
        yield NumberedWording(wording, _label(framework, wording, wording.count or 0))


def _label(framework: Framework, wording: Wording, count: int) -> str:
    return f"{framework.focus_area.number}.{count}" if wording.is_numbered else ""
