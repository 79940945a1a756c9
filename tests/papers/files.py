"""Small files of every accepted type, and of many refused ones."""

import io
import struct
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from papers.services.file_types import validate_file

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
# Twice the size for which a full disk has room.
LARGE_PDF = PDF.ljust(1024 * 1024 - 5, b" ") + b"%%EOF"
HALF_OF_IT = len(LARGE_PDF) // 2
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20) + b"\xff\xd9"
TEXT = "Minutes – procès-verbal – محضر\n".encode()
EXE = b"MZ\x90\x00\x03\x00\x00\x00This program cannot be run in DOS mode.\r\r\n$\x00PE\x00\x00"
OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": f"{OFFICE}wordprocessingml.document.main+xml",
    "xlsx": f"{OFFICE}spreadsheetml.sheet.main+xml",
    "pptx": f"{OFFICE}presentationml.presentation.main+xml",
    "docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
}


def zipped(parts, *, packed=ZIP_DEFLATED):
    file = io.BytesIO()
    with ZipFile(file, "w", packed) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def types_xml(*types, prolog=""):
    overrides = "".join(
        f'<Override PartName="/part{number}.xml" ContentType="{type_}"/>'
        for number, type_ in enumerate(types)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<Types>{overrides}</Types>'


def office(kind, *more_types, **more_parts):
    """An office file, as far as the portal reads it."""
    parts = {"[Content_Types].xml": types_xml(MAIN[kind], *more_types), "word/document.xml": "<w/>"}
    return zipped(parts | more_parts)


def open_document(kind, **more_parts):
    return zipped(
        {"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<c/>"}
        | more_parts,
        packed=ZIP_STORED,
    )


def fit(content=PDF, name="Agenda.pdf"):
    return validate_file(content, typed_name=name)


def claims_to_unpack_to(size):
    """An office file of a few hundred bytes in which one part declares a large size."""
    content = bytearray(office("docx"))
    where = content.rindex(b"PK\x01\x02")
    content[where + 24 : where + 28] = struct.pack("<I", size)
    return bytes(content)


def with_many_parts(number):
    """A ZIP whose end record declares a number of parts."""
    content = bytearray(office("docx"))
    end = content.rindex(b"PK\x05\x06")
    content[end + 10 : end + 12] = struct.pack("<H", number)
    return bytes(content)


def of_more_than_four_gigabytes():
    """A ZIP with a ZIP64 end record, which programs use instead of the usual one."""
    content = office("docx")
    end = content.rindex(b"PK\x05\x06")
    return content[:end] + b"PK\x06\x07" + bytes(16) + content[end:]


TAKEN = {
    "pdf": (PDF, "application/pdf"),
    "png": (PNG, "image/png"),
    "jpg": (JPEG, "image/jpeg"),
    "txt": (TEXT, "text/plain; charset=utf-8"),
    "docx": (office("docx"), f"{OFFICE}wordprocessingml.document"),
    "xlsx": (office("xlsx"), f"{OFFICE}spreadsheetml.sheet"),
    "pptx": (office("pptx"), f"{OFFICE}presentationml.presentation"),
    "odt": (open_document("text"), "application/vnd.oasis.opendocument.text"),
    "ods": (open_document("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet"),
    "odp": (open_document("presentation"), "application/vnd.oasis.opendocument.presentation"),
}

NOT_TAKEN = "This file type is not accepted"
BROKEN = "The file is damaged or incomplete"
PROGRAM = "The file is a program or a script"
MACROS = "contains macros or controls"
PAGE = "HTML, SVG and XML files are not accepted"
TWO = "combines two file types"
BOMB = "is too large when unpacked"
EMPTY = "The file is empty"

REFUSED = {
    "nothing": (b"", EMPTY),
    "spaces": (b" \r\n\t ", EMPTY),
    "a program of Windows": (EXE, PROGRAM),
    "a program of Linux": (b"\x7fELF\x02\x01\x01" + bytes(60), PROGRAM),
    "a program of macOS": (b"\xcf\xfa\xed\xfe" + bytes(60), PROGRAM),
    "a script": (b"#!/bin/sh\nrm -rf /\n", PROGRAM),
    "a script behind a mark": (b"\xef\xbb\xbf#!/bin/sh\n", PROGRAM),
    "HTML": (b"<!DOCTYPE html><script>alert(1)</script>", PAGE),
    "HTML behind spaces": (b"\xef\xbb\xbf\r\n  <ScRiPt>alert(1)</sCrIpT>", PAGE),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', PAGE),
    "XML": (b'<?xml version="1.0"?><svg/>', PAGE),
    "RTF": (b"{\\rtf1\\ansi hello}", NOT_TAKEN),
    "PostScript": (b"%!PS-Adobe-3.0\n", NOT_TAKEN),
    "Latin-1": ("Procès-verbal".encode("latin-1"), NOT_TAKEN),
    "UTF-16": ("Minutes".encode("utf-16"), NOT_TAKEN),
    "control codes": (b"Minutes\x00\x1b[2J", NOT_TAKEN),
    "GIF": (b"GIF89a" + bytes(40), NOT_TAKEN),
    "an old document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "in an old format"),
    "a bare ZIP": (zipped({"setup.exe": EXE}), NOT_TAKEN),
    "a package of Java": (zipped({"META-INF/MANIFEST.MF": "Main-Class: A"}), NOT_TAKEN),
    "an e-book": (zipped({"mimetype": "application/epub+zip"}), NOT_TAKEN),
    "a document with macros": (office("docm"), MACROS),
    "macros under another type": (office("docx", **{"word/vbaProject.bin": b"\0"}), MACROS),
    "macros under another name": (office("docx", "application/vnd.ms-office.vbaProject"), MACROS),
    "macros written in numbers": (
        office("docx", "application/vnd.ms-office.&#118;baProject"),
        MACROS,
    ),
    "controls": (office("docx", "application/vnd.ms-office.activeX+xml"), MACROS),
    "sheets of macros": (office("xlsx", "application/vnd.ms-excel.macrosheet+xml"), MACROS),
    "macros of OpenDocument": (open_document("text", **{"Basic/Standard/M.xml": "x"}), MACROS),
    "two main parts": (office("docx", MAIN["xlsx"]), NOT_TAKEN),
    "entities": (
        zipped(
            {
                "[Content_Types].xml": types_xml(
                    MAIN["docx"], prolog='<!DOCTYPE T [<!ENTITY a "b">]>'
                )
            }
        ),
        BROKEN,
    ),
    "types that are no XML": (zipped({"[Content_Types].xml": b"<Types"}), BROKEN),
    "a type that is no text": (zipped({"mimetype": b"\xff\xfe"}), BROKEN),
    "half of a document": (office("docx")[:200], BROKEN),
    "half of a PDF": (PDF[:-10], BROKEN),
    "half of a PNG": (PNG[:-4], BROKEN),
    "half of a JPEG": (JPEG[:-2], BROKEN),
    "a PDF that is a ZIP": (PDF + zipped({"a.txt": "a"}) + b"%%EOF", TWO),
    "a picture that is a ZIP": (JPEG + zipped({"a.txt": "a"}), TWO),
    "a picture that is a PDF": (JPEG[:-2] + PDF + JPEG[-2:], TWO),
    "text that is a PDF": (b"Minutes\n" + PDF, TWO),
    "a ZIP that is a PDF": (zipped({"a.pdf": PDF}, packed=ZIP_STORED), TWO),
    "a document of two families": (
        open_document("text", **{"[Content_Types].xml": types_xml(MAIN["docx"])}),
        TWO,
    ),
    "a bomb": (claims_to_unpack_to(4_000_000_000), BOMB),
    "a bomb in its types": (zipped({"[Content_Types].xml": bytes(3 * 1024 * 1024)}), BOMB),
    "a directory of many": (with_many_parts(60_000), BOMB),
    "a ZIP of four gigabytes": (of_more_than_four_gigabytes(), BROKEN),
}
