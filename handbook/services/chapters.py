"""Reads the chapters of the handbook and makes them into HTML, with anchors, links and pictures.

The sources are in `docs/handbook`, so that they can also be read in the repository.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, cast

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

from handbook.services.contents import CHAPTERS

FOLDER: Final = Path(settings.BASE_DIR, "docs", "handbook")
PICTURES: Final = "../pictures/"
# The pictures have more pixels than the page that they show, so that they are sharp.
PICTURE_SCALE: Final = 1.25
# The name of a chapter's file in a link, with the anchor of a section.
CHAPTER_LINK: Final = re.compile(r"([\w-]+)\.md((?:#.*)?)")
MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Section:
    """One section of a chapter. `text` is what is read, to search it."""

    anchor: str
    heading: str
    html: SafeString
    text: str


@dataclass(frozen=True)
class Chapter:
    """One chapter in a language; its introduction has no anchor and the title as heading."""

    slug: str
    language: str
    introduction: Section
    sections: Sequence[Section]

    @property
    def title(self) -> str:
        return self.introduction.heading


def chapters(language: str) -> Mapping[str, Chapter]:
    """Return the chapters in a language, in order, by their names."""
    return {slug: read_chapter(slug, language) for slug in CHAPTERS}


@cache
def read_chapter(slug: str, language: str, *, folder: Path = FOLDER) -> Chapter:
    """Read a chapter, once in each process.

    In each language, a section has the anchor of the English section.
    """
    english = list(_split(_parse(slug, "en", folder)))
    parts = english if language == "en" else list(_split(_parse(slug, language, folder)))
    # A section that the English chapter does not have keeps its own.
    named = [heading for heading, _tokens in [*english, *parts[len(english) :]]]
    anchors = ["", *_anchors(named[1:])]
    introduction, *sections = [
        Section(
            anchor=anchor,
            heading=heading,
            html=_render(tokens, folder),
            text=" ".join(" ".join(map(_text, tokens)).split()),
        )
        for (heading, tokens), anchor in zip(parts, anchors, strict=False)
    ]
    return Chapter(slug=slug, language=language, introduction=introduction, sections=sections)


def _parse(slug: str, language: str, folder: Path) -> list[Token]:
    return MARKDOWN.parse((folder / language / f"{slug}.md").read_text(encoding="utf-8"))


def _split(tokens: list[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Yield the heading and the contents of the introduction and of each section."""
    starts = [place for place, token in enumerate(tokens) if token.type == "heading_open"]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        # A heading is three tokens: its start, its text and its end.
        yield _text(tokens[start + 1]), tokens[start + 3 : end]


def _anchors(headings: Sequence[str]) -> list[str]:
    """Return the anchors that GitHub gives to headings: the same one twice gets a number."""
    anchors: list[str] = []
    for heading in headings:
        name = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        before = sum(re.sub(r"-\d+$", "", anchor) == name for anchor in anchors)
        anchors.append(f"{name}-{before}" if before else name)
    return anchors


def _text(token: Token) -> str:
    """Return what is read of a block: without pictures and marks."""
    return "".join(
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in token.children or ()
        if child.type != "image"
    )


def _render(tokens: list[Token], folder: Path) -> SafeString:
    """Return tokens as HTML, with the addresses of the help pages and of the pictures."""
    for token in tokens:
        token.children = token.children and [_addressed(child, folder) for child in token.children]
    html = cast("str", MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))
    return mark_safe(html)  # noqa: S308  # Of the repository's own Markdown, without HTML.


def _addressed(token: Token, folder: Path) -> Token:
    """Return a token whose link or picture has its address in the admin."""
    if token.type == "link_open":
        link = CHAPTER_LINK.fullmatch(str(token.attrs["href"]))
        if link and link[1] in CHAPTERS:
            token.attrs["href"] = reverse("admin:help_chapter", args=[link[1]]) + link[2]
    if token.type == "image":
        name = str(token.attrs["src"]).removeprefix(PICTURES)
        file = folder / "pictures" / name
        if not file.is_file():
            return Token("text", "", 0, content=f"[{token.content}]")
        with Image.open(file) as picture:
            width, height = (round(edge / PICTURE_SCALE) for edge in picture.size)
        token.attrs |= {
            "src": static(f"handbook/{name}"),
            "width": width,
            "height": height,
            "loading": "lazy",
        }
    return token
