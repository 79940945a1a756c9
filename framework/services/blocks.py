"""The text of a paragraph as blocks for a file: its Markdown without the signs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markdown_it.token import Token

from core.markdown import RENDERER, opens
from core.typed_text import xml_text
from framework.models import Wording
from framework.services.numbering import NumberedWording

# Inline tokens with the text that is shown in their place.
BREAKS: Final = {"softbreak": " ", "hardbreak": "\n"}


@dataclass(frozen=True)
class OrderedList:
    """A numbered list: of which paragraph, the how many-th one, and its first number."""

    paragraph: int
    index: int
    start: int


@dataclass(frozen=True)
class Layout:
    """How a block looks. `list` is that of which it begins an item; "" is a list with bullets.

    `depth` is the number of lists around it. The first block of a text or an action has its number.
    """

    kind: str
    language: str
    has_number: bool = False
    depth: int = 0
    list: OrderedList | str | None = None


@dataclass(frozen=True)
class Style:
    """How some letters look."""

    is_bold: bool = False
    is_italic: bool = False
    link: str = ""


@dataclass(frozen=True)
class Piece:
    """Letters that look alike. A line break in a block is "\\n"."""

    text: str
    style: Style = Style()


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, or a paragraph of an item of a list."""

    layout: Layout
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def blocks_of(numbered: NumberedWording, language: str) -> list[Block]:
    """Return the blocks of a paragraph in a language in which it is written."""
    wording = numbered.wording
    found = list(_blocks(wording, language))
    if numbered.is_heading:
        return found
    layout = Layout(wording.kind, language, has_number=True)
    if not found or found[0].layout.depth:
        # The number of the paragraph stands above its list.
        return [Block(layout, ()), *found]
    return [Block(layout, found[0].pieces), *found[1:]]


def _blocks(wording: Wording, language: str) -> Iterator[Block]:
    lists: list[OrderedList | str] = []
    begins_item, ordered = False, 0
    for token in RENDERER.parse(xml_text(wording.text_in(language))):
        if token.type == "bullet_list_open":
            lists.append("")
        elif token.type == "ordered_list_open":
            start = int(token.attrGet("start") or 1)
            lists.append(OrderedList(wording.paragraph_id, ordered, start))
            ordered += 1
        elif token.type.endswith("_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            begins_item = True
        elif token.content:
            layout = Layout(
                wording.kind,
                language,
                depth=len(lists),
                list=lists[-1] if lists and begins_item else None,
            )
            begins_item = False
            yield Block(layout, tuple(_pieces(token)))


def _pieces(token: Token) -> Iterator[Piece]:
    if token.children is None:
        yield Piece(token.content.rstrip("\n"))
        return
    bold, italic, link = 0, 0, ""
    for inline in token.children:
        change = inline.nesting
        bold += change * (inline.tag == "strong")
        italic += change * (inline.tag == "em")
        if inline.type == "link_open":
            address = str(inline.attrGet("href") or "")
            link = address if opens(address) else ""
        elif inline.type == "link_close":
            link = ""
        if text := BREAKS.get(inline.type, inline.content):
            yield Piece(text, Style(bool(bold), bool(italic), link))
