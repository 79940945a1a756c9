"""The parts of a letter in a mail: text, buttons, boxes and the end, found in its Markdown."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import Final
from urllib.parse import urlsplit

from markdown_it.token import Token

# The target of a link whose address is not known, as in a preview.
NO_ADDRESS: Final = "#private-link"
# Mail programs show about this many characters beside the subject, and then the next text of the
# mail; the invisible padding keeps the portal's name and the subject out of this line.
MAX_PREHEADER_LENGTH: Final = 110
PREHEADER_PADDING: Final = "\u034f\u2007" * 60
# The last characters of a greeting, in the six languages.
GREETING_ENDS: Final = (",", "،", "，", ":", "：", "!", "！")
# The end of a sentence before another. A short word may be an abbreviation, like “Sra.” or “Prof.”
SENTENCE_END_RE: Final = re.compile(r"(?:[^\W\d_]{5,}|[)»”])[.?؟]\s|[。？]|！.")
# Of links. Others do nothing in a mail.
URL_SCHEMES: Final = {"http", "https", "mailto"}
BREAKS: Final = {"softbreak", "hardbreak"}


@dataclass(frozen=True)
class Button:
    """A link that is shown as a button."""

    label: str
    address: str

    @property
    def is_private(self) -> bool:
        """Whether the address is not known."""
        return self.address == NO_ADDRESS

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def path(self) -> str:
        """The address after its host."""
        return self.address.partition(self.host)[2]


@dataclass(frozen=True)
class Part:
    """A part of a letter: buttons beside each other, a box, or other blocks of text."""

    tokens: list[Token] = field(default_factory=list)
    buttons: Sequence[Button] = ()
    is_box: bool = False


def split_off_end(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Return a letter and its end, which is what stands below the last rule."""
    rules = [number for number, token in enumerate(tokens) if _is_rule(token)]
    return (tokens[: rules[-1]], tokens[rules[-1] + 1 :]) if rules else (tokens, [])


def parts_of(tokens: list[Token]) -> list[Part]:
    """Return the parts of a letter.

    A quotation is a box. A paragraph that is nothing but links with a text is buttons.
    """
    parts: list[Part] = []
    for is_text, blocks in groupby(_top_level(tokens), key=lambda block: not _is_special(block)):
        if is_text:
            parts.append(Part(list(chain.from_iterable(blocks))))
        else:
            parts += map(_special_part, blocks)
    # A quotation is empty if its placeholder had no value.
    return [part for part in parts if part.tokens or part.buttons]


def preheader(tokens: list[Token]) -> str:
    """Return the text that mail programs show beside the subject: the first after the greeting."""
    paragraphs = (block for block in _top_level(tokens) if block[0].type == "paragraph_open")
    texts = [_text_of(block) for block in paragraphs if not buttons_in(block)]
    text = next((text for text in texts if not is_greeting(text)), "")
    if len(text) <= MAX_PREHEADER_LENGTH:
        return text
    return (text[:MAX_PREHEADER_LENGTH].rpartition(" ")[0] or text[:MAX_PREHEADER_LENGTH]) + "…"


def buttons_in(block: list[Token]) -> list[Button]:
    """Return the links of a paragraph that is nothing but links with a text of their own."""
    if block[0].type != "paragraph_open":
        return []
    buttons, address, label = [], "", ""
    for token in block[1].children or []:
        if token.type == "link_open" and token.info != "auto":
            address, label = str(token.attrGet("href") or ""), ""
        elif token.type == "link_close" and address:
            if not _is_usable(address):
                return []
            buttons.append(Button(label, address))
            address = ""
        elif address:
            label += token.content
        elif token.type == "link_open" or token.content.strip():
            return []
    return buttons


def _is_usable(address: str) -> bool:
    return address == NO_ADDRESS or urlsplit(address).scheme in URL_SCHEMES


def _is_rule(token: Token) -> bool:
    return token.type == "hr" and token.level == 0


def _is_special(block: list[Token]) -> bool:
    return block[0].type == "blockquote_open" or bool(buttons_in(block))


def _special_part(block: list[Token]) -> Part:
    buttons = buttons_in(block)
    return Part(buttons=buttons) if buttons else Part(block[1:-1], is_box=True)


def is_greeting(text: str) -> bool:
    """Return whether a paragraph is one sentence with the end of a greeting."""
    return text.endswith(GREETING_ENDS) and not SENTENCE_END_RE.search(text)


def _text_of(block: Iterable[Token]) -> str:
    """Return the text of a paragraph on one line, without the URLs of its links."""
    inline = (token.children or [] for token in block if token.type == "inline")
    words = (" " if t.type in BREAKS else t.content for t in chain.from_iterable(inline))
    return " ".join("".join(words).split())


def _top_level(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each block that is in no other block."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []
