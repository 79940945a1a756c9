"""Render the Markdown of a message as plain text and as HTML for mail programs."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, TypedDict, Unpack

import css_inline
import nh3
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from outbox.services.mail_parts import (
    NO_ADDRESS,
    PREHEADER_PADDING,
    URL_SCHEMES,
    parts_of,
    preheader,
    split_off_end,
)

# The markers in a body for the recipient's private links; MARKERS has them by column.
PRIVATE_PAGE = "[[private-page]]"
PRIVATE_CODE = "[[private-code]]"
PRIVATE_UNSUBSCRIBE = "[[private-unsubscribe]]"
# The beginning of the markers for the lines of `private_links`; the number of the line follows.
PRIVATE_LINK = "[[private-link-"
PRIVATE_LINK_RE = re.compile(re.escape(PRIVATE_LINK) + r"(\d+)\]\]")
MARKERS = {
    "private_page": PRIVATE_PAGE,
    "private_code": PRIVATE_CODE,
    "private_unsubscribe": PRIVATE_UNSUBSCRIBE,
    "private_links": PRIVATE_LINK,
}


class Keys(TypedDict, total=False):
    """The recipient's private links, each optional."""

    private_page: str
    private_code: str
    private_unsubscribe: str
    private_links: str


MAX_VALUE_LENGTH = 200
# The line between a letter and its end, in Markdown.
RULE: Final = "---"

# The classes of cells by the style that the parser gives them. A column at the "right" is one at
# the end of the line: in Arabic, that is at the left.
CELL_CLASSES = {"text-align:center": "centre", "text-align:right": "end"}


def _mark_tables(state: StateCore) -> None:
    """Give tables and their cells classes in place of styles, which the cleaner removes."""
    for token in state.tokens:
        if token.type == "table_open":
            token.attrSet("class", "data")
        elif token.type in ("th_open", "td_open"):
            side = CELL_CLASSES.get(str(token.attrs.pop("style", "")))
            token.attrs |= {"class": side} if side else {}
            token.attrs |= {"scope": "col"} if token.type == "th_open" else {}


