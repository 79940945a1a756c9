"""What staff write in Markdown, made into HTML that is safe to show."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# The page has the first heading; pictures and styles come from nobody but the portal.
ALLOWED_TAGS = {"a", "blockquote", "br", "em", "h2", "h3", "li", "ol", "p", "strong", "ul"}
MARKDOWN = MarkdownIt("commonmark", {"html": False})


def as_html(markdown: str) -> SafeString:
    """Return Markdown as HTML: paragraphs, lists, headings, emphasis and links, no more."""
    html = nh3.clean(
        MARKDOWN.render(markdown),
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
    )
    return mark_safe(html)  # noqa: S308  # What is not allowed was taken out just above.
