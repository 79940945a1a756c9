"""Finds what is left of a person in a dump or in files, in every encoding that the portal uses."""

import base64
import binascii
import gzip
import hashlib
import html
import io
import quopri
import re
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
HEX_RUN = re.compile(rb"(?:[0-9A-Fa-f]{2}){6,}")
ENCODED_WORD = re.compile(rb"=\?[\w-]+\?([bBqQ])\?([^?]*)\?=")
JSON_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
FOLDED_LINE = re.compile(rb"\r?\n[ \t]")
BETWEEN_DIGITS = r"[\s().\-/\u00a0\u2011]*"
HASHES = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)


@dataclass(frozen=True)
class Identity:
    """What identifies a person or an organisation: names, addresses, telephone numbers."""

    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    @cached_property
    def patterns(self):
        """The pattern to look for in folded text, by the word that it stands for."""
        found = {word: one_of(spellings(word)) for word in (*self.names, *self.addresses)}
        return found | {phone: pattern_of_phone(phone) for phone in self.phones}

    @cached_property
    def digests(self):
        """The digests of each word, in hexadecimal and in base64, by the word."""
        return {
            word: {
                written
                for spelling in {word, word.lower(), *spellings(word)}
                for algorithm in HASHES
                for written in written_digests(algorithm(spelling.encode()).digest())
            }
            for word in (*self.names, *self.addresses, *self.phones)
        }


def spellings(word):
    """Return the folded forms of a name or an address: in its script, in ASCII, as IDNA."""
    forms = {word, anyascii(word)}
    if "@" in word:
        forms |= {deliverable_address(word), normalise_address(word)}
    return {fold(form) for form in forms}


def one_of(words):
    return re.compile("|".join(map(re.escape, sorted(words))))


def pattern_of_phone(phone):
    """Return the pattern of a number in international or national form, with any separators.

    It is not found within a longer number, such as a digest or a time.
    """
    number = phonenumbers.parse(phone)
    country = BETWEEN_DIGITS.join(str(number.country_code))
    national = BETWEEN_DIGITS.join(str(number.national_number))
    prefix = f"(?:(?:00|\\+)?{BETWEEN_DIGITS}{country}{BETWEEN_DIGITS}(?:\\(0\\))?|0)?"
    return re.compile(rf"(?<!\d){prefix}{BETWEEN_DIGITS}{national}(?!\d)")


def written_digests(digest):
    return digest.hex(), base64.b64encode(digest).decode().rstrip("=")


def find_traces(data, identity):
    """Return the words of an identity that are found in some bytes, each with its encoding."""
    found = set()
    for packing, part in unpacked(data):
        for encoding, text in readings(part):
            folded = fold(text)
            how = " in ".join(filter(None, (encoding, *packing)))
            found |= {
                (word, how) for word, form in identity.patterns.items() if form.search(folded)
            }
        text = part.decode("latin-1")
        for word, digests in identity.digests.items():
            if any(digest in text for digest in digests):
                found.add((word, "digest"))
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
    """Yield some bytes as text, in each encoding that changes it."""
    yield "", as_text(data)
    if FOLDED_LINE.search(data):
        yield "folded lines", as_text(FOLDED_LINE.sub(b"", data))
    if b"=" in data:
        yield "quoted-printable", as_text(quopri.decodestring(data))
    if b"%" in data or b"+" in data:
        yield "percent-encoding", as_text(unquote_to_bytes(data.replace(b"+", b" ")))
    if b"&" in data:
        yield "HTML", html.unescape(as_text(data))
    if b"\\u" in data:
        yield "JSON", JSON_ESCAPES.sub(unescaped, as_text(data.replace(b"\\\\u", b"\\u")))
    if b"\0" in data:
        yield "UTF-16", data.decode("utf-16-le", errors="replace")


def as_text(data):
    return data.decode("utf-8", errors="replace")


def unescaped(escapes):
    """Return the text of JSON escapes. Two of them may be one character."""
    return bytes.fromhex(escapes[0].replace("\\u", "")).decode("utf-16-be", errors="replace")
