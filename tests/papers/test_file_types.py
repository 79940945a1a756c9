"""The accepted file types, and the names of stored files."""

import tracemalloc
import warnings
from zipfile import ZIP_BZIP2, ZipFile

import pytest

from papers.services.file_types import (
    MAX_NAME_LENGTH,
    TEXT,
    InvalidFile,
    name_to_keep,
    validate_file,
)
from papers.services.file_types import PDF as KIND_OF_PDF
from papers.services.stored_files import stored_file
from tests.factories import NOON
from tests.papers.desk import files_in
from tests.papers.files import BROKEN, MAIN, PDF, REFUSED, TAKEN, fit, office, types_xml, zipped


def kept(content=PDF, is_wanted=lambda name: False):
    return stored_file(fit(content), "papers/one", is_wanted=is_wanted, at=NOON)


@pytest.mark.parametrize(("ending", "content", "type_"), [(k, *v) for k, v in TAKEN.items()])
def test_judge_knows_a_file_by_what_is_in_it(ending, content, type_):
    file = validate_file(content, typed_name="renamed.exe")

    assert file.content_type == type_
    assert file.name == f"renamed.exe.{ending}"
    assert file.size == len(content)


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_judge_refuses_whatever_the_name_says(content, sentence):
    for name in ("Agenda.pdf", "Agenda.docx"):
        with pytest.raises(InvalidFile, match=sentence):
            validate_file(content, typed_name=name)


def test_judge_refuses_a_part_packed_as_no_office_program_does():
    content = zipped({"[Content_Types].xml": types_xml(MAIN["docx"])}, packed=ZIP_BZIP2)

    with pytest.raises(InvalidFile, match=BROKEN):
        validate_file(content, typed_name="a.docx")


def test_judge_refuses_two_parts_of_one_name(tmp_path):
    path = tmp_path / "twice.docx"
    path.write_bytes(office("docx"))
    with warnings.catch_warnings(), ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("[Content_Types].xml", types_xml(MAIN["docm"]))

    with pytest.raises(InvalidFile, match=BROKEN):
        validate_file(path.read_bytes(), typed_name="a.docx")


def test_judge_unpacks_no_more_than_its_limit():
    content = zipped({"[Content_Types].xml": bytes(50 * 1024 * 1024)})
    tracemalloc.start()

    with pytest.raises(InvalidFile):
        validate_file(content, typed_name="a.docx")

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * 1024 * 1024


def test_judge_refuses_what_is_larger_than_the_setting(settings):
    settings.PAPER_AT_MOST_MB = 1
    largest = PDF.ljust(1024 * 1024 - 5, b" ") + b"%%EOF"

    assert validate_file(largest, typed_name="a.pdf").size == 1024 * 1024
    with pytest.raises(InvalidFile, match="Choose a file of at most 1 MB"):
        validate_file(b" " + largest, typed_name="a.pdf")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Agenda.pdf", "Agenda.pdf"),
        ("Agenda.PDF", "Agenda.PDF"),
        ("Agenda", "Agenda.pdf"),
        ("Agenda v1.2", "Agenda v1.2.pdf"),
        ("Agenda.docx", "Agenda.docx.pdf"),
        ("جدول الأعمال.pdf", "جدول الأعمال.pdf"),
        ("议程.pdf", "议程.pdf"),
        ("می‌خواهم.pdf", "می‌خواهم.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system.ini", "system.ini.pdf"),
        ("C:\\Users\\me\\Agenda.pdf", "Agenda.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("a\x00b\r\nc\x1b.pdf", "abc.pdf"),
        ('a<b>c:d"e|f?g*.pdf', "a_b_c_d_e_f_g_.pdf"),
        ("  two   spaces  .pdf", "two spaces.pdf"),
        (".htaccess", "htaccess.pdf"),
        (".pdf", "pdf.pdf"),
        ("..", "paper.pdf"),
        ("", "paper.pdf"),
        ("/", "paper.pdf"),
    ],
)
def test_name_to_keep_is_a_name_anywhere(typed, name):
    assert name_to_keep(typed, KIND_OF_PDF) == name


@pytest.mark.parametrize("typed", ["a" * 10_000, "ا" * 10_000 + ".pdf", "𝒜" * 10_000])
def test_name_to_keep_is_as_long_as_can_be_kept(typed):
    name = name_to_keep(typed, KIND_OF_PDF)

    assert len(name) == MAX_NAME_LENGTH
    assert name.endswith(".pdf")


def test_name_to_keep_leaves_text_the_ending_that_says_which_text():
    names = ("a.md", "a.csv", "a.txt", "a.html", "a.bat")
    kept = ["a.md", "a.csv", "a.txt", "a.html.txt", "a.bat.txt"]

    assert [name_to_keep(name, TEXT) for name in names] == kept


def test_kept_keeps_a_file_for_the_portal_and_its_group_alone(folder):
    with kept() as name:
        pass

    [path] = files_in(folder)
    assert (name, path.read_bytes()) == ("papers/one", PDF)
    assert oct(path.stat().st_mode)[-3:] == "640"


def test_kept_replaces_nothing(folder):
    with kept() as first:
        pass
    with kept(PDF + b"\n") as second:
        pass

    assert first != second
    assert (folder / first).read_bytes() == PDF


def test_kept_removes_a_file_whose_row_failed(folder):
    with pytest.raises(KeyboardInterrupt), kept():
        raise KeyboardInterrupt

    assert files_in(folder) == []


def test_kept_leaves_a_file_that_has_a_row_after_all(folder):
    with pytest.raises(OSError, match="away"), kept(is_wanted=bool):
        raise OSError("The connection is away")

    assert files_in(folder) == [folder / "papers/one"]
