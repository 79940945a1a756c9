"""Reading a file, and the errors for unreadable files."""

import io
import struct
import time
import zipfile
from datetime import date, datetime

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from core import spreadsheet_parsing as parsing
from core.spreadsheet_parsing import Unreadable, parse_spreadsheet
from eoi.forms.expression import TECHNICAL_FIELDS, ExpressionOfInterestForm
from tests.core.test_spreadsheets import TEXTS, written
from tests.triage.spreadsheets.sheets import CSV, XLSX
from triage.spreadsheets.services.columns import MemberSheet


def workbook_of(*lines, change=lambda _sheet: None):
    workbook = Workbook()
    for line in lines:
        workbook.active.append(line)
    change(workbook.active)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def zipped(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/") + ".xml", content)
    return file.getvalue()


def lying_about_its_size():
    """A ZIP bomb whose directory declares a small size."""
    content = zipped(xl__workbook="0" * 30_000_000)
    assert content.count(struct.pack("<L", 30_000_000)) == 2
    return content.replace(struct.pack("<L", 30_000_000), struct.pack("<L", 1000))


SHEET_PART, STYLES_PART = "xl/worksheets/sheet1.xml", "xl/styles.xml"


def changed(part, change):
    """A workbook of two rows with one of its parts changed."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook_of(["a"], ["b"]))) as whole,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in whole.namelist():
            content = whole.read(name)
            packed.writestr(name, change(content) if name == part else content)
    return file.getvalue()


def inflated(part, end, element):
    """A workbook whose part has many elements before an end tag: nearly as large as is unpacked."""
    number = (parsing.MAX_UNPACKED_SIZE - 500_000) // len(element)
    return changed(part, lambda content: content.replace(end, element * number + end))


MILLIONS_OF_CELLS = inflated(SHEET_PART, b"</row></sheetData>", b"<c/>")
MILLIONS_OF_STYLES = inflated(STYLES_PART, b"</cellXfs>", b"<xf/>")


def with_entities(sheet):
    """A sheet whose entities would multiply its cells."""
    declared = b'<!DOCTYPE x [<!ENTITY cells "%b">]><worksheet' % (b"<c/>" * 1000)
    sheet = sheet.replace(b"<worksheet", declared)
    return sheet.replace(b"</row></sheetData>", b"&cells;" * 1000 + b"</row></sheetData>")


def a_formula(sheet):
    sheet["B2"] = "=1+1"


def an_error(sheet):
    sheet["B2"] = "#REF!"


def far_down(sheet):
    sheet.cell(row=20_000, column=1, value="x")


ENTITIES = '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>'
BAD = {
    "nothing": (b"", "no rows below the heading row"),
    "heading alone": (b"a,b\r\n", "no rows below the heading row"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a readable spreadsheet"),
    "Latin letters": ("a,b\r\nCafé,x".encode("cp1252"), "not in UTF-8"),
    "zeros": (b"a,b\r\nc\0,d", "not a readable spreadsheet"),
    "open quotation mark": (b'a,b\r\n"c,d\r\n', "quotation marks"),
    "cell without end": (b'a,b\r\n"' + b"x" * 200_000 + b'",c\r\n', "quotation marks"),
    "cells beyond the heading": (b"a,b\r\n1,2\r\n1,2,3\r\n", "Row 3 has more cells"),
    "cells beyond it in two rows": (b"a\r\n1,2\r\n1\r\n1,2\r\n", "Rows 2, 4 have more cells"),
    "old workbook, or one with a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
        "protected by a password",
    ),
    "other zip": (zipped(word__document="<x/>"), "not a readable spreadsheet"),
    "torn workbook": (workbook_of(["a"], ["b"])[:-100], "not a readable spreadsheet"),
    "workbook that refers to a file": (
        zipped(xl__workbook=ENTITIES),
        "not a readable spreadsheet",
    ),
    "hollow workbook": (zipped(xl__workbook="<x/>"), "not a readable spreadsheet"),
    "bomb": (zipped(xl__workbook="0" * 30_000_000), "workbook is too large"),
    "millions of cells": (MILLIONS_OF_CELLS, "too many cells or too much formatting"),
    "millions of styles": (MILLIONS_OF_STYLES, "too many cells or too much formatting"),
    "more styles than cells may be": (
        changed(STYLES_PART, lambda part: part.replace(b"</cellXfs>", b"<xf/>" * 50_000)),
        "too many cells or too much formatting",
    ),
    "cells multiplied by entities": (changed(SHEET_PART, with_entities), "not a readable"),
    "the same in UTF-16": (
        changed(SHEET_PART, lambda sheet: with_entities(sheet).decode().encode("utf-16")),
        "not a readable",
    ),
    "bomb that lies": (lying_about_its_size(), "not a readable spreadsheet"),
    "many parts": (
        zipped(xl__workbook="<x/>", **{f"part{n}": "x" for n in range(600)}),
        "workbook is too large",
    ),
    "formula": (workbook_of(["a", "b"], ["1", "2"], change=a_formula), "Cell B2 is a formula"),
    "error": (workbook_of(["a", "b"], ["1", "2"], change=an_error), "Cell B2 is a formula"),
    "far down": (workbook_of(["a"], ["b"], change=far_down), "continues below row 10000"),
    "too many rows": (b"a\r\n" + b"b\r\n" * 501, "at most 500 rows"),
    "too large": (b"a\r\n" + b"b" * parsing.MAX_FILE_SIZE, "at most 5 MB"),
}


@pytest.mark.parametrize(("content", "sentence"), BAD.values(), ids=BAD)
def test_read_says_what_is_wrong_with_a_file(content, sentence):
    with pytest.raises(Unreadable, match=sentence):
        parse_spreadsheet(content)


@pytest.mark.parametrize("content", [MILLIONS_OF_CELLS, MILLIONS_OF_STYLES])
def test_small_workbook_costs_little_processor_time(content):
    before = time.process_time()

    with pytest.raises(Unreadable):
        parse_spreadsheet(content)

    assert len(content) < 50_000
    assert time.process_time() - before < 1


def test_largest_file_of_each_kind_of_row_is_read():
    answers = [f"Column {number}" for number in range(40)]
    rates = ["A", "B", "C", "D", "E", "F"]

    of_answers = parse_spreadsheet(workbook_of(answers, *[answers] * 500))
    of_rates = parse_spreadsheet(workbook_of(rates, *[rates] * 5000), max_rows=5000)

    assert (len(of_answers.rows), len(of_rates.rows)) == (500, 5000)


@pytest.mark.parametrize(
    ("mark", "parted_by"), [(b"", ","), (b"\xef\xbb\xbf", ","), (b"\xef\xbb\xbf", ";"), (b"", "\t")]
)
def test_read_takes_text_parted_by_any_of_three_with_or_without_the_mark(mark, parted_by):
    lines = [["Organisation", "About"], ["Ünion, of; all", "a\nb"]]
    text = "\r\n".join(parted_by.join(f'"{cell}"' for cell in line) for line in lines)

    table = parse_spreadsheet(mark + text.encode())

    assert (table.heading, table.rows) == (lines[0], [(2, lines[1])])


def test_read_leaves_out_blank_rows_and_counts_them():
    table = parse_spreadsheet(b"\r\na,b,\r\n\r\n1,2\r\n,,\r\n3\r\n")

    assert table.heading == ["a", "b"]
    assert table.rows == [(4, ["1", "2"]), (6, ["3", ""])]


def test_read_puts_numbers_days_and_ticks_of_the_first_sheet_of_a_workbook_into_text():
    line = [41227305111, 2.0, 2.5, True, date(2021, 10, 25), datetime(2021, 10, 25, 14, 30), None]  # noqa: DTZ001

    def add_another(sheet):
        sheet.parent.create_sheet("Columns").append(["x"])

    table = parse_spreadsheet(workbook_of([*"abcdefg"], line, change=add_another))

    assert table.rows == [
        (2, ["41227305111", "2", "2.5", "yes", "2021-10-25", "2021-10-25 14:30:00", ""])
    ]


def test_columns_are_the_answers_of_the_form_and_when_it_came():
    apart = {"submission_key", *TECHNICAL_FIELDS}

    assert {*MemberSheet().to_fill_in()} == {
        *ExpressionOfInterestForm.base_fields,
        "submitted_at",
    } - apart


@pytest.mark.parametrize(("language", "reader"), [("en", "fr"), ("fr", "en"), ("fr", "fr")])
def test_headings_in_any_language_or_the_names_of_fields_are_those_of_their_columns(
    language, reader
):
    with override(language):
        headings = [str(column.column_name) for column in MemberSheet().fields.values()]

    with override(reader):
        assert MemberSheet().names_of(headings) == [*MemberSheet.fields]
        assert MemberSheet().names_of([f" {name.upper()} " for name in MemberSheet.fields]) == [
            *MemberSheet.fields
        ]


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        (["Organisation", "Shoe size"], "Unknown column headings: “Shoe size”"),
        (["Organisation", "organisation_name"], "Duplicate column headings: “Organisation”"),
        (["Organisation"], "Missing columns: “Email”"),
        (
            ["Organisation", "Shoe size", "Colour", "organisation_name"],
            (
                "Unknown column headings: “Shoe size”, “Colour”. Duplicate column headings: "
                "“Organisation”. Missing columns: “Email”."
            ),
        ),
    ],
)
def test_headings_that_are_wrong_are_named(heading, sentence):
    names = MemberSheet().names_of(heading)

    with pytest.raises(Unreadable, match=sentence):
        MemberSheet().check_heading(heading, names, ["organisation_name", "email"])


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("category", "member state", "member_state"),
        ("category", "État Membre", "member_state"),
        ("category", "Club", "Club"),
        ("country", "Côte d’Ivoire", "CI"),
        ("country", "Кения", "KE"),
        ("country", "Naoero", "NR"),
        ("country", "Nauru", "NR"),
        ("country", "Науру", "NR"),
        ("country", "Atlantis", "Atlantis"),
        ("focus_area", "2", "empowering-communities"),
        ("focus_area", "2 · Empowering Communities", "empowering-communities"),
        ("focus_area", "3 · Empowering Communities", "3 · Empowering Communities"),
        ("focus_area", "empowering-communities", "empowering-communities"),
        ("further_focus_areas", "1; 2\n3", [
            "connecting-people-everywhere",
            "empowering-communities",
            "building-digital-ecosystems",
        ]),
        ("contributions", "Financial;policy; ;Gold", ["financial", "policy", "Gold"]),
        ("title", "Dr", "dr"),
        ("newsletter", "oui", "on"),
        ("newsletter", "non", ""),
        ("newsletter", "", ""),
    ],
)  # fmt: skip
def test_words_of_a_cell_are_the_value_that_the_form_takes(name, cell, value):
    assert MemberSheet().fields[name].widget.clean(cell) == value


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2021-10-25", "2021-10-25T12:00:00+02:00"),
        ("2021-10-25 14:30", "2021-10-25T14:30:00+02:00"),
        ("2021-10-25T14:30:00+00:00", "2021-10-25T16:30:00+02:00"),
        ("", ""),
    ],
)
def test_moment_is_geneva_time_unless_it_says_otherwise(cell, moment):
    widget = MemberSheet().fields["submitted_at"].widget

    read = widget.render(widget.clean(cell))

    assert (read.isoformat() if read else read) == moment


TRY_AGAIN = "Enter the date like 2021-10-25"


@pytest.mark.parametrize(
    ("name", "cell", "sentence"),
    [
        ("submitted_at", "25/10/2021", TRY_AGAIN),
        ("submitted_at", "0001-01-01", TRY_AGAIN),
        ("submitted_at", "2021-02-30", TRY_AGAIN),
        ("submitted_at", "12:30", TRY_AGAIN),
        ("submitted_at", "2021-03-28 02:30", "the clocks go forward"),
        ("privacy_consent", "maybe", "Enter yes or no"),
        ("privacy_consent", "2", "Enter yes or no"),
    ],
)
def test_what_is_no_moment_or_no_agreement_is_asked_for_again(name, cell, sentence):
    with pytest.raises(ValueError, match=sentence):
        MemberSheet().fields[name].widget.clean(cell)


@pytest.mark.parametrize("kind", [CSV, XLSX])
@given(texts=st.lists(TEXTS.filter(str.strip), min_size=1, max_size=4))
def test_what_is_written_is_read_again_as_it_was(kind, texts):
    lines = [[f"column {number}" for number, _text in enumerate(texts)], texts]

    table = parse_spreadsheet(written(kind, lines))

    assert [table.heading, *(cells for _number, cells in table.rows)] == lines


def test_workbook_with_macros_is_refused():
    file = io.BytesIO(workbook_of(["a"], ["b"]))
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr("xl/vbaProject.bin", "Sub")

    with pytest.raises(Unreadable, match="has macros"):
        parse_spreadsheet(file.getvalue())


def test_page_that_takes_only_workbooks_refuses_text():
    with pytest.raises(Unreadable, match="not a workbook"):
        parse_spreadsheet(b"a\nb\n", is_workbook_only=True)