# CommonMark with tables, without raw HTML, and without images, which would be loaded from other
# servers.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
MARKDOWN.core.ruler.push("mark_tables", _mark_tables)
CLEANER = nh3.Cleaner(
    tags={"a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "hr", "li", "ol", "p", "pre"}
    | {"strong", "table", "tbody", "td", "th", "thead", "tr", "ul"},
    attributes={"a": {"href"}, "ol": {"start"}, "th": {"scope"}},
    allowed_classes={"table": {"data"}, "td": {"centre", "end"}, "th": {"centre", "end"}},
    url_schemes=URL_SCHEMES,
    link_rel=None,
)
# Style tags are kept for dark mode, which cannot be written inline.
INLINER = css_inline.CSSInliner(
    keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False
)

# The categories Cc, Zl and Zp.
CONTROLS_AND_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Characters that change the writing direction: with them, a name could reorder a line.
DIRECTION_MARKS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Characters with a meaning in Markdown anywhere in a line; & only at the start of an entity.
SPECIAL = re.compile(r"[\\`*_\[\]<|]|&(?=#?\w+;)")
# Characters with a meaning in Markdown at the beginning of a line.
SPECIAL_FIRST = re.compile(r"^(\d{1,9}(?=[.)])|(?=[#>+\-=~:]))")
# Mail programs turn these into links: URLs, and names with a dot like a domain.
SCHEME = re.compile(r"(?<=[a-z0-9+.\-])://", re.IGNORECASE)
URI_SCHEME_RE = re.compile(r"\b(mailto|tel|sms|sip|xmpp):(?=\S)", re.IGNORECASE)
WORLD_WIDE_WEB = re.compile(r"\b(www)\.", re.IGNORECASE)
# The full stops of Chinese and Japanese count as dots in domains. Initials have no second letter.
DOMAIN_DOT = re.compile(r"(?<=\S)([.。．｡])(?=[^\W\d_][^\s.,;:!?)])")
# Invisible, but breaks a word.
ZERO_WIDTH_SPACE = "\u200b"


def escape_inline(value: str) -> str:
    """Escape a person's input, so that Markdown shows it as typed on one line.

    The line has at most 200 characters. Nothing in it becomes emphasis, a link, or an address that
    a mail program would turn into a link.
    """
    line = one_line(value).translate(DIRECTION_MARKS)
    if len(line) > MAX_VALUE_LENGTH:
        line = line[: MAX_VALUE_LENGTH - 1].rstrip() + "…"
    return _harmless(line)


def escape_paragraphs(value: str) -> str:
    """Escape a person's input of several paragraphs, so that Markdown shows it as typed.

    Line breaks are kept, and there is no limit of length. Each line is escaped as in
    `escape_inline()`.
    """
    text = value.translate(DIRECTION_MARKS).replace("\r\n", "\n").replace("\r", "\n").strip()
    # Two spaces at the end of a line keep its break.
    return "\n\n".join(
        "  \n".join(_harmless(line) for line in map(one_line, paragraph.split("\n")) if line)
        for paragraph in re.split(r"\n\s*\n", text)
    )


def _harmless(line: str) -> str:
    """Escape one line, so that nothing in it becomes emphasis or a link."""
    line = SCHEME.sub(": //", line)
    line = URI_SCHEME_RE.sub(r"\1: ", line)
    line = WORLD_WIDE_WEB.sub(r"\1 .", line)
    line = DOMAIN_DOT.sub(r"\1" + ZERO_WIDTH_SPACE, line)
    line = SPECIAL.sub(r"\\\g<0>", line)
    return SPECIAL_FIRST.sub(r"\1\\", line)


def one_line(value: str) -> str:
    """Return a text without control characters and line breaks, and with single spaces."""
    return " ".join(CONTROLS_AND_BREAKS.sub(" ", value).split())


def as_text(body: str, **keys: Unpack[Keys]) -> str:
    """Return the plain text of a body.

    `keys` are the recipient's private links, by the names in MARKERS. A link that is left out is
    shown as "(the recipient's private link)".
    """
    return _text(_parsed(body, keys))


def as_html(subject: str, body: str, *, language: str, **keys: Unpack[Keys]) -> str:
    """Return a complete HTML document with inline styles and no external resources.

    The text in place of keys that are left out is in the same language.
    """
    with override(language):
        return _html(subject, _parsed(body, keys), language)


def as_fragment(body: str, *, language: str) -> SafeString:
    """Return the HTML of a body without document and styles, to be shown in a page."""
    with override(language):
        return _fragment(_parsed(body, {}))


def as_text_and_html(
    subject: str, body: str, *, language: str, **keys: Unpack[Keys]
) -> tuple[str, str]:
    """Return the plain text and the HTML, and parse the Markdown, the slowest part, only once."""
    with override(language):
        tokens = _parsed(body, keys)
        return _text(tokens), _html(subject, tokens, language)


def without_keys(body: str) -> str:
    """Return a body as Markdown, with a note in place of each private link."""
    return _with_keys(body, {})


def private_link_marker(number: int) -> str:
    """Return the marker for one line of `private_links`; the first line is 1."""
    return f"{PRIVATE_LINK}{number}]]"


def without_private_links(body: str) -> str:
    """Return a body without the paragraphs that have a marker for a line of `private_links`."""
    paragraphs = body.split("\n\n")
    return "\n\n".join(each for each in paragraphs if PRIVATE_LINK not in each)


def _parsed(body: str, keys: Keys) -> list[Token]:
    return MARKDOWN.parse(_with_keys(body, keys))


def _text(tokens: list[Token]) -> str:
    return _blocks(tokens) + "\n"


def _fragment(tokens: list[Token]) -> SafeString:
    for token in tokens:
        token.children = token.children and list(_without_dead_links(token.children))
    cleaned = CLEANER.clean(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))
    # Rendered from Markdown without HTML, and cleaned.
    return mark_safe(cleaned)  # noqa: S308


