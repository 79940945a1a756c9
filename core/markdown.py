"""Markdown that staff and members write: read strictly to check it, and shown as safe HTML."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from markdown_it import MarkdownIt

# No h1, which the page has already. Only the portal itself adds images and styles.
ALLOWED_TAGS: Final = frozenset(
    {"a", "blockquote", "br", "em", "h2", "h3", "li", "ol", "p", "strong", "ul"}
)
SCHEMES: Final = ("http", "https", "mailto")
# The number of characters of a text that a message about it quotes.
MAX_QUOTED: Final = 40

RENDERER: Final = MarkdownIt("commonmark", {"html": False})
# It has more syntax than the renderer, so it finds what would be shown with its signs, or not at
# all.
STRICT_PARSER: Final = MarkdownIt("commonmark", {"html": True, "store_labels": True})
STRICT_PARSER.enable(["strikethrough", "table"])
# Entities stay tokens of their own, and each link is one, whatever its address is.
STRICT_PARSER.disable("text_join")
STRICT_PARSER.normalizeLink = lambda url: url  # type: ignore[method-assign]
STRICT_PARSER.validateLink = lambda url: True  # type: ignore[method-assign]


def as_html(markdown: str, *, tags: Collection[str] = ALLOWED_TAGS) -> SafeString:
    """Return Markdown as HTML with some tags, by default all that a text of the portal can have."""
    html = nh3.clean(
        RENDERER.render(markdown),
        tags=set(tags),
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=set(SCHEMES),
    )
    return mark_safe(html)  # noqa: S308  # What is not allowed was taken out just above.


def opens(address: str) -> bool:
    """Return whether a browser or a mail program can open the address of a link."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path or "{" in parts.path
    return parts.scheme in SCHEMES and bool(parts.netloc)


def quoted(text: str) -> str:
    """Return the first words of a text on one line, for a message about it."""
    return Truncator(" ".join(text.split())).chars(MAX_QUOTED)
