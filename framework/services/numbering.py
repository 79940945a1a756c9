"""The numbers of paragraphs: labels that follow from their order, and may move between drafts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from framework.models import Draft, Framework, ParagraphKind, Wording


@dataclass(frozen=True)
class NumberedWording:
    """A wording with its label, such as "1.3"; a heading has none."""

    wording: Wording
    number: str

    @cached_property
    def key(self) -> str:
        return str(getattr(self.wording, "paragraph_key", None) or self.wording.paragraph.key)

    @property
    def label(self) -> str:
        """The paragraph in words, such as "Action 1.3"."""
        if self.is_heading:
            return _("Heading")
        number = {"number": self.number}
        if self.is_action:
            return _("Action %(number)s") % number
        return _("Paragraph %(number)s") % number

    @cached_property
    def is_action(self) -> bool:
        return self.wording.kind == ParagraphKind.ACTION

    @cached_property
    def is_heading(self) -> bool:
        return self.wording.kind == ParagraphKind.HEADING


def numbered(framework: Framework, wordings: Iterable[Wording]) -> Iterator[NumberedWording]:
    """Give texts and actions one running number: 1.1, 1.2 and so on in focus area 1."""
    count = 0
    for wording in wordings:
        count += wording.is_numbered
        yield NumberedWording(wording, _label(framework, wording.kind, count))


def numbers_of(framework: Framework, wordings: QuerySet[Wording]) -> dict[int, str]:
    """Return the number of each paragraph by its key, without reading the texts."""
    numbers, count = {}, 0
    for paragraph, kind in wordings.values_list("paragraph", "kind"):
        count += kind != ParagraphKind.HEADING
        numbers[paragraph] = _label(framework, kind, count)
    return numbers


def numbered_text(draft: Draft) -> list[NumberedWording]:
    """Return the whole text of a draft in its order, in one query."""
    wordings = draft.wordings.select_related("paragraph", "pillar").order_by("position", "pk")
    return list(numbered(draft.framework, wordings))


def numbered_for_reading(draft: Draft) -> list[NumberedWording]:
    """Return the whole text of a draft in its order, without its rows of paragraphs."""
    wordings = draft.wordings.select_related("pillar").annotate(paragraph_key=F("paragraph__key"))
    return list(numbered(draft.framework, wordings.order_by("position", "pk")))


def numbered_alone(framework: Framework, wordings: QuerySet[Wording]) -> Iterator[NumberedWording]:
    """Give some wordings of any drafts their numbers, without reading the others."""
    others = Wording.objects.filter(draft=OuterRef("draft"), position__lte=OuterRef("position"))
    counted = others.exclude(kind=ParagraphKind.HEADING).order_by().values("draft")
    for wording in wordings.annotate(count=Subquery(counted.annotate(n=Count("pk")).values("n"))):
        yield NumberedWording(wording, _label(framework, wording.kind, wording.count or 0))


def _label(framework: Framework, kind: str, count: int) -> str:
    return "" if kind == ParagraphKind.HEADING else f"{framework.focus_area.number}.{count}"
