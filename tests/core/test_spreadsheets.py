import csv
import io
import tempfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.spreadsheets import (
    FORMATS,
    PHONE,
    SafeXlsx,
    SpreadsheetFormat,
    escape_formula,
    unescape_formula,
    unescaped,
)
from core.workbooks import escaped

GENEVA = ZoneInfo("Europe/Zurich")
CSV, XLSX = SpreadsheetFormat.CSV, SpreadsheetFormat.XLSX
STARTERS = "=+-@＝＋－＠"
# Characters that a program may skip before the sign of a formula.
BLANKS = " \t\r\n\v\f\u00a0\u2003\u3000\ufeff\u200b"
RISKY = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    " =1",
    "\t=1",
    "\r=1",
    "\n=1",
    "\u00a0=1",
    "\ufeff=1",
    "＝1",
    "＋1",
    "－1",
    "＠A1",
    "'=1",
    '"=1',
    "=cmd|' /C calc'!A0",
    "a;=1",
    "a\t=1",
    'a;"=1',
    "a\n- b\n- c",
    "+41227305111",
    "+41-22-730-5111",
    "+41 22 +1",
    "+",
]
# All texts that a database can store: without NUL and surrogates.
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        st.sampled_from(STARTERS + BLANKS + ";,'\"_x0"),
    ),
    max_size=30,
)


def written(kind, lines):
    """A file with some lines of cells."""
    file = io.BytesIO()
    FORMATS[kind].write("EOI", lines, file)
    return file.getvalue()


def cells_of(content, parted_by):
    """The cells that a program with other delimiters finds in a CSV file."""
    text = content.decode("utf-8-sig")
    return [
        cell
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=parted_by)
        for cell in line
    ]


def is_evaluated(cell):
    begins = cell.lstrip(BLANKS + '\x1c\x1d\x1e\x1f\x85\u2028\u2029"')[:1]
    return begins != "" and begins in STARTERS and not PHONE.fullmatch(cell)


@pytest.mark.parametrize("text", RISKY)
def test_neutral_leaves_no_formula_and_is_restored(text):
    assert not is_evaluated(escape_formula(text))
    assert unescape_formula(escape_formula(text)) == text


@pytest.mark.parametrize(
    "text",
    ["+41 22 730 51 11", "+1 202 555 0123", "Ng’ang’a", "O'Brien", "'quoted'", "a-b", "1;2", ""],
)
def test_neutral_keeps_phone_numbers_and_names_as_typed(text):
    assert escape_formula(text) == unescape_formula(text) == text


@given(TEXTS)
def test_neutral_text_is_restored_whatever_it_is(text):
    assert unescape_formula(escape_formula(text)) == text


@given(TEXTS)
def test_escaped_text_is_unescaped_whatever_it_is(text):
    assert unescaped(escaped(text)) == text


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_no_cell_of_a_file_of_text_is_a_formula_however_it_is_parted(texts):
    content = written(CSV, [["heading"], texts])

    found = {parted_by: cells_of(content, parted_by) for parted_by in ",;\t"}

    assert found[","] == ["heading", *map(escape_formula, texts)]
    assert [cell for cells in found.values() for cell in cells if is_evaluated(cell)] == []


def test_workbook_says_of_each_text_that_it_is_one():
    content = written(XLSX, [["heading"], *([text] for text in RISKY), ["#REF!"], [5], [1.5]])

    sheet = load_workbook(io.BytesIO(content)).worksheets[0]

    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells[:-2]} == {"s"}
    assert [cell.value for cell in cells[-2:]] == [5, 1.5]
    assert unescaped(cells[0].value) == "=1+1"


