"""The two kinds of file that rows are written to, row by row, however many there are."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any

from import_export.formats import base_formats

from members.models import SheetFormat
from members.spreadsheets.cells import neutral
from members.spreadsheets.workbook import Cell, write_workbook


class SafeCsv(base_formats.CSV):  # type: ignore[misc]  # without types
    """Text with commas by RFC 4180, in UTF-8 with the mark by which Excel knows it."""

    def write(self, title: str, lines: Iterable[Sequence[Cell]], file: IO[bytes]) -> int:
        """Write lines to a file and return their number; there is no place for the title."""
        file.write(codecs.BOM_UTF8)
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text)
        number = 0
        for line in lines:
            writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in line])
            number += 1
        text.detach()
        return number

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        """Return the rows of a data set as a file."""
        return _as_bytes(self, dataset)


class SafeXlsx(base_formats.XLSX):  # type: ignore[misc]  # without types
    """A workbook in which each text says that it is one, so that nothing is evaluated."""

    def write(self, title: str, lines: Iterable[Sequence[Cell]], file: IO[bytes]) -> int:
        """Write lines to a file as its one sheet, the first as its heading; return their number."""
        return self.write_sheets({title: lines}, file)

    def write_sheets(self, sheets: dict[str, Iterable[Sequence[Cell]]], file: IO[bytes]) -> int:
        """Write a workbook of several sheets, and return the number of their lines."""
        return write_workbook(sheets, file)

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        """Return the rows of a data set as a file."""
        return _as_bytes(self, dataset)


FORMATS: dict[SheetFormat, SafeCsv | SafeXlsx] = {
    SheetFormat.CSV: SafeCsv(),
    SheetFormat.XLSX: SafeXlsx(),
}


def _as_bytes(format_: SafeCsv | SafeXlsx, dataset: Any) -> bytes:
    file = io.BytesIO()
    format_.write(dataset.title or "1", [dataset.headers, *dataset], file)
    return file.getvalue()
