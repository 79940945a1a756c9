"""Writes spreadsheets row by row, without any cell that a program would run as a formula.

In a CSV file, programs guess which cells are formulas; an apostrophe before the sign prevents
that. In a workbook, each cell is marked as text, so that nothing needs to be inserted.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.styles.numbers import FORMAT_TEXT
from openpyxl.utils import get_column_letter

# A text, a number, or a moment with its time zone.
Cell = str | int | float | datetime | None

# The signs that begin a formula, in ASCII and full width. Blanks, invisible characters and
# quotation marks may come before them. A program that uses another delimiter than the comma may
# also see a new cell inside a text: after a semicolon, a tab or a line break.
FORMULA = re.compile(
    r"""
    ( (?: \A | [;\t\r\n] ) [\s"'\u00ad\u180e\u200b\u2060\ufeff]* )
    ( [=+\-@\uff1d\uff0b\uff0d\uff20] )
    """,
    re.VERBOSE,
)
# No program treats two numbers with a blank between them as a formula. Without the blank, it would
# become one number without its plus; with a hyphen, it would become a subtraction.
PHONE = re.compile(r"\+[0-9]+(?: [0-9]+)+")
MARK = "'"

# A workbook writes characters that XML does not allow as _xHHHH_, and escapes text that looks so.
UNWRITABLE = re.compile(r"[\0-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
WRITTEN = re.compile(r"_x([0-9A-Fa-f]{4})_")

# The number of lines that a streamed file sends at a time.
LINES_IN_A_PART = 500

HEADING_FONT = Font(bold=True)
HEADING_ALIGNMENT = Alignment(vertical="top", wrap_text=True)
# The width of a column, in Latin letters, follows from its first lines.
LINES_FOR_WIDTHS = 200
MIN_COLUMN_WIDTH = 8
MAX_COLUMN_WIDTH = 48


class SpreadsheetFormat(models.TextChoices):
    """The spreadsheet formats that the portal exports and imports."""

    XLSX = "xlsx", _("Workbook (XLSX)")
    CSV = "csv", _("Comma-separated values (CSV)")


class SafeCsv:
    """CSV (RFC 4180) in UTF-8, with the byte order mark that Excel needs."""

    content_type = "text/csv"

    def write(self, title: str, lines: Iterable[Sequence[Cell]], file: IO[bytes]) -> int:
        """Write lines to a file and return their number. CSV has no title."""
        file.write(codecs.BOM_UTF8)
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text)
        number = 0
        for line in lines:
            writer.writerow(map(_csv_value, line))
            number += 1
        text.detach()
        return number

    def stream(self, lines: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
        """Yield the file in parts, so that the first is sent before the last line is read."""
        yield codecs.BOM_UTF8
        rest = iter(lines)
        while some := list(islice(rest, LINES_IN_A_PART)):
            text = io.StringIO(newline="")
            csv.writer(text).writerows(map(_csv_value, line) for line in some)
            yield text.getvalue().encode()


class SafeXlsx:
    """A workbook in which each text cell is marked as text, so that nothing is evaluated."""

    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, title: str, lines: Iterable[Sequence[Cell]], file: IO[bytes]) -> int:
        """Write lines as the only sheet, the first as its heading row; return their number."""
        return self.write_sheets({title: lines}, file)

    def write_sheets(self, sheets: dict[str, Iterable[Sequence[Cell]]], file: IO[bytes]) -> int:
        """Write a workbook from sheets by title, and return the total number of lines."""
        workbook = Workbook(write_only=True)
        number = 0
        try:
            for title, lines in sheets.items():
                sheet = workbook.create_sheet(title)
                sheet.freeze_panes = "A2"
                rest = iter(lines)
                first = list(islice(rest, LINES_FOR_WIDTHS))
                # The library writes the widths before the first line.
                for column, width in enumerate(_widths(first), start=1):
                    sheet.column_dimensions[get_column_letter(column)].width = width
                for at, line in enumerate(chain(first, rest), start=1):
                    sheet.append([_workbook_cell(sheet, cell, is_heading=at == 1) for cell in line])
                    number += 1
                    sheet.auto_filter.ref = f"A1:{get_column_letter(len(first[0]))}{at}"
            workbook.save(file)
        finally:
            _delete_temporary_files(workbook)
        return number


FORMATS: dict[SpreadsheetFormat, SafeCsv | SafeXlsx] = {
    SpreadsheetFormat.CSV: SafeCsv(),
    SpreadsheetFormat.XLSX: SafeXlsx(),
}


def escape_formula(text: str) -> str:
    """Return a text for a CSV file, with an apostrophe before each sign that begins a formula."""
    if PHONE.fullmatch(text):
        return text
    return FORMULA.sub(rf"\1{MARK}\2", text)


def unescape_formula(text: str) -> str:
    """Return the original text: the reverse of `escape_formula`."""
    return FORMULA.sub(lambda found: found[1].removesuffix(MARK) + found[2], text)


def escaped(text: str) -> str:
    """Return a text escaped for a cell of a workbook."""
    return UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """Return the original text: the reverse of `escaped`."""
    return WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)


def _csv_value(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return escape_formula(cell) if isinstance(cell, str) else cell


def _workbook_cell(sheet: Any, value: Cell, *, is_heading: bool) -> Any:
    """Return the value to give to openpyxl: a text cell, or a number or date unchanged."""
    if isinstance(value, datetime):
        value = _clock_time(value)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    cell = WriteOnlyCell(sheet, escaped(value))
    # The library treats a text that begins with = as a formula.
    cell.data_type = "s"
    # The cell stays text when somebody edits it.
    cell.number_format = FORMAT_TEXT
    if is_heading:
        cell.font, cell.alignment = HEADING_FONT, HEADING_ALIGNMENT
    return cell


def _widths(lines: Sequence[Sequence[Cell]]) -> Iterator[int]:
    """Yield the width of each column of some lines. The heading is wrapped at its blanks."""
    heading, *rows = lines
    for column, title in enumerate(heading):
        longest = max(map(_width, str(title or "").split()), default=0)
        cells = (_width(row[column]) for row in rows if column < len(row))
        # Two more, for the button of the filter.
        width = max(longest + 2, *cells, MIN_COLUMN_WIDTH)
        yield min(width + 1, MAX_COLUMN_WIDTH)


def _width(cell: Cell) -> int:
    """Return the width of the longest line of a cell, in Latin letters."""
    if isinstance(cell, datetime):
        return len("2021-10-25 14:30:59")
    text = "" if cell is None else str(cell)
    return max((sum(map(_letter_width, line)) for line in text.split("\n")), default=0)


def _letter_width(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _clock_time(moment: datetime) -> datetime | str:
    """Return a datetime for a workbook, which does not support time zones.

    A time that happens twice because the clocks go back is written as text with its UTC offset.
    """
    if moment.utcoffset() != moment.replace(fold=1 - moment.fold).utcoffset():
        return moment.isoformat(timespec="seconds")
    return moment.replace(tzinfo=None, microsecond=0)


def _delete_temporary_files(workbook: Any) -> None:
    """Delete the temporary files of unsaved sheets; openpyxl does so only when the process ends."""
    for sheet in workbook.worksheets:
        if not sheet.closed:
            # On a full disk, closing the sheet fails too.
            with suppress(OSError):
                sheet.close()
        # The library has no public API for this.
        if Path(sheet._writer.out).exists():
            sheet._writer.cleanup()
