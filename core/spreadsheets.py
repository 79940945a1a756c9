"""Spreadsheets that the portal writes row by row, in which no program finds a formula.

In a file of text a program guesses what is a formula; an apostrophe before its sign keeps it from
that. In a workbook each cell says itself that it is text, so that nothing has to be put into it.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.styles.numbers import FORMAT_TEXT

# A text, a number, or a moment with its time zone.
Cell = str | int | float | datetime | None

# What a formula begins with, as ASCII and as wide as a Chinese character. Blanks, invisible marks
# and quotation marks may stand before it. A program that takes another mark for the comma sees a
# cell begin within a text as well: after a semicolon, a tab or the end of a line.
FORMULA = re.compile(
    r"""
    ( (?: \A | [;\t\r\n] ) [\s"'\u00ad\u180e\u200b\u2060\ufeff]* )
    ( [=+\-@\uff1d\uff0b\uff0d\uff20] )
    """,
    re.VERBOSE,
)
# Two numbers side by side are no formula anywhere. With no blank it would become one number and
# lose its plus; with a hyphen it would become a difference.
PHONE = re.compile(r"\+[0-9]+(?: [0-9]+)+")
MARK = "'"

# In a workbook, what XML has no place for stands as _xHHHH_; and so does what looks like that.
UNWRITABLE = re.compile(r"[\0-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
WRITTEN = re.compile(r"_x([0-9A-Fa-f]{4})_")

HEADING_FONT = Font(bold=True)
HEADING_ALIGNMENT = Alignment(vertical="top", wrap_text=True)
# Enough for most words.
COLUMN_WIDTH = 24


class SpreadsheetFormat(models.TextChoices):
    """The kinds of spreadsheet that come out of the portal and go into it."""

    XLSX = "xlsx", _("Workbook (XLSX)")
    CSV = "csv", _("Text with commas (CSV)")


class SafeCsv:
    """Text with commas by RFC 4180, in UTF-8 with the mark by which Excel knows it."""

    content_type = "text/csv"

    def write(self, title: str, lines: Iterable[Sequence[Cell]], file: IO[bytes]) -> int:
        """Write lines to a file and return their number; there is no place for the title."""
        file.write(codecs.BOM_UTF8)
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text)
        number = 0
        for line in lines:
            writer.writerow(map(_csv_value, line))
            number += 1
        text.detach()
        return number


class SafeXlsx:
    """A workbook in which each text says that it is one, so that nothing is evaluated."""

    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, title: str, lines: Iterable[Sequence[Cell]], file: IO[bytes]) -> int:
        """Write lines to a file as its one sheet, the first as its heading; return their number."""
        return self.write_sheets({title: lines}, file)

    def write_sheets(self, sheets: dict[str, Iterable[Sequence[Cell]]], file: IO[bytes]) -> int:
        """Write a workbook of some sheets by their titles, and return the number of their lines."""
        workbook = Workbook(write_only=True)
        number = 0
        try:
            for title, lines in sheets.items():
                sheet = workbook.create_sheet(title)
                sheet.freeze_panes = "A2"
                sheet.sheet_format.defaultColWidth = COLUMN_WIDTH
                for at, line in enumerate(lines):
                    sheet.append([_workbook_cell(sheet, cell, is_heading=at == 0) for cell in line])
                    number += 1
            workbook.save(file)
        finally:
            _delete_temporary_files(workbook)
        return number


FORMATS: dict[SpreadsheetFormat, SafeCsv | SafeXlsx] = {
    SpreadsheetFormat.CSV: SafeCsv(),
    SpreadsheetFormat.XLSX: SafeXlsx(),
}


def escape_formula(text: str) -> str:
    """Return a text for a file of text, with a mark before each sign that begins a formula."""
    if PHONE.fullmatch(text):
        return text
    return FORMULA.sub(rf"\1{MARK}\2", text)


def unescape_formula(text: str) -> str:
    """Return the text that `escape_formula` made this of."""
    return FORMULA.sub(lambda found: found[1].removesuffix(MARK) + found[2], text)


def escaped(text: str) -> str:
    """Return a text for a cell of a workbook."""
    return UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """Return the text that `escaped` made this of."""
    return WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)


def _csv_value(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return escape_formula(cell) if isinstance(cell, str) else cell


def _workbook_cell(sheet: Any, value: Cell, *, is_heading: bool) -> Any:
    """Return what openpyxl writes: a cell of text, or a number or date as it is."""
    if isinstance(value, datetime):
        value = _clock_time(value)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    cell = WriteOnlyCell(sheet, escaped(value))
    # The library takes a text that begins with = for a formula.
    cell.data_type = "s"
    # Kept from being taken for anything but text when somebody edits it.
    cell.number_format = FORMAT_TEXT
    if is_heading:
        cell.font, cell.alignment = HEADING_FONT, HEADING_ALIGNMENT
    return cell


def _clock_time(moment: datetime) -> datetime | str:
    """Return a moment for a workbook, which knows no time zones.

    A time that comes twice as the clocks go back stays a text with its difference from UTC.
    """
    if moment.utcoffset() != moment.replace(fold=1 - moment.fold).utcoffset():
        return moment.isoformat(timespec="seconds")
    return moment.replace(tzinfo=None, microsecond=0)


def _delete_temporary_files(workbook: Any) -> None:
    """Delete the rows of sheets that were not saved; openpyxl does so as the process ends."""
    for sheet in workbook.worksheets:
        if not sheet.closed:
            # On a full disk it cannot be finished either.
            with suppress(OSError):
                sheet.close()
        # The library has nothing public for that.
        if Path(sheet._writer.out).exists():
            sheet._writer.cleanup()