def test_file_of_text_is_as_excel_and_rfc_4180_want_it():
    moment = datetime(2021, 10, 25, 14, 30, tzinfo=GENEVA)

    content = written(CSV, [["a", "b"], ['say "x", y', "é"], [moment]])

    lines = 'a,b\r\n"say ""x"", y",é\r\n2021-10-25T14:30:00+02:00\r\n'
    assert content == b"\xef\xbb\xbf" + lines.encode()


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_workbook_has_each_text_as_it_was(texts):
    content = written(XLSX, [["heading"], texts, ["end"]])

    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [sheet.cell(2, number) for number in range(1, len(texts) + 1)]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s"}
    assert [unescaped(cell.value or "") for cell in cells] == texts


def test_workbook_keeps_numbers_that_begin_with_zeros_and_marks_cells_as_text():
    content = written(XLSX, [["heading"], ["007"], ["2021-10-25"]])

    cells = [row[0] for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()]
    assert [cell.value for cell in cells] == ["heading", "007", "2021-10-25"]
    assert {cell.number_format for cell in cells} == {"@"}
    assert [cell.font.bold for cell in cells] == [True, False, False]


def test_workbook_that_cannot_be_finished_leaves_nothing_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def lines():
        yield ["heading"]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        written(XLSX, lines())

    assert list(tmp_path.iterdir()) == []


def test_neutral_marks_just_before_the_sign_and_restored_takes_marks_of_others():
    assert escape_formula("  =1") == "  '=1"
    assert escape_formula("a\n- b") == "a\n'- b"
    assert unescape_formula("'+41 22 730 51 11") == "+41 22 730 51 11"


@pytest.mark.parametrize(
    ("moment", "data_type", "value"),
    [
        (
            datetime(2021, 10, 25, 14, 30, 59, 123456, tzinfo=GENEVA),
            "d",
            datetime(2021, 10, 25, 14, 30, 59),  # noqa: DTZ001
        ),
        # This says which of the two times it is when the clocks go back.
        (
            datetime(2021, 10, 31, 0, 30, tzinfo=UTC).astimezone(GENEVA),
            "s",
            "2021-10-31T02:30:00+02:00",
        ),
        (
            datetime(2021, 10, 31, 1, 30, tzinfo=UTC).astimezone(GENEVA),
            "s",
            "2021-10-31T02:30:00+01:00",
        ),
    ],
)
def test_workbook_has_real_dates_where_the_time_of_their_zone_is_clear(moment, data_type, value):
    content = written(XLSX, [["heading"], [moment]])

    cell = load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
    assert (cell.data_type, cell.value) == (data_type, value)


@pytest.mark.parametrize("number", [0, 1, 500, 1001])
def test_streamed_file_has_the_bytes_of_the_written_one(number):
    lines = [(text, n, None) for n, text in zip(range(number), RISKY * 50, strict=False)]
    file = io.BytesIO()
    FORMATS[CSV].write("", lines, file)

    assert b"".join(FORMATS[CSV].stream(iter(lines))) == file.getvalue()


def test_workbook_is_ready_to_filter_and_wide_enough():
    moment = datetime(2021, 10, 25, 14, 30, tzinfo=GENEVA)
    lines = [
        ["n", "Focus area admitted to", "中文", "Received on", "Motivation"],
        [5, "x", "北京大学北京大学", moment, "short\n" + "x" * 30],
        [6, None, "", None, "x" * 500],
    ]

    sheet = load_workbook(io.BytesIO(written(XLSX, lines))).worksheets[0]

    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:E3", "A2")
    widths = [sheet.column_dimensions[letter].width for letter in "ABCDE"]
    assert widths == [9, 11, 17, 20, 48]


def test_workbook_of_a_right_to_left_language_begins_at_the_right_and_shows_line_breaks():
    file = io.BytesIO()

    SafeXlsx().write_sheets(
        {"ar": [["text"], ["one\ntwo"]]}, file, is_right_to_left=True, is_wrapped=True
    )

    sheet = load_workbook(file).worksheets[0]
    assert sheet.sheet_view.rightToLeft
    assert sheet["A2"].alignment.wrap_text
