"""The sources of the handbook, for the tests that compare them."""

import re
from pathlib import Path

from django.conf import settings
from markdown_it import MarkdownIt

FOLDER = Path(settings.BASE_DIR, "docs", "handbook")
LANGUAGES = ("en", "fr")
CHAPTER_FILES = sorted(FOLDER.glob("*/*.md"))
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def id_of(file):
    return f"{file.parent.name}-{file.stem}"


def inlines(text):
    """Yield the texts, links and pictures of a chapter, as tokens."""
    for block in MARKDOWN.parse(text):
        yield from block.children or ()


def links_of(file):
    tokens = inlines(file.read_text(encoding="utf-8"))
    return [token.attrs["href"] for token in tokens if token.type == "link_open"]


def pictures_of(file):
    """Return the addresses and the descriptions of the pictures of a chapter."""
    tokens = inlines(file.read_text(encoding="utf-8"))
    return [(token.attrs["src"], token.content) for token in tokens if token.type == "image"]


def headings_of(file):
    return re.findall(r"^(#+) (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)


def write_chapter(folder, text, slug="decisions", language="en"):
    """Write the source of a chapter below a folder."""
    file = folder / language / f"{slug}.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
