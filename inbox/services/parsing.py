"""Read a raw mail: headers, parts and text, whatever rubbish it contains.

Nothing here raises an error because of what a stranger sent, but `Unreadable`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import Final

# In bytes (RFC 5321 promises 64 kB; most servers take 10 to 35 MB).
MAX_SIZE: Final = 10 * 1024 * 1024
MAX_PARTS: Final = 50
# In characters. A longer text is cut: the whole mail is kept.
MAX_TEXT_LENGTH: Final = 100_000
MAX_HEADER_LENGTH: Final = 2000
# What parsing a mail can raise: nesting that is too deep, and headers that the library cannot read.
PARSE_ERRORS: Final = (RecursionError, MessageError, ValueError, LookupError, TypeError)
CONTROLS_RE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
BLANK_LINES_RE: Final = re.compile(r"\n{3,}")
BLOCK_TAGS: Final = {"br", "div", "h1", "h2", "h3", "h4", "li", "p", "table", "tr", "ul", "ol"}
UNSEEN_TAGS: Final = {"head", "script", "style", "title"}


class Unreadable(Exception):
    """The mail is too large, has too many parts, or is not a mail."""


@dataclass(frozen=True)
class Attachment:
    """A file in a mail, as it was sent."""

    name: str
    content: bytes


def parse_mail(raw: bytes) -> Mail:
    """Return a mail with at most MAX_PARTS parts.

    Raises Unreadable.
    """
    if len(raw) > MAX_SIZE:
        raise Unreadable
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        number = sum(1 for _part in mail.walk())
    except PARSE_ERRORS as trouble:
        raise Unreadable from trouble
    if number > MAX_PARTS:
        raise Unreadable
    return mail


def header(mail: Mail, name: str) -> str:
    """Return a header in one line, decoded as far as that is possible; empty if there is none."""
    return next(headers(mail, name), "")


def headers(mail: Mail, name: str) -> Iterator[str]:
    """Yield the values of all headers of a name, each in one line and decoded."""
    for value in mail.get_all(name, []):
        text = str(value)[:MAX_HEADER_LENGTH]
        try:
            text = str(make_header(decode_header(text)))
        except (HeaderParseError, *PARSE_ERRORS):
            text = text.encode("ascii", "replace").decode()
        yield " ".join(CONTROLS_RE.sub("", without_surrogates(text)).split())


def addresses(mail: Mail, *names: str) -> list[tuple[str, str]]:
    """Return the names and addresses in some headers."""
    values = [value for name in names for value in headers(mail, name)]
    return [(name, address) for name, address in getaddresses(values) if "@" in address]


def text_of(mail: Mail) -> str:
    """Return the text of a mail: its plain text, or else its HTML as plain text."""
    for kind in ("text/plain", "text/html"):
        for part in parts(mail, kind):
            if part.get_filename():
                continue
            text = content_of(part)
            if kind == "text/html":
                text = text_of_html(text)
            text = CONTROLS_RE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
            if text.strip():
                return BLANK_LINES_RE.sub("\n\n", text[:MAX_TEXT_LENGTH]).strip()
    return ""


def parts(mail: Mail, *kinds: str) -> Iterator[Mail]:
    """Yield the parts of some content types, outside of forwarded mails."""
    for part in own_parts(mail):
        if part.get_content_type() in kinds:
            yield part


def own_parts(mail: Mail) -> Iterator[Mail]:
    """Yield a mail and its parts, but not the parts of a mail that is attached to it."""
    yield mail
    if mail.is_multipart() and mail.get_content_maintype() == "multipart":
        for part in mail.get_payload():
            if isinstance(part, Mail):
                yield from own_parts(part)


def content_of(part: Mail) -> str:
    """Return the text of a part, with a replacement for what its charset does not know."""
    content = bytes_of(part)
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    return without_surrogates(text)


def bytes_of(part: Mail) -> bytes:
    """Return the content of a part; empty if it cannot be decoded."""
    try:
        content = part.get_payload(decode=True)
    except PARSE_ERRORS:
        return b""
    return content if isinstance(content, bytes) else b""


def attachments(mail: Mail) -> Iterator[Attachment]:
    """Yield the files of a mail, without the pictures that belong to its text."""
    for part in own_parts(mail):
        name = decoded_file_name(part)
        is_picture = part.get_content_maintype() == "image" and part["Content-ID"]
        if name and not (is_picture and part.get_content_disposition() != "attachment"):
            yield Attachment(name, bytes_of(part))


def decoded_file_name(part: Mail) -> str:
    """Return the name of the file in a part, or nothing if the part is no file."""
    try:
        name = part.get_filename() or ""
        name = str(make_header(decode_header(name)))
    except PARSE_ERRORS:
        name = "?"
    return " ".join(CONTROLS_RE.sub("", without_surrogates(name)).split())


def without_surrogates(text: str) -> str:
    """Replace what no database can store: bytes that are not of any charset."""
    return text.encode("utf-8", "replace").decode("utf-8")


def text_of_html(html: str) -> str:
    """Return the words of an HTML document, with a line for each block."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    lines = ("".join(reader.found)).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines)


class _TextReader(HTMLParser):
    """Collects the text of an HTML document."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN_TAGS:
            self.unseen += 1
        elif tag in BLOCK_TAGS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN_TAGS:
            self.unseen = max(self.unseen - 1, 0)
        elif tag in BLOCK_TAGS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.found.append(data.replace("\n", " "))
