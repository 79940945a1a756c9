"""The texts of a framework as people type them: cleaned, checked, and shown as HTML.

A paragraph has words, lists, bold, italics and links. A heading is one line without any of them.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markdown_it.token import Token

from core.conflicts import Refused
from core.languages import is_written
from core.markdown import STRICT_PARSER, opens, quoted
from core.markdown import as_html as render
from core.typed_text import clean_lines, count_words, has_a_letter, is_printable
from framework.models import DraftStatus, ParagraphKind, Wording

# The words of a reason, and the characters of a paragraph and of a heading.
MAX_REASON_WORDS: Final = 150
MAX_TEXT_LENGTH: Final = 5000
MAX_HEADING_LENGTH: Final = 200
# No text has words of more letters on average.
LETTERS_PER_WORD: Final = 15

TAGS: Final = frozenset({"a", "br", "em", "li", "ol", "p", "strong", "ul"})
# What the strict parser finds in a text with these tags only.
BLOCKS: Final = frozenset({"bullet_list", "inline", "list_item", "ordered_list", "paragraph"})
INLINES: Final = frozenset(
    {"em", "hardbreak", "link", "softbreak", "strong", "text", "text_special"}
)
PLAIN: Final = frozenset({"text", "text_special"})

__all__ = [
    "MAX_HEADING_LENGTH",
    "MAX_REASON_WORDS",
    "MAX_TEXT_LENGTH",
    "as_html",
    "check_reason",
    "check_text",
    "clean_text",
    "count_words",
    "language_of",
]


def clean_text(text: str) -> str:
    """Return a text without invisible characters, and with the same line break everywhere."""
    return clean_lines(text)


def check_text(text: str, *, kind: str = ParagraphKind.TEXT) -> None:
    """Check the text of a paragraph, or one that is proposed.

    Raises Refused (no_text, unreadable, too_long, heading, markup), whose text says what to change.
    """
    _check_readable(text)
    is_heading = kind == ParagraphKind.HEADING
    limit = MAX_HEADING_LENGTH if is_heading else MAX_TEXT_LENGTH
    if len(text) > limit:
        raise Refused(
            _("Shorten the text to %(limit)d characters; it has %(number)d.")
            % {"limit": limit, "number": len(text)},
            code="too_long",
        )
    wrong = next(_not_shown(text, INLINES if not is_heading else PLAIN), None)
    if wrong is None and not (is_heading and "\n" in text):
        return
    if is_heading:
        raise Refused(_("A heading is one line, without bold, links and lists."), code="heading")
    raise Refused(
        _("“%(words)s” cannot be shown. A paragraph has words, lists, bold, italics and links.")
        % {"words": quoted(wrong or text)},
        code="markup",
    )


def check_reason(reason: str) -> None:
    """Check the reason of an amendment or of an answer. It is plain text, in any language.

    Raises Refused (no_text, unreadable, too_long).
    """
    _check_readable(reason)
    words = count_words(reason)
    if words > MAX_REASON_WORDS or len(reason) > MAX_REASON_WORDS * LETTERS_PER_WORD:
        raise Refused(
            _("Shorten the reason to %(limit)d words; it has %(number)d.")
            % {"limit": MAX_REASON_WORDS, "number": words},
            code="too_long",
        )


def as_html(text: str) -> SafeString:
    """Return the text of a paragraph as safe HTML: paragraphs, lists, emphasis and links."""
    return render(text, tags=TAGS)


def language_of(*wordings: Wording) -> str:
    """Return the reader's language if all are adopted and written in it, else English."""
    language = get_language() or "en"
    is_read = all(
        each.draft.status == DraftStatus.ADOPTED and is_written(each, "text", language)
        for each in wordings
    )
    return language if is_read else "en"


def _check_readable(text: str) -> None:
    if not is_printable(text):
        raise Refused(
            _("The text has characters that could not be read. Type it instead of pasting it."),
            code="unreadable",
        )
    if not has_a_letter(text):
        raise Refused(_("Write at least one word."), code="no_text")


def _not_shown(text: str, inlines: frozenset[str]) -> Iterator[str]:
    """Find what cannot be shown in a paragraph, as it was typed."""
    env: dict[str, dict[str, object]] = {}
    used: set[str] = set()
    lines = text.splitlines()
    for token in STRICT_PARSER.parse(text, env):
        is_allowed = _name(token) in (BLOCKS if inlines is INLINES else {"inline", "paragraph"})
        if not is_allowed:
            yield token.content or "\n".join(lines[slice(*(token.map or (0, 1)))])
        children = token.children or []
        used |= {str(each.meta.get("label")) for each in children if each.type == "link_open"}
        for inline, following in pairwise([*children, Token("end", "", 0)]):
            address = str(inline.attrGet("href") or "")
            if _name(inline) not in inlines:
                yield inline.content or following.content or token.content
            elif inline.type == "link_open" and (
                not opens(address) or following.type == "link_close"
            ):
                yield address or token.content
    # The parser takes these lines for the addresses of links, and shows nothing.
    yield from (f"[{label}]:" for label in env.get("references", {}) if label not in used)


def _name(token: Token) -> str:
    return token.type.removesuffix("_open").removesuffix("_close").removesuffix("_")
