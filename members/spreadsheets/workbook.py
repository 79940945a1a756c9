"""A workbook written row by row into its file, with nothing of it in memory or beside it.

The library that reads workbooks writes them too, but takes ten times as long, keeps the rows in a
file of its own meanwhile, and guesses which text is a formula.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import IO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.utils import get_column_letter

from members.spreadsheets.cells import escaped

# A text, or a number, which stays one.
Cell = str | int | float | None
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


def write_workbook(sheets: dict[str, Iterable[Sequence[Cell]]], file: IO[bytes]) -> int:
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
