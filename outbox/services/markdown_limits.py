"""Find what a text cannot show in an email: pictures, HTML, crooked tables, and other leftovers.

The strict parser finds what would otherwise be shown with its signs, or not at all.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from django.utils.translation import gettext as _
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

from core.markdown import STRICT_PARSER, opens, quoted

MAX_COLUMNS: Final = 4
MAX_HEADING_LEVEL: Final = 3
# The characters of the row below the headings of a table.
DASHES: Final = frozenset("|-: ")
CHECK_BOXES: Final = ("[ ] ", "[x] ", "[X] ")
# The inline tokens that a subject, which is plain text, would show with their signs.
MARKUP_IN_SUBJECTS: Final = ("em_open", "html_inline", "image", "link_open", "strong_open")


def markdown_faults(
    *, subject: str, body: str, addresses: Collection[str] = ()
) -> dict[str, list[str]]:
    """Return the error messages for what cannot be shown, by field. Each is a sentence or two.

    `addresses` are the names of the placeholders that may be the address of a link.
    """
    found = {
        "subject": list(dict.fromkeys(_faults_of_subject(subject))),
        "body": list(dict.fromkeys(_faults_of_body(body, addresses))),
    }
    return {name: sentences for name, sentences in found.items() if sentences}


def _faults_of_subject(subject: str) -> Iterator[str]:
    for block in STRICT_PARSER.parseInline(subject):
        tokens = block.children or []
        if any(each.type in MARKUP_IN_SUBJECTS or each.info == "entity" for each in tokens):
            yield _(
                "A subject is plain text, and “%(words)s” would be shown with its signs. Write it "
                "without bold, links, HTML and codes such as &amp;."
            ) % {"words": quoted(subject)}


def _faults_of_body(body: str, addresses: Collection[str]) -> Iterator[str]:
    env: dict[str, Any] = {}
    tokens, lines = STRICT_PARSER.parse(body, env), body.splitlines()
    used: set[str] = set()
    for before, token in pairwise([Token("begin", "", 0), *tokens]):
        yield from _faults_of_block(before, token)
        children = token.children or []
        used |= {str(each.meta.get("label")) for each in children if each.type == "link_open"}
        for inline, following in pairwise([*children, Token("end", "", 0)]):
            yield from _faults_of_inline(inline, following, addresses)
    yield from _faults_of_tables(tokens, lines)
    yield from _faults_of_definitions(env.get("references", {}), used)


def _faults_of_block(before: Token, token: Token) -> Iterator[str]:
    """Find what is wrong with a block as a whole."""
    words = {"words": quoted(token.content)}
    if token.type == "html_block":
        yield _html(token.content)
    elif token.type in ("fence", "code_block"):
        yield (
            _(
                "“%(words)s” would be shown as program code. Remove the signs ``` around it, or "
                "the spaces at the beginning of its lines."
            )
            % words
        )
    elif token.type == "inline" and before.type == "heading_open":
        if int(before.tag[1:]) > MAX_HEADING_LEVEL:
            yield _("“%(words)s” has too many signs #. Write one, two or three.") % words
    elif token.type == "inline" and before.type == "paragraph_open":
        yield from _faults_of_lines(token.content.splitlines())


def _faults_of_lines(lines: Sequence[str]) -> Iterator[str]:
    """Find what was meant as a table or as a list, but would be shown with its signs."""
    for line in lines:
        if line.startswith("|") or (DASHES.issuperset(line) and "|" in line):
            yield _(
                "“%(words)s” is not a table yet. Put an empty line before the table. Below its "
                "first row, write one with a part of dashes for each column: | --- | --- |"
            ) % {"words": quoted(line)}
            return
    if lines and lines[0].startswith(CHECK_BOXES):
        yield _(
            "Boxes to tick cannot be shown: “%(words)s”. Write a list, whose lines begin with “- ”."
        ) % {"words": quoted(lines[0])}


def _faults_of_inline(token: Token, following: Token, addresses: Collection[str]) -> Iterator[str]:
    """Find what is wrong with a part of a paragraph, of a heading or of a cell."""
    match token.type:
        case "image":
            address = str(token.attrGet("src") or "")
            yield _(
                "An email has no pictures: “%(words)s”. Put the picture on a page and link to it."
            ) % {"words": quoted(token.content or address)}
        case "html_inline":
            # A pair of tags is one fault.
            yield _html(token.content.replace("</", "<"))
        case "s_open":
            yield _(
                "Text cannot be struck out: “%(words)s”. Delete it, or remove the signs ~~."
            ) % {"words": quoted(following.content)}
        case "link_open":
            yield from _faults_of_link(token, following, addresses)
        case "text":
            yield from _faults_of_words(token.content)


def _faults_of_link(token: Token, following: Token, addresses: Collection[str]) -> Iterator[str]:
    address = str(token.attrGet("href") or "")
    if following.type == "link_close":
        yield _("The link to “%(words)s” has no words. Write them between the square brackets.") % {
            "words": quoted(address)
        }
    if not address.startswith(tuple(f"{{{name}}}" for name in addresses)) and not opens(address):
        yield _(
            "The link to “%(words)s” does not work in an email. Write its whole address, which "
            "begins with https://, or mailto: and an email address."
        ) % {"words": quoted(address)}


def _faults_of_words(text: str) -> Iterator[str]:
    """Find a note without its mark, and the content of a file."""
    for word in text.split():
        if "[^" in word and "]" in word:
            yield _footnote(word)
        elif word.startswith("data:") and "," in word:
            yield _(
                "“%(words)s” is the content of a file. Put the file on a page and link to it."
            ) % {"words": quoted(word)}


def _faults_of_tables(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[str]:
    """Find tables that are too wide for a phone, and rows that would lose or gain cells."""
    columns = 0
    for token in tokens:
        if token.type == "table_open":
            columns = 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "thead_close" and columns > MAX_COLUMNS:
            yield _("A table has %(number)d columns. Use at most %(limit)d, to fit a phone.") % {
                "number": columns,
                "limit": MAX_COLUMNS,
            }
        elif token.type == "tr_open" and token.map and columns:
            row = lines[token.map[0]].lstrip("> \t")
            if len(_cells(row)) != columns:
                yield _(
                    "The row “%(words)s” of a table does not have as many cells as its first row. "
                    "Correct it, and leave an empty line below the table."
                ) % {"words": quoted(row)}


def _cells(row: str) -> list[str]:
    """Return the cells of a row as the parser splits it, with those that it would leave out."""
    cells = escapedSplit(row.strip())
    first, last = int(not cells[0]), len(cells) - int(not cells[-1])
    return cells[first:last]


def _faults_of_definitions(references: dict[str, Any], used: Collection[str]) -> Iterator[str]:
    """Find lines that the parser takes for the address of a link, and does not show."""
    for label in references:
        if label.startswith("^"):
            yield _footnote(f"[{label.lower()}]")
        elif label not in used:
            yield _(
                "The line that begins with “%(words)s” would not be shown. Write a link as "
                "[words](https://example.org)."
            ) % {"words": f"[{quoted(label.lower())}]:"}


def _footnote(mark: str) -> str:
    return _("A footnote cannot be shown: “%(words)s”. Write it in the text.") % {
        "words": quoted(mark)
    }


def _html(tag: str) -> str:
    return _(
        "HTML cannot be used, and “%(words)s” would be shown with its signs. Remove the tags."
    ) % {"words": quoted(tag)}
