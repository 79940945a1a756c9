"""Finds what is left of a person in a dump or in files, in every encoding that the portal uses.

PostgreSQL keeps deleted rows on the disk until the next VACUUM; no dump has them.
"""

import base64
import binascii
import gzip
import hashlib
import html
import io
import quopri
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

import phonenumbers
from anyascii import anyascii

from core.addresses import deliverable_address, normalise_address
from core.folding import fold

# How often something packed may be packed again: a spreadsheet in a mail in a column of bytes.
MAX_DEPTH = 4
# Longer runs are files, and are looked at one by one.
MAX_WORD = 400
BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{12,}(?:\r?\n[A-Za-z0-9+/_-]+)*")
BASE64_LETTERS = bytes.maketrans(b"-_", b"+/")
DIGEST = re.compile(rb"[A-Za-z0-9+/]{22,}")
HEX_RUN = re.compile(rb"(?:[0-9A-Fa-f]{2}){6,}")
ENCODED_WORD = re.compile(rb"=\?[\w-]+\?([bBqQ])\?([^?]*)\?=")
JSON_ESCAPES = re.compile(rb"(?:\\u[0-9a-fA-F]{4})+")
QUOTED_PRINTABLE = re.compile(rb"=(?:[0-9A-Fa-f]{2}|\r?\n)")
HTML_REFERENCE = re.compile(rb"&#?\w+;")
FOLDED_LINE = re.compile(rb"\r?\n[ \t]")
# In UTF-8, read as Latin-1: the last two are blanks and hyphens that do not break.
BETWEEN_DIGITS = "(?:[\\s().\\-/]|\xc2\xa0|\xe2\x80\x91)*"
HASHES = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)


@dataclass(frozen=True)
class Identity:
    """What identifies a person or an organisation: names, addresses, telephone numbers."""

    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    @cached_property
    def forms(self):
        """The bytes to look for in lower case, by the word that they stand for."""
        return {word: forms_of(word) for word in (*self.names, *self.addresses)}

    @cached_property
    def numbers(self):
        """The numbers to look for, by what they stand for."""
        return {phone: Number.of(phone) for phone in self.phones}

    @cached_property
    def digests(self):
        """The words, by each of their digests in hexadecimal and in base64."""
        return {
            written: word
            for word in (*self.names, *self.addresses, *self.phones)
            for spelling in spellings(word)
            for algorithm in HASHES
            for written in written_digests(algorithm(spelling.encode()).digest())
        }


def spellings(word):
    """Return the forms of a name or an address: in each case, folded, in ASCII, as IDNA."""
    forms = {word, anyascii(word), fold(word), unicodedata.normalize("NFD", word)}
    if "@" in word:
        forms |= {deliverable_address(word), normalise_address(word)}
    return forms | {form.upper() for form in forms} | {form.lower() for form in forms}


def forms_of(word):
    return {form.encode().lower() for form in spellings(word)}


@dataclass(frozen=True)
class Number:
    """A telephone number in international or national form, with any separators.

    It is not found within a longer number, such as a digest or a time.
    """

    national: re.Pattern
    before: re.Pattern

    @classmethod
    def of(cls, phone):
        number = phonenumbers.parse(phone)
        country, national = (
            BETWEEN_DIGITS.join(str(digits)).encode("latin-1")
            for digits in (number.country_code, number.national_number)
        )
        between = BETWEEN_DIGITS.encode("latin-1")
        prefix = rb"(?:(?:00|\+)?" + between + country + between + rb"(?:\(0\))?|0)?" + between
        return cls(re.compile(national + rb"(?!\d)"), re.compile(rb"(?:^|\D)" + prefix + rb"$"))

    def is_in(self, data):
        return any(
            self.before.search(data[max(0, found.start() - 30) : found.start()])
            for found in self.national.finditer(data)
        )


def written_digests(digest):
    return digest.hex().encode(), base64.b64encode(digest).rstrip(b"=")


