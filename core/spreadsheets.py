"""Writes spreadsheets row by row, without any cell that a program would run as a formula.

In a CSV file, programs guess which cells are formulas; an apostrophe before the sign prevents
that. In a workbook, each cell is marked as text, so that nothing needs to be inserted.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO

from django.db import models
from django.utils.translation import gettext_lazy as _

# A text, a number, an amount of money, a day, or a moment with its time zone.
Cell = str | int | float | Decimal | date | datetime | None

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

# How a workbook writes characters that XML does not allow, and text that looks so.
WRITTEN = re.compile(r"_x([0-9A-Fa-f]{4})_")

# The number of lines that a streamed file sends at a time.
LINES_IN_A_PART = 500


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

    def write_sheets(
        self,
        sheets: dict[str, Iterable[Sequence[Cell]]],
        file: IO[bytes],
        *,
        is_right_to_left: bool = False,
        is_wrapped: bool = False,
    ) -> int:
        """Write a workbook from sheets by title, and return the total number of lines.

        If `is_wrapped`, texts are shown with their line breaks.
        """
        # Imported when a workbook is written: it takes longer than any other package at the start.
        from core.workbooks import write_workbook  # noqa: PLC0415

        return write_workbook(
            sheets, file, is_right_to_left=is_right_to_left, is_wrapped=is_wrapped
        )


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


def unescaped(text: str) -> str:
    """Return the text of a cell of a workbook: the reverse of `escaped` in core/workbooks.py."""
    return WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)


def _csv_value(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return escape_formula(cell) if isinstance(cell, str) else cell
