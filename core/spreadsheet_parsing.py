"""Reads an uploaded spreadsheet as text, or says why it cannot be read."""

import codecs
import csv
import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  # A class.

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.spreadsheets import unescape_formula, unescaped

# A larger file is not read. Most files have a tenth of this size.
MAX_FILE_SIZE = 5 * 1024 * 1024
MAX_ROWS = 500
# The size of an unpacked workbook. 500 rows with answers of the maximum length need less.
MAX_UNPACKED_SIZE = 20 * 1024 * 1024
MAX_ZIP_ENTRIES = 500
# The number of tags and attributes in all parts, and in the styles, which take most time each. To
# parse as many takes about two seconds of processor. 5,000 rows of six cells have 240,000.
MAX_MARKUP = 400_000
MAX_STYLE_MARKUP = 50_000
STYLES_PART = "xl/styles.xml"
# The last row of a sheet that is read, including blank rows, and the last column.
LAST_LINE = 10_000
LAST_COLUMN = 100
# The delimiter of a CSV file is the one that splits its heading row into the most cells.
DELIMITERS = ",;\t"

# Exceptions from a broken ZIP. RuntimeError is for encryption, and for unknown compression.
NOT_READ = (BadZipFile, ZlibError, EOFError, OSError, RuntimeError, ValueError)

# The part of a workbook that has its macros.
MACROS_PART = "vbaProject.bin"

ZIP_SIGNATURE = b"PK\x03\x04"
# The signature of workbooks in the old format, and of workbooks with a password.
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"


class Unreadable(Exception):
    """A file cannot be read as a spreadsheet; the text says why, and what to do."""


