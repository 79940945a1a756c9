"""The numbers of paragraphs: labels that follow from their order, and may move between drafts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from framework.models import Draft, Framework, ParagraphKind, Wording


@dataclass(frozen=True)
class NumberedWording:
    """A wording with its label, such as "1.3"; a heading has none."""

    wording: Wording
    number: str

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
        label = f"{framework.focus_area.number}.{count}" if wording.is_numbered else ""
        yield NumberedWording(wording, label)


def numbered_text(draft: Draft) -> list[NumberedWording]:
    """Return the whole text of a draft in its order, in one query."""
    wordings = draft.wordings.select_related("paragraph", "pillar").order_by("position", "pk")
    return list(numbered(draft.framework, wordings))
