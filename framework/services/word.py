"""Writes the text of a draft as a Word file, with tracked changes if two drafts are compared.

The package python-docx writes the file around the text; it knows no tracked changes, so the
elements w:ins and w:del are made here. Numbers are those of a list in Word: they follow when a
change is accepted or rejected.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, groupby
from typing import IO, Any, Final

from django.utils.translation import get_language_info
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from framework.models import ParagraphKind
from framework.services.blocks import Layout, OrderedList, Piece, Style
from framework.services.tracked_changes import OWNER, TrackedBlock, What

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# The attributes of w:lang by language; English, French, Spanish and Russian have the first one.
LANGUAGE_TAGS: Final = {
    "en": {"val": "en-GB"},
    "fr": {"val": "fr-FR"},
    "es": {"val": "es-ES"},
    "ru": {"val": "ru-RU"},
    "zh-hans": {"val": "zh-CN", "eastAsia": "zh-CN"},
    "ar": {"val": "en-GB", "bidi": "ar-SA"},
}
# Every machine with Word has these.
FONTS: Final = {
    "ascii": "Calibri",
    "hAnsi": "Calibri",
    "cs": "Arial",
    "eastAsia": "Microsoft YaHei",
}
STYLES: Final = ("Normal", "Title", "Subtitle", "Heading 1", "List Paragraph")
# Letters of scripts that are written from right to left.
RIGHT_TO_LEFT: Final = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff"
# Words of the other direction inside a text, with all between the first and the last letter.
LEFT_IN_RIGHT: Final = re.compile(f"([A-Za-z](?:[^{RIGHT_TO_LEFT}]*[A-Za-z0-9])?)")
RIGHT_IN_LEFT: Final = re.compile(f"([{RIGHT_TO_LEFT}](?:[^A-Za-z]*[{RIGHT_TO_LEFT}])?)")
DELETED: Final = "del"
TRACKED: Final = {What.NEW: "ins", What.GONE: DELETED}
# In twentieths of a point.
INDENT: Final = 720
LIST_INDENT: Final = 360
LINK_COLOUR: Final = "0563C1"
# The lists of the file: the numbers of paragraphs, bullets, and each list with numbers.
PARAGRAPHS, BULLETS, NUMBERS = 101, 102, 103
MARKERS: Final = {
    PARAGRAPHS: ("decimal", "{area}.%1"),
    BULLETS: ("bullet", "•"),
    NUMBERS: ("decimal", "%{level}."),
}
MAX_DEPTH: Final = 9


@dataclass(frozen=True)
class WordText:
    """What a Word file has: a title, a subtitle, the text, and the address of the page.

    `shown_at` is when the draft was shown, which is also the time of all changes.
    """

    title: str
    subtitle: str
    focus_area: int
    blocks: tuple[TrackedBlock, ...]
    address: str
    language: str
    shown_at: datetime


def write_word(text: WordText, file: IO[bytes]) -> None:
    """Write a Word file (DOCX)."""
    _WordFile(text).save(file)


class _WordFile:
    def __init__(self, text: WordText) -> None:
        self.text = text
        self.document = Document()
        self.revisions = count(1)
        self.links: dict[str, str] = {}
        self.lists: dict[OrderedList, int] = {}
        self._set_up()
        self._define_lists()

    def save(self, file: IO[bytes]) -> None:
        body = self.document.element.body
        end = body.sectPr
        for name, words in (("Title", self.text.title), ("Subtitle", self.text.subtitle)):
            end.addprevious(self._line(name, Piece(words)))
        for block in self.text.blocks:
            end.addprevious(self._paragraph(block))
        # The last paragraph of a file cannot be deleted or new, so it is none of the text.
        link = Piece(self.text.address, Style(link=self.text.address))
        end.addprevious(self._line("Normal", link))
        self.document.save(file)

    def _set_up(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        if _is_right_to_left(self.text.language):
            # Its place is after the columns.
            section._sectPr.append(_element("bidi"))
        for name in STYLES:
            properties = self.document.styles[name].element.get_or_add_rPr()
            properties._remove_rFonts()
            properties._insert_rFonts(_element("rFonts", **FONTS))
        facts = self.document.core_properties
        facts.title, facts.author, facts.comments = self.text.title, OWNER, ""
        facts.language = self.text.language
        facts.created = facts.modified = self.text.shown_at.astimezone(UTC)

    def _define_lists(self) -> None:
        """Add the lists of this file to those of the template."""
        first = self._numbering.find(qn("w:num"))
        for number, (form, words) in MARKERS.items():
            levels = [
                _element(
                    "lvl",
                    _element("start", val=1),
                    _element("numFmt", val=form),
                    _element("lvlText", val=words.format(area=self.text.focus_area, level=level)),
                    ilvl=level - 1,
                )
                for level in range(1, MAX_DEPTH + 1)
            ]
            first.addprevious(_element("abstractNum", *levels, abstractNumId=number))
            self._add_list(number, of=number)

    def _add_list(self, number: int, *overrides: Any, of: int) -> None:
        definition = _element("abstractNumId", val=of)
        self._numbering.append(_element("num", definition, *overrides, numId=number))

    @property
    def _numbering(self) -> Any:
        return self.document.part.numbering_part.element

    def _line(self, style: str, piece: Piece) -> Any:
        """Return a paragraph that is none of the text of the framework."""
        properties = _element("pPr", _element("pStyle", val=style))
        if _is_right_to_left(self.text.language):
            properties.append(_element("bidi"))
        return _element("p", properties, *self._runs([piece], self.text.language))

    def _paragraph(self, block: TrackedBlock) -> Any:
        layout = block.layout
        parts = [
            part
            for span in block.spans
            for part in self._runs(
                span.pieces, layout.language, TRACKED.get(span.what, ""), block.author
            )
        ]
        return _element("p", self._properties(block), *parts)

    def _properties(self, block: TrackedBlock) -> Any:
        """Return the properties of a paragraph: whether its end is new or deleted among them."""
        layout = block.layout
        is_heading = layout.kind == ParagraphKind.HEADING
        name = "Heading1" if is_heading else "ListParagraph" if layout.depth else "Normal"
        properties = _element("pPr", _element("pStyle", val=name))
        if number := self._number(layout):
            level = _element("ilvl", val=_level(layout))
            properties.append(_element("numPr", level, _element("numId", val=number)))
        if _is_right_to_left(layout.language):
            properties.append(_element("bidi"))
        if not is_heading:
            start = INDENT + LIST_INDENT * layout.depth
            hanging = (INDENT if layout.has_number else LIST_INDENT) if number else 0
            properties.append(_element("ind", left=start, hanging=hanging))
        mark = _element("rPr")
        if tracked := TRACKED.get(block.what):
            mark.append(self._tracked(tracked, block.author))
        if layout.has_number and layout.kind == ParagraphKind.ACTION:
            # The number looks like the end of its paragraph.
            mark.extend([_element("b"), _element("bCs")])
        properties.append(mark)
        return properties

    def _number(self, layout: Layout) -> int | None:
        """Return the list to which a paragraph belongs."""
        if layout.has_number:
            return PARAGRAPHS
        if layout.list is None or not isinstance(layout.list, OrderedList):
            return None if layout.list is None else BULLETS
        if layout.list not in self.lists:
            # Each list is one of its own, or the next would go on with its numbers.
            number = NUMBERS + 1 + len(self.lists)
            start = _element("startOverride", val=layout.list.start)
            override = _element("lvlOverride", start, ilvl=_level(layout))
            self._add_list(number, override, of=NUMBERS)
            self.lists[layout.list] = number
        return self.lists[layout.list]

    def _runs(
        self, pieces: Iterable[Piece], language: str, tracked: str = "", author: str = ""
    ) -> list[Any]:
        """Return runs, inside w:ins or w:del if they are tracked. A link is around these."""
        made: list[Any] = []
        for link, some in groupby(pieces, lambda piece: piece.style.link):
            runs = [run for piece in some for run in _runs_of(piece, language)]
            if tracked:
                runs = [self._tracked(tracked, author, *runs)]
            if link:
                runs = [_element("hyperlink", *runs)]
                runs[0].set(qn("r:id"), self._link_to(link))
            made += runs
        return made

    def _link_to(self, address: str) -> str:
        if address not in self.links:
            self.links[address] = self.document.part.relate_to(
                address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
            )
        return self.links[address]

    def _tracked(self, name: str, author: str, *runs: Any) -> Any:
        tracked = _element(
            name,
            *runs,
            id=next(self.revisions),
            author=author,
            date=f"{self.text.shown_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        )
        if name == DELETED:
            for text in tracked.iter(qn("w:t")):
                text.tag = qn("w:delText")
        return tracked


def _runs_of(piece: Piece, language: str) -> Iterator[Any]:
    """Yield the runs of a piece: one for each stretch of words of one direction."""
    is_right_to_left = _is_right_to_left(language)
    other = LEFT_IN_RIGHT if is_right_to_left else RIGHT_IN_LEFT
    # Each second part is one that was found.
    for at, words in enumerate(other.split(piece.text)):
        if words:
            yield _run(words, piece.style, language, is_right=is_right_to_left != bool(at % 2))


def _run(words: str, style: Style, language: str, *, is_right: bool) -> Any:
    properties = _element("rPr")
    if style.is_bold:
        properties.extend([_element("b"), _element("bCs")])
    if style.is_italic:
        properties.extend([_element("i"), _element("iCs")])
    if style.link:
        properties.extend([_element("color", val=LINK_COLOUR), _element("u", val="single")])
    if is_right:
        properties.append(_element("rtl"))
    properties.append(_element("lang", **LANGUAGE_TAGS["ar" if is_right else language]))
    run = _element("r", properties)
    # Line breaks and tabs become elements.
    run.text = words
    return run


def _level(layout: Layout) -> int:
    return min(max(layout.depth, 1), MAX_DEPTH) - 1


def _element(_name: str, *children: Any, **facts: object) -> Any:
    """Return an element of WordprocessingML with some attributes."""
    element = OxmlElement(f"w:{_name}")
    for name, value in facts.items():
        element.set(qn(f"w:{name}"), str(value))
    element.extend(children)
    return element


def _is_right_to_left(language: str) -> bool:
    return bool(get_language_info(language)["bidi"])
