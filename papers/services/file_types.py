"""The types of file that papers and answers may have, detected from the content.

Only two small parts of office files are unpacked, and each has a size limit.
"""

import hashlib
import re
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812  # A class.

from django.conf import settings
from django.utils.translation import gettext as _

from papers.services.file_scans import scan_upload
from papers.services.pdf_check import verdict_on_pdf
from papers.services.pdf_objects import ACTIVE, BROKEN, HARMLESS, PROTECTED

MAX_NAME_LENGTH: Final = 200
# Limits for an office file: the number of its parts, and their total unpacked size in bytes.
MAX_ZIP_ENTRIES: Final = 10_000
MAX_UNPACKED_SIZE: Final = 500 * 1024 * 1024
# In bytes, for one part that is read.
MAX_ZIP_ENTRY_SIZE: Final = 1024 * 1024

ZIP_SIGNATURE: Final = b"PK\x03\x04"
BEGINS_A_DIRECTORY: Final = b"PK\x01\x02"
ENDS_A_ZIP: Final = b"PK\x05\x06"
# Stands before the end record of a ZIP64 file. Programs would trust it more than the end record.
ENDS_A_LARGE_ZIP: Final = b"PK\x06\x07"
END_LENGTH, LARGE_END_LENGTH = 22, 20
# The comment after the end record of a ZIP is at most this long, in bytes.
MAX_ZIP_COMMENT_LENGTH: Final = 65_535
# PDF readers look for the header and the end marker within this many bytes.
PDF_TRAILER_WINDOW: Final = 1024
PDF_SIGNATURE: Final = b"%PDF-"
BEGINS_A_PNG: Final = b"\x89PNG\r\n\x1a\n"
ENDS_A_PNG: Final = b"IEND\xaeB`\x82"
BEGINS_A_JPEG: Final = b"\xff\xd8\xff"
ENDS_A_JPEG: Final = b"\xff\xd9"
# Old office files, and new ones that are protected by a password.
BEGINS_AN_OLD_OFFICE_FILE: Final = b"\xd0\xcf\x11\xe0"
# Programs for Windows, Linux and macOS, compiled Java, and scripts.
EXECUTABLE_SIGNATURES: Final = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"#!",
)
# Text that other programs read as RTF, PostScript or PDF.
NON_TEXT_PREFIXES: Final = ("{\\rtf", "%!PS", "%PDF")
# Control characters, except tabs, line breaks and page breaks.
NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
# Matches HTML, SVG and XML.
BEGINS_MARKUP: Final = re.compile(r"\s*<[a-z!?/]", re.IGNORECASE)
# Exceptions from reading a broken ZIP. RuntimeError is for encryption, and for compression that
# no office program uses.
NOT_READ: Final = (
    BadZipFile,
    ZlibError,
    struct.error,
    expat.ExpatError,
    ValueError,
    EOFError,
    RuntimeError,
    OSError,
)
# Words in the content type of a part that contains active content.
ACTIVE_CONTENT_MARKERS: Final = ("macro", "vba", "activex")
PARTS_OF_MACROS: Final = ("basic/", "scripts/")


@dataclass(frozen=True)
class FileType:
    """A type of file that is accepted: its content type, and the allowed extensions."""

    content_type: str
    endings: tuple[str, ...]