def find_traces(data, identity):
    """Return the words of an identity that are found in some bytes, each with its encoding."""
    found = set()
    for packing, part in unpacked(data):
        for encoding, reading in readings(part):
            how = " in ".join(filter(None, (encoding, *packing)))
            lower = reading.lower()
            # A name may be broken over two lines.
            for text in {lower, b" ".join(lower.split())}:
                found |= {
                    (word, how)
                    for word, forms in identity.forms.items()
                    if any(form in text for form in forms)
                }
            found |= {
                (phone, how) for phone, number in identity.numbers.items() if number.is_in(reading)
            }
        runs = set(DIGEST.findall(part))
        found |= {(identity.digests[run], "digest") for run in runs & identity.digests.keys()}
    return found


def unpacked(data, packing=()):
    """Yield some bytes, and all that is packed in them, with the names of the packings."""
    yield packing, data
    if len(packing) < MAX_DEPTH:
        for name, part in packed_in(data):
            yield from unpacked(part, (name, *packing))


def packed_in(data):
    """Yield what is packed in some bytes, one layer deep."""
    if data.startswith(b"PK\x03\x04"):
        yield from files_in_zip(data)
    yield from decompressed(data)
    yield from (("hexadecimal", part) for part in together(from_hexadecimal(data)))
    for shift in range(4):
        yield from (("base64", part) for part in together(from_base64(data, shift)))
    yield from (("encoded words", part) for part in together(from_encoded_words(data)))


def together(parts):
    """Yield long and compressed parts one by one, and all short ones as one text."""
    short = []
    for part in parts:
        if len(part) > MAX_WORD or part[:1] == b"\x78" or part[:2] == b"\x1f\x8b":
            yield part
        else:
            short.append(part)
    if short:
        yield b"\n".join(short)


def files_in_zip(data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield "zip", name.encode()
                yield "zip", archive.read(name)
    except zipfile.BadZipFile:
        return


def decompressed(data):
    for mark, read in ((b"\x1f\x8b", gzip.decompress), (b"\x78", zlib.decompress)):
        if data.startswith(mark):
            try:
                yield read.__module__, read(data)
            except (OSError, EOFError, zlib.error):
                continue


def from_hexadecimal(data):
    return map(binascii.unhexlify, HEX_RUN.findall(data))


def from_base64(data, shift):
    """Yield the decoded runs. A run may begin with up to three letters of the text before it."""
    for run in BASE64_RUN.findall(data):
        if shift and len(run) > MAX_WORD:
            continue
        letters = re.sub(rb"[\r\n]", b"", run).translate(BASE64_LETTERS)[shift:]
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        yield base64.b64decode(letters + b"=" * (-len(letters) % 4))


def from_encoded_words(data):
    """Yield the words of mail headers (RFC 2047), those of one header together."""
    for header in re.findall(rb"(?:=\?[^?]+\?[bBqQ]\?[^?]*\?=\s*)+", data):
        parts = []
        for kind, letters in ENCODED_WORD.findall(header):
            if kind in b"qQ":
                parts.append(quopri.decodestring(letters, header=True))
            else:
                parts.append(base64.b64decode(letters + b"=" * (-len(letters) % 4)))
        yield b"".join(parts)


def readings(data):
    """Yield some bytes as they are, and with each encoding undone that changes them."""
    yield "", data
    if FOLDED_LINE.search(data):
        yield "folded lines", FOLDED_LINE.sub(b"", data)
    if QUOTED_PRINTABLE.search(data):
        yield "quoted-printable", quopri.decodestring(data)
    if b"%" in data or b"+" in data:
        yield "percent-encoding", unquote_to_bytes(data.replace(b"+", b" "))
    if HTML_REFERENCE.search(data):
        yield "HTML", html.unescape(data.decode("utf-8", errors="replace")).encode()
    if b"\0" in data[:MAX_WORD]:
        yield "UTF-16", data.decode("utf-16-le", errors="replace").encode()
    if b"\\u" in data:
        yield "JSON", JSON_ESCAPES.sub(unescaped, data.replace(b"\\\\u", b"\\u"))


def unescaped(escapes):
    """Return JSON escapes as UTF-8. Two of them may be one character."""
    units = bytes.fromhex(escapes[0].replace(b"\\u", b"").decode())
    return units.decode("utf-16-be", errors="replace").encode()
