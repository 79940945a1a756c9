"""Spreadsheets that the portal writes row by row, in which no program finds a formula.

In a file of text a program guesses what is a formula; an apostrophe before its sign keeps it from
that. In a workbook each cell says itself that it is text, so that nothing has to be put into it.
The library that reads workbooks writes them too, but takes ten times as long, keeps the rows in a
file of its own meanwhile, and guesses which text is a formula.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import IO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import models
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

# A text, or a number, which stays one.
Cell = str | int | float | None

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

# Kept from being taken for anything but text when somebody edits it; the heading in bold.
TEXT, HEADING = 1, 2

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

STYLES = f"""{HEAD}<styleSheet xmlns="{MAIN}">
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">
<alignment vertical="top" wrapText="1"/></xf></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""
# The heading stays in sight; each column is wide enough for most words.
BEFORE_ROWS = f"""{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">
<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>
<sheetFormatPr defaultColWidth="24" defaultRowHeight="15"/><sheetData>"""
AFTER_ROWS = "</sheetData></worksheet>"


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
            writer.writerow(
                [escape_formula(cell) if isinstance(cell, str) else cell for cell in line]
            )
            number += 1
        text.detach()
        return number


class SafeXlsx:
    """A workbook in which each text says that it is one, so that nothing is evaluated."""

    content_type = f"{KIND}.sheet"

    def write(self, title: str, lines: Iterable[Sequence[Cell]], file: IO[bytes]) -> int:
        """Write lines to a file as its one sheet, the first as its heading; return their number."""
        return self.write_sheets({title: lines}, file)

    def write_sheets(self, sheets: dict[str, Iterable[Sequence[Cell]]], file: IO[bytes]) -> int:
        """Write a workbook of some sheets by their titles, and return the number of their lines."""
        number = 0
        with ZipFile(file, "w", ZIP_DEFLATED) as parts:
            for name, content in _frame(list(sheets)).items():
                parts.writestr(name, content)
            for place, lines in enumerate(sheets.values(), start=1):
                with parts.open(f"xl/worksheets/sheet{place}.xml", "w") as part:
                    part.write(BEFORE_ROWS.encode())
                    for at, line in enumerate(lines, start=1):
                        part.write(_row(at, line).encode())
                        number += 1
                    part.write(AFTER_ROWS.encode())
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


def _row(at: int, line: Sequence[Cell]) -> str:
    style = HEADING if at == 1 else TEXT
    cells = "".join(_cell(f"{_letter(n)}{at}", cell, style) for n, cell in enumerate(line, start=1))
    return f'<row r="{at}">{cells}</row>'


def _cell(name: str, value: Cell, style: int) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        return f'<c r="{name}"><v>{value}</v></c>'
    # It says that it is text: one that begins with = is no formula.
    text = f'<t xml:space="preserve">{escape(escaped(value))}</t>'
    return f'<c r="{name}" s="{style}" t="inlineStr"><is>{text}</is></c>'


_letter = cache(get_column_letter)


def _frame(titles: list[str]) -> dict[str, str]:
    """Return the parts of a workbook that say what its sheets are."""
    places = range(1, len(titles) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{place}" r:id="rId{place}"/>'
        for place, title in zip(places, titles, strict=True)
    )
    return {
        "[Content_Types].xml": (
            f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
            + "".join(
                f'<Override PartName="/xl/worksheets/sheet{place}.xml" '
                f'ContentType="{KIND}.worksheet+xml"/>'
                for place in places
            )
            + "</Types>"
        ),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": (
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{sheets}</sheets>'
            "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *(("worksheet", f"worksheets/sheet{place}.xml") for place in places),
                ("styles", "styles.xml"),
            ]
        ),
        "xl/styles.xml": STYLES,
    }


def _relations(targets: list[tuple[str, str]]) -> str:
    relations = "".join(
        f'<Relationship Id="rId{place}" Type="{DOCUMENT}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{RELATIONS}">{relations}</Relationships>'