OFFICE: Final = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument."
PDF: Final = FileType("application/pdf", ("pdf",))
PNG: Final = FileType("image/png", ("png",))
JPEG: Final = FileType("image/jpeg", ("jpg", "jpeg"))
# Only the name distinguishes Markdown and CSV from other text; all are harmless.
TEXT: Final = FileType("text/plain; charset=utf-8", ("txt", "md", "markdown", "csv"))
# The first bytes of each type, and a check that the file is complete.
SIGNATURES: Final[tuple[tuple[FileType, bytes, Callable[[bytes], bool]], ...]] = (
    (PDF, PDF_SIGNATURE, lambda content: b"%%EOF" in content[-PDF_TRAILER_WINDOW:]),
    (PNG, BEGINS_A_PNG, lambda content: content.endswith(ENDS_A_PNG)),
    (JPEG, BEGINS_A_JPEG, lambda content: ENDS_A_JPEG in content),
)
WORD: Final = FileType(f"{OFFICE}wordprocessingml.document", ("docx",))
# By the content type of the main part.
OFFICE_KINDS: Final = {
    f"{kind.content_type}.main+xml": kind
    for kind in (
        WORD,
        FileType(f"{OFFICE}spreadsheetml.sheet", ("xlsx",)),
        FileType(f"{OFFICE}presentationml.presentation", ("pptx",)),
    )
}
OPEN_DOCUMENT_KINDS: Final = {
    f"{OPEN_DOCUMENT}{name}": FileType(f"{OPEN_DOCUMENT}{name}", (ending,))
    for name, ending in (("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp"))
}


class InvalidFile(Exception):
    """The file is refused. The message says why, and what to do."""


class UnknownType(InvalidFile):
    """The file is of a type that is not accepted."""


