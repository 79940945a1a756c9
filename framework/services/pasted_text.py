"""A text that was written elsewhere and is pasted whole, as the paragraphs of a draft."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from framework.models import ParagraphKind
from framework.services.texts import clean_text

BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
# Before these a sentence ends, and after them: a space, in Chinese nothing.
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)|(?<=[。！？])(?=\S)")


@dataclass(frozen=True)
class NewParagraph:
    """The kind and the text of a paragraph that is to be added."""

    kind: ParagraphKind
    text: str


def paragraphs_in(pasted: str) -> list[NewParagraph]:
    """Return the paragraphs of a pasted text: an empty line is between two of them.

    A line that begins with "Heading:" or "Action:", in English or in the language of the page,
    begins a paragraph of this kind. Word and Markdown mark a heading with "#".
    """
    return list(_paragraphs(clean_text(pasted)))


def sentences_in(text: str) -> list[str]:
    """Return the sentences of a text, each with the space that follows it removed."""
    return [part for part in SENTENCE_END.split(text) if part]


def _paragraphs(pasted: str) -> Iterator[NewParagraph]:
    marked = _marks()
    for block in BLANK_LINES.split(pasted):
        kind, lines = ParagraphKind.TEXT, list[str]()
        for whole in block.splitlines():
            line, mark = whole, marked.match(whole)
            if mark and any(lines):
                yield NewParagraph(kind, "\n".join(lines).strip())
                lines = []
            if mark:
                is_action = bool(mark["action"])
                kind = ParagraphKind.ACTION if is_action else ParagraphKind.HEADING
                line = whole[mark.end() :]
            lines.append(line)
        if any(line.strip() for line in lines):
            yield NewParagraph(kind, "\n".join(lines).strip())


def _marks() -> re.Pattern[str]:
    """Return the beginnings of lines that say what kind a paragraph is."""
    heading = {"Heading", str(ParagraphKind.HEADING.label)}
    action = {"Action", str(ParagraphKind.ACTION.label)}

    def words(labels: set[str]) -> str:
        return "|".join(re.escape(label) for label in sorted(labels))

    return re.compile(
        rf"\s*(?:(?:(?P<action>{words(action)})|(?:{words(heading)}))\s*[:：]|#{{1,6}}\s)\s*",
        re.IGNORECASE,
    )