class FormulaText(str):
    """The text of a cell that is a formula or an error, which must not be taken for its value."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """The heading row, and the rows below it that are not empty, each with its number."""

    heading: list[str]
    rows: list[tuple[int, list[str]]]


def parse_upload(
    file: "UploadedFile[bytes]",
    *,
    max_rows: int = MAX_ROWS,
    is_workbook_only: bool = False,
    keeps_formulas: bool = False,
) -> Table:
    """Return the content of an uploaded file, as `parse_spreadsheet` does. Raises Unreadable."""
    if (file.size or 0) > MAX_FILE_SIZE:
        raise Unreadable(too_large())
    return parse_spreadsheet(
        file.read(),
        max_rows=max_rows,
        is_workbook_only=is_workbook_only,
        keeps_formulas=keeps_formulas,
    )


def parse_spreadsheet(
    content: bytes,
    *,
    max_rows: int = MAX_ROWS,
    is_workbook_only: bool = False,
    keeps_formulas: bool = False,
) -> Table:
    """Return the content of a file, whose format is detected from its content, not its name.

    With `keeps_formulas`, the caller refuses each FormulaText. Raises Unreadable, also for the
    first formula otherwise, and if there are more than `max_rows` rows.
    """
    if len(content) > MAX_FILE_SIZE:
        raise Unreadable(too_large())
    if content.startswith(OLE_SIGNATURE):
        raise Unreadable(
            _(
                "The workbook is protected by a password or has an old format. Save it without a "
                "password as a workbook (.xlsx)."
            )
        )
    is_workbook = content.startswith(ZIP_SIGNATURE)
    if is_workbook_only and not is_workbook:
        raise Unreadable(_("This file is not a workbook. Save it as a workbook (.xlsx)."))
    lines = (
        _lines_of_workbook(content, keeps_formulas=keeps_formulas)
        if is_workbook
        else _lines_of_text(content)
    )
    return _table(lines, max_rows)


def too_large() -> str:
    """Return the error for a file larger than MAX_FILE_SIZE."""
    return _("Choose a file of at most %(number)d MB.") % {"number": MAX_FILE_SIZE // 1024 // 1024}


def _table(lines: Iterable[list[str]], max_rows: int) -> Table:
    heading: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    too_long: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not any(cell.strip() for cell in line):
            continue
        if not heading:
            heading = [cell.strip() for cell in line]
            while not heading[-1]:
                heading.pop()
            continue
        if any(cell.strip() for cell in line[len(heading) :]):
            too_long.append(str(number))
        rows.append((number, [*line, *[""] * len(heading)][: len(heading)]))
        if len(rows) > max_rows:
            raise Unreadable(_too_many_rows(max_rows))
    if too_long:
        raise Unreadable(
            ngettext(
                "Row %(numbers)s has more cells than the heading row.",
                "Rows %(numbers)s have more cells than the heading row.",
                len(too_long),
            )
            % {"numbers": ", ".join(too_long)}
        )
    if not rows:
        raise Unreadable(_("The file has no rows below the heading row."))
    return Table(heading, rows)


def _too_many_rows(max_rows: int) -> str:
    return ngettext(
        "Import at most %(number)d row at a time. Split the file.",
        "Import at most %(number)d rows at a time. Split the file.",
        max_rows,
    ) % {"number": max_rows}


def _lines_of_text(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as refused:
        raise Unreadable(_no_spreadsheet()) from refused
    if "\0" in text:
        raise Unreadable(_no_spreadsheet())
    first_line = text.lstrip().partition("\n")[0]
    parted_by = max(DELIMITERS, key=first_line.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=parted_by, strict=True)
    try:
        for line in lines:
            yield [unescape_formula(cell) for cell in line]
    except csv.Error as refused:
        raise Unreadable(
            _("Line %(number)d cannot be read. Check its quotation marks.")
            % {"number": lines.line_num}
        ) from refused


def _no_spreadsheet() -> str:
    return _(
        "This file is not a readable spreadsheet, or its text is not in UTF-8. In Excel, save it "
        "as a workbook (.xlsx) or as “CSV UTF-8”."
    )


def _lines_of_workbook(content: bytes, *, keeps_formulas: bool) -> Iterator[list[str]]:
    # Imported when a workbook is read, because it takes longer than any other package at the start.
    from openpyxl import load_workbook  # noqa: PLC0415

    _check_parts(content)
    with warnings.catch_warnings():
        # The library warns about features of Excel that it does not support.
        warnings.simplefilter("ignore")
        try:
            # Formulas are read so that they can be refused. The library does not evaluate them.
            workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            sheet = workbook.worksheets[0]
            if (sheet.max_row or 0) > LAST_LINE:
                raise Unreadable(_goes_on())
            lines = [
                [_as_text(cell, keeps_formulas=keeps_formulas) for cell in line]
                for line in sheet.iter_rows(max_row=LAST_LINE + 1, max_col=LAST_COLUMN)
            ]
        except Unreadable:
            raise
        # A malformed file can raise any exception in the library.
        except Exception as broken:
            raise Unreadable(_no_spreadsheet()) from broken
    if len(lines) > LAST_LINE:
        raise Unreadable(_goes_on())
    yield from lines


def _goes_on() -> str:
    return _("The sheet continues below row %(number)d. Delete the empty rows.") % {
        "number": LAST_LINE
    }


def _check_parts(content: bytes) -> None:
    """Refuse a file that is not a workbook, or that would take too much memory or time to read."""
    try:
        with ZipFile(io.BytesIO(content)) as parts:
            infos = parts.infolist()
            if "xl/workbook.xml" not in {info.filename for info in infos}:
                raise Unreadable(_no_spreadsheet())
            if any(info.filename.endswith(MACROS_PART) for info in infos):
                raise Unreadable(
                    _("The workbook has macros. Save it as a workbook without macros (.xlsx).")
                )
            # ZipFile never unpacks more of an entry than the size given here.
            unpacked = sum(info.file_size for info in infos)
            if unpacked > MAX_UNPACKED_SIZE or len(infos) > MAX_ZIP_ENTRIES:
                raise Unreadable(_too_large_workbook())
            _check_markup((info.filename, parts.read(info)) for info in infos)
    except NOT_READ as refused:
        raise Unreadable(_no_spreadsheet()) from refused


def _check_markup(parts: Iterable[tuple[str, bytes]]) -> None:
    """Refuse more XML than a spreadsheet needs, before it is parsed.

    Well compressed, millions of elements fit into a file of 26 KB.
    """
    total = 0
    for name, part in parts:
        # In UTF-16, each letter of a tag is two bytes, one of them zero.
        if b"<!DOCTYPE" in part.replace(b"\0", b""):
            # No office program writes one. Its entities would multiply the elements.
            raise Unreadable(_no_spreadsheet())
        markup = part.count(b"<") + part.count(b"=")
        total += markup
        if total > MAX_MARKUP or (name == STYLES_PART and markup > MAX_STYLE_MARKUP):
            raise Unreadable(
                _(
                    "The workbook has too many cells or too much formatting. Copy the rows to a "
                    "new workbook, or save the sheet as “CSV UTF-8”."
                )
            )


def _too_large_workbook() -> str:
    return _("The workbook is too large. Save the sheet alone in a workbook, without pictures.")


def _as_text(cell: Any, *, keeps_formulas: bool) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        if keeps_formulas:
            # An array formula is an object.
            return FormulaText(getattr(value, "text", value))
        raise Unreadable(
            _("Cell %(cell)s is a formula or an error. Replace it with its value.")
            % {"cell": cell.coordinate}
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        is_day = value.time() == datetime.min.time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unescaped(str(value))