@dataclass(frozen=True)
class ValidFile:
    """A file that was accepted, with its type and name."""

    content: bytes
    content_type: str
    # Downloads are saved under this name.
    name: str
    # Whether the virus scanner said so at once.
    is_clean: bool = False

    @property
    def size(self) -> int:
        """The size in bytes."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def accepted_endings(kinds: Iterable[FileType]) -> str:
    """Return the extensions for the file picker of the browser. The server checks the content."""
    return ",".join(f".{ending}" for kind in kinds for ending in kind.endings)


ACCEPTED: Final = accepted_endings(
    (PDF, *OFFICE_KINDS.values(), *OPEN_DOCUMENT_KINDS.values(), TEXT, PNG, JPEG)
)


def max_paper_size() -> int:
    """Return the maximum size of a paper, in bytes."""
    megabytes: int = settings.PAPER_AT_MOST_MB
    return megabytes * 1024 * 1024


def too_large() -> str:
    """Return the error message for a file that is larger than that."""
    return _("Choose a file of at most %(number)d MB.") % {"number": settings.PAPER_AT_MOST_MB}


def infected_text() -> str:
    """Return the error message for a file in which the virus scanner found something."""
    return _(
        "Our virus scanner found harmful software in this file. Check the device that it comes "
        "from, then choose another file."
    )


def accepted_types_text() -> str:
    """Return the help text about the types that are accepted."""
    return _(
        "PDF, Office (.docx, .xlsx, .pptx), OpenDocument (.odt, .ods, .odp), plain text, Markdown "
        "or CSV in UTF-8, PNG or JPEG; at most %(number)d MB."
    ) % {"number": settings.PAPER_AT_MOST_MB}


def validate_file(content: bytes, *, typed_name: str) -> ValidFile:
    """Return a file with its type, detected from the content and not from the name.

    Raises InvalidFile if it is empty, too large, broken, of another type, or has active content, or
    if the virus scanner finds something. It may wait for the scanner: call it in no transaction.
    """
    if not content:
        raise InvalidFile(_("The file is empty."))
    if len(content) > max_paper_size():
        raise InvalidFile(too_large())
    kind = _kind_of(content)
    finding = scan_upload(content)
    if finding:
        raise InvalidFile(infected_text())
    name = name_to_keep(typed_name, kind)
    return ValidFile(content, kind.content_type, name, is_clean=finding == "")


def name_to_keep(typed: str, kind: FileType) -> str:
    """Return the name for downloads: the typed name, made valid for every operating system.

    It ends in an extension of the detected type. A wrong extension stays in front of that.
    """
    name = plain_name(typed)
    stem, dot, ending = name.rpartition(".")
    if not dot or ending.lower() not in kind.endings:
        stem, ending = name, kind.endings[0]
    stem = stem[: MAX_NAME_LENGTH - len(ending) - 1].rstrip(". ")
    return f"{stem or 'paper'}.{ending}"


def plain_name(typed: str) -> str:
    """Return the typed name without its path and without the characters that no name may have."""
    last = re.split(r"[/\\]", typed)[-1]
    name = "".join("_" if letter in '<>:"|?*' else letter for letter in last if _is_kept(letter))
    return " ".join(name.split()).strip(". ")


def _is_kept(letter: str) -> bool:
    """Return whether a name may contain a character: no direction marks, no invisible ones.

    The joiners that Persian and Indian scripts need are allowed.
    """
    return letter.isprintable() or letter in " \u200c\u200d"


def _kind_of(content: bytes) -> FileType:
    if content.startswith(ZIP_SIGNATURE):
        return _kind_of_zip(content)
    _refuse_at_sight(content)
    for kind, begins, is_whole in SIGNATURES:
        if content.startswith(begins):
            if not is_whole(content):
                raise InvalidFile(_broken())
            if kind is PDF:
                _refuse_active_pdf(content)
            return kind
    return _kind_of_text(content)


def _refuse_active_pdf(content: bytes) -> None:
    """Refuse a PDF that can run code or contains files, and one that cannot be checked."""
    verdict = verdict_on_pdf(content)
    if verdict == HARMLESS:
        return
    refusals = {
        ACTIVE: _(
            "The PDF contains scripts, programs to start or other files. Print it to a new PDF, "
            "then choose the new file."
        ),
        PROTECTED: _("The PDF is password-protected. Save it without a password."),
        BROKEN: _broken(),
    }
    too_complex = _(
        "The PDF is too complex to be checked. Print it to a new PDF, or split it into several."
    )
    raise InvalidFile(refusals.get(verdict, too_complex))


def _refuse_at_sight(content: bytes) -> None:
    """Refuse programs, encrypted or old office files, and files that are also a PDF or ZIP."""
    if content.startswith(BEGINS_AN_OLD_OFFICE_FILE):
        raise InvalidFile(
            _(
                "The file is password-protected or in an old format. Save it without a password as "
                ".docx, .xlsx or .pptx, or as a PDF."
            )
        )
    if content.startswith(EXECUTABLE_SIGNATURES):
        raise InvalidFile(_program())
    # PDF readers also find a header that is not at the beginning.
    is_pdf_as_well = PDF_SIGNATURE in content[1:PDF_TRAILER_WINDOW] and not content.startswith(
        PDF_SIGNATURE
    )
    if is_pdf_as_well or _is_a_zip_as_well(content):
        raise InvalidFile(_two_at_once())


def _kind_of_text(content: bytes) -> FileType:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as refused:
        raise UnknownType(_unknown()) from refused
    if NO_TEXT.search(text):
        raise UnknownType(_unknown())
    if text.startswith("#!"):
        raise InvalidFile(_program())
    if BEGINS_MARKUP.match(text):
        raise InvalidFile(
            _(
                "HTML, SVG and XML files are not accepted, because they can contain scripts. Save "
                "the file as a PDF."
            )
        )
    if not text.strip():
        raise InvalidFile(_("The file is empty."))
    if text.startswith(NON_TEXT_PREFIXES):
        raise UnknownType(_unknown())
    return TEXT


def _kind_of_zip(content: bytes) -> FileType:
    if PDF_SIGNATURE in content[:PDF_TRAILER_WINDOW]:
        raise InvalidFile(_two_at_once())
    end = _end_of_zip(content)
    if end is None:
        raise InvalidFile(_broken())
    parts, directory, _start = end
    # Checked before the directory is read: its rows then take twenty times the memory.
    if parts > MAX_ZIP_ENTRIES or directory > MAX_ZIP_ENTRIES * 200:
        raise InvalidFile(_unpacks_too_large())
    try:
        with ZipFile(BytesIO(content)) as archive:
            return _kind_of_office_file(archive)
    except NOT_READ as refused:
        raise InvalidFile(_broken()) from refused


def _kind_of_office_file(archive: ZipFile) -> FileType:
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if sum(part.file_size for part in parts) > MAX_UNPACKED_SIZE:
        raise InvalidFile(_unpacks_too_large())
    # If two parts have one name, some programs read the first and others the last.
    if len(set(names)) != len(names):
        raise InvalidFile(_broken())
    if any(name.endswith("vbaproject.bin") or name.startswith(PARTS_OF_MACROS) for name in names):
        raise InvalidFile(_runs())
    by_name = {part.filename: part for part in parts}
    if "mimetype" in by_name and "[Content_Types].xml" in by_name:
        raise InvalidFile(_two_at_once())
    if "mimetype" in by_name:
        said = _read(archive, by_name["mimetype"]).decode("utf-8").strip()
        kind = OPEN_DOCUMENT_KINDS.get(said)
    elif "[Content_Types].xml" in by_name:
        types = _types_of_parts(_read(archive, by_name["[Content_Types].xml"]))
        if any(word in type_.lower() for type_ in types for word in ACTIVE_CONTENT_MARKERS):
            raise InvalidFile(_runs())
        said_to_be = [OFFICE_KINDS[type_] for type_ in types if type_ in OFFICE_KINDS]
        kind = said_to_be[0] if len(said_to_be) == 1 else None
    else:
        kind = None
    if kind is None:
        raise UnknownType(_unknown())
    return kind


def _read(archive: ZipFile, part: ZipInfo) -> bytes:
    """Return the content of a part, unpacked up to the limit, whatever size it declares."""
    if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise InvalidFile(_broken())
    with archive.open(part) as opened:
        content = opened.read(MAX_ZIP_ENTRY_SIZE + 1)
    if len(content) > MAX_ZIP_ENTRY_SIZE:
        raise InvalidFile(_unpacks_too_large())
    return content


def _types_of_parts(xml: bytes) -> list[str]:
    """Return the content types that an office file declares for its parts."""
    types: list[str] = []

    def note(name: str, attributes: dict[str, str]) -> None:
        types.append(attributes.get("ContentType", ""))

    def refuse(*about: object) -> None:
        # Office programs write no DOCTYPE here. One would allow an attack with entities.
        raise InvalidFile(_broken())

    parser = expat.ParserCreate()
    parser.StartElementHandler = note
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(xml, True)  # noqa: FBT003  # Its parameter has no name.
    return types


def _end_of_zip(content: bytes) -> tuple[int, int, int] | None:
    """Return the number of parts of a ZIP, the length of its directory, and where it begins.

    Return None if there is no end record. ZIP64 is not supported and gives None, too.
    """
    found = content.rfind(ENDS_A_ZIP, max(0, len(content) - END_LENGTH - MAX_ZIP_COMMENT_LENGTH))
    end = content[found : found + END_LENGTH]
    if found < 0 or len(end) < END_LENGTH:
        return None
    if content.startswith(ENDS_A_LARGE_ZIP, max(0, found - LARGE_END_LENGTH)):
        return None
    parts, directory = struct.unpack("<HL", end[10:16])
    return parts, directory, found - directory


def _is_a_zip_as_well(content: bytes) -> bool:
    """Return whether an unpacking program would find a ZIP inside a file of another type."""
    end = _end_of_zip(content)
    return end is not None and content.startswith(BEGINS_A_DIRECTORY, max(0, end[2]))


def _unknown() -> str:
    return _(
        "This file type is not accepted. Choose a PDF, a document, a spreadsheet, a presentation, "
        "UTF-8 text or an image."
    )


def _broken() -> str:
    return _("The file is damaged or incomplete. Open it, save it again, then choose the new file.")


def _program() -> str:
    return _("The file is a program or a script, regardless of its name. Choose a document.")


def _runs() -> str:
    return _("The file contains macros or controls, which can run code. Save it without them.")


def _two_at_once() -> str:
    return _("The file combines two file types. Save it again as a PDF or a document.")


def _unpacks_too_large() -> str:
    return _("The file is too large when unpacked. Save it with less content.")
