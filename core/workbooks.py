"""Writes workbooks with openpyxl, each text cell marked as text."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.styles.numbers import FORMAT_NUMBER_COMMA_SEPARATED1, FORMAT_TEXT
from openpyxl.utils import get_column_letter

# A workbook writes characters that XML does not allow as _xHHHH_, and escapes text that looks so.
UNWRITABLE = re.compile(r"[\0-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
HEADING_FONT = Font(bold=True)
TOP = Alignment(vertical="top")
WRAPPED = Alignment(vertical="top", wrap_text=True)
# The width of a column, in Latin letters, follows from its first lines.
LINES_FOR_WIDTHS = 200
MIN_COLUMN_WIDTH = 8
MAX_COLUMN_WIDTH = 48


def write_workbook(
    sheets: Mapping[str, Iterable[Sequence[object]]],
    file: IO[bytes],
    *,
    is_right_to_left: bool = False,
    is_wrapped: bool = False,
) -> int:
    """Write a workbook from sheets by title, and return the total number of lines.

    If `is_wrapped`, texts are shown with their line breaks.
    """
    workbook = Workbook(write_only=True)
    number = 0
    try:
        for title, lines in sheets.items():
            sheet = workbook.create_sheet(title)
            sheet.freeze_panes = "A2"
            sheet.sheet_view.rightToLeft = is_right_to_left
            rest = iter(lines)
            first = list(islice(rest, LINES_FOR_WIDTHS))
            # The library writes the widths before the first line.
            for column, width in enumerate(_widths(first), start=1):
                sheet.column_dimensions[get_column_letter(column)].width = width
            for at, line in enumerate(chain(first, rest), start=1):
                wraps = is_wrapped or at == 1
                sheet.append(
                    [
                        _workbook_cell(sheet, cell, is_heading=at == 1, is_wrapped=wraps)
                        for cell in line
                    ]
                )
                number += 1
                sheet.auto_filter.ref = f"A1:{get_column_letter(len(first[0]))}{at}"
        workbook.save(file)
    finally:
        _delete_temporary_files(workbook)
    return number


def escaped(text: str) -> str:
    """Return a text escaped for a cell of a workbook."""
    return UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _workbook_cell(sheet: Any, value: object, *, is_heading: bool, is_wrapped: bool) -> Any:
    """Return the value to give to openpyxl: a text cell, or a number or date unchanged."""
    if isinstance(value, datetime):
        value = _clock_time(value)
    if not isinstance(value, str):
        return _plain_cell(sheet, value) if is_wrapped or isinstance(value, Decimal) else value
    if not value:
        return None
    cell = WriteOnlyCell(sheet, escaped(value))
    # The library treats a text that begins with = as a formula.
    cell.data_type = "s"
    # The cell stays text when somebody edits it.
    cell.number_format = FORMAT_TEXT
    if is_heading:
        cell.font = HEADING_FONT
    if is_wrapped:
        cell.alignment = WRAPPED
    return cell


def _plain_cell(sheet: Any, value: object) -> Any:
    """Return a cell for a number or date. An amount of money has two digits after the point."""
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, Decimal):
        cell.number_format = FORMAT_NUMBER_COMMA_SEPARATED1
    cell.alignment = TOP
    return cell


def _widths(lines: Sequence[Sequence[object]]) -> Iterator[int]:
    """Yield the width of each column of some lines. The heading is wrapped at its blanks."""
    heading, *rows = lines
    for column, title in enumerate(heading):
        longest = max(map(_width, str(title or "").split()), default=0)
        cells = (_width(row[column]) for row in rows if column < len(row))
        # Two more, for the button of the filter.
        width = max(longest + 2, *cells, MIN_COLUMN_WIDTH)
        yield min(width + 1, MAX_COLUMN_WIDTH)


def _width(cell: object) -> int:
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