def _without_dead_links(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the parts of a paragraph, with a note after the text of a link without its address."""
    is_dead = False
    for token in tokens:
        if token.type == "link_open" and token.attrGet("href") == NO_ADDRESS:
            is_dead = True
        elif token.type == "link_close" and is_dead:
            is_dead = False
            yield Token("text", "", 0, content=" " + _("(the recipient's private link)"))
        else:
            yield token


def _html(subject: str, tokens: list[Token], language: str) -> str:
    letter, end = split_off_end(tokens)
    document = render_to_string(
        "outbox/mail.html",
        {
            "subject": subject,
            "preheader": preheader(letter) + PREHEADER_PADDING,
            "parts": [(part, _fragment(part.tokens)) for part in parts_of(letter)],
            "end": _fragment(end),
            "language": language,
            "direction": "rtl" if get_language_info(language)["bidi"] else "ltr",
        },
    )
    return INLINER.inline(document)


def _with_keys(body: str, keys: Keys) -> str:
    """Replace the markers in a body by the recipient's private links."""
    code = keys.get("private_code") or _("(the recipient's code)")
    body = body.replace(PRIVATE_CODE, code)
    addresses = {
        PRIVATE_PAGE: keys.get("private_page"),
        PRIVATE_UNSUBSCRIBE: keys.get("private_unsubscribe"),
        **_addresses_by_marker(body, keys.get("private_links", "")),
    }
    for marker, address in addresses.items():
        # As the target of a link, or alone; between < and >, a URL is not parsed as Markdown.
        if address:
            body = body.replace(f"]({marker})", f"](<{address}>)")
            alone = f"<{address}>"
        else:
            alone = _("(the recipient's private link)")
            body = body.replace(f"]({marker})", f"]({NO_ADDRESS})")
        body = body.replace(f"<{marker}>", marker).replace(marker, alone)
    return body


def _addresses_by_marker(body: str, private_links: str) -> dict[str, str | None]:
    """Return the URL of each marker in a body for a line of `private_links`."""
    lines = dict(enumerate(private_links.splitlines(), start=1))
    return {found[0]: lines.get(int(found[1])) for found in PRIVATE_LINK_RE.finditer(body)}


def _blocks(tokens: Iterable[Token]) -> str:  # noqa: C901 (one case a kind of block)
    """Render the blocks of a parsed body as plain text."""
    lines: list[str] = []
    lists: list[int | None] = []
    rows: list[list[str]] = []
    prefix = ""
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                if not lists:
                    lines.append("")
            case "list_item_open":
                number = lists[-1]
                prefix = "- " if number is None else f"{number}. "
                if number is not None:
                    lists[-1] = number + 1
            case "tr_open":
                rows.append([])
            case "table_close":
                lines += _table(rows)
                rows = []
            case "inline" if rows:
                rows[-1].append(_inline(token.children or []))
            case "inline":
                indent = "  " * max(len(lists) - 1, 0)
                hanging = indent + " " * len(prefix)
                text = _inline(token.children or []).replace("\n", "\n" + hanging)
                lines.append(indent + prefix + text)
                prefix = ""
            case "fence" | "code_block":
                lines += [token.content.rstrip("\n"), ""]
            case "hr":
                lines += ["--", ""]
            case "paragraph_close" | "heading_close" if not lists:
                lines.append("")
    return "\n".join(lines).strip()


def _table(rows: list[list[str]]) -> list[str]:
    """Return the lines of a table: one a cell, with its heading, and an empty one after each row.

    So the text is readable on a narrow screen, and read aloud.
    """
    headings, *others = rows
    lines = [] if others else [*headings, ""]
    for row in others:
        cells = [pair for pair in zip(headings, row, strict=True) if pair[1]]
        lines += [
            _("%(heading)s: %(words)s") % {"heading": heading, "words": words} if heading else words
            for heading, words in cells
        ]
        lines.append("")
    return lines


def _inline(tokens: Iterable[Token]) -> str:
    """Return the text of a paragraph, with the URL of each link after its text."""
    text, address, begins = "", "", 0
    is_after_link = False
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                text += token.content
            case "hardbreak":
                text += "\n"
            case "softbreak":
                # Links on lines of their own, like buttons, stay there.
                text += "\n" if is_after_link else " "
            case "link_open":
                address, begins = str(token.attrGet("href") or ""), len(text)
            case "link_close":
                if address == NO_ADDRESS:
                    text += " " + _("(the recipient's private link)")
                elif text[begins:] not in (address, address.removeprefix("mailto:")):
                    text += f" <{address}>"
        is_after_link = token.type == "link_close"
    return text
