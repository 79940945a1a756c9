"""Converts Markdown that staff write to safe HTML."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# No h1, which the page has already. Only the portal itself adds images and styles.
ALLOWED_TAGS = {"a", "blockquote", "br", "em", "h2", "h3", "li", "ol", "p", "strong", "ul"}
MARKDOWN = MarkdownIt("commonmark", {"html": False})


def as_html(markdown: str) -> SafeString:
    """Return Markdown as HTML with only paragraphs, lists, headings, emphasis and links."""
    html = nh3.clean(
        MARKDOWN.render(markdown),
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
    )
    return mark_safe(html)  # noqa: S308  # What is not allowed was taken out just above.
