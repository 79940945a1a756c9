"""Members are exported and imported as spreadsheets, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.spreadsheet_parsing import parse_spreadsheet
from members.models import Member
from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.spreadsheets.edited import a_member, edit
from tests.triage.spreadsheets.sheets import XLSX, a_row, rows_of_many, sheet
from tests.triage.staff import QUEUE, officer
from triage.spreadsheets.models import Export, Import

pytestmark = pytest.mark.usefixtures("open_call")

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def choose(page, rows):
    choose_file(page, sheet(*rows, kind=XLSX))


def choose_file(page, content):
    page.locator("input[type=file]").set_input_files(
        {"name": "mails.xlsx", "mimeType": XLSX_TYPE, "buffer": content}
    )


def test_officer_exports_what_the_queue_shows(page_of, assert_sound):
    for country in ("KE", "CH"):
        FocalPointFactory(member=MemberFactory(country=country))
    page = page_of(officer())
    page.goto(f"{QUEUE}?region=AFR")
    assert_sound(page)

    page.get_by_role("link", name="Export", exact=True).click()
    expect(page.get_by_text("The file will contain 1 expression of interest")).to_be_visible()
    assert_sound(page)
    with page.expect_download() as started:
        page.get_by_role("button", name="Export").click()

    name = started.value.suggested_filename
    assert re.fullmatch(r"expressions-of-interest-\d{4}-\d\d-\d\d-\d{4}\.xlsx", name)
    table = parse_spreadsheet(Path(started.value.path()).read_bytes())
    assert [cells[table.heading.index("Country")] for _number, cells in table.rows] == ["Kenya"]
    assert Export.objects.get().filters == "view: Needs action · ITU region: Africa"


def test_officer_corrects_a_sheet_and_takes_it_in(page_of, assert_sound):
    page = page_of(officer())
    page.goto(QUEUE)
    page.get_by_role("link", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Columns")).to_be_visible()
    assert_sound(page)

    choose(page, [a_row(), *(a_row(email=f"a{n}@b") for n in range(30))])
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("30 of 31 rows have errors")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="a0@b")
    expect(row.get_by_text("Enter a valid email address")).to_be_visible()
    assert_sound(page)

    choose(page, rows_of_many(20))
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("20 expressions of interest from mails.xlsx")).to_be_visible()
    assert_sound(page)
    assert Member.objects.count() == 0

    page.get_by_role("button", name="Import 20").click()
    expect(page.get_by_text("Choose how they were received")).to_be_visible()
    assert_sound(page)
    page.get_by_label("By email").check()
    page.get_by_role("button", name="Import 20").click()
    expect(page.get_by_text("Imported: 20. Corrected: 0. Skipped: 0.")).to_be_visible()
    assert_sound(page)
    assert Import.objects.get().imported_rows.count() == 20

    page.get_by_role("link", name="View imported applicants").click()
    page.get_by_role("link", name="Union 0").click()
    expect(page.get_by_text("from the spreadsheet mails.xlsx")).to_be_visible()
    assert_sound(page)


def test_officer_edits_an_export_and_corrects_members_with_it(page_of, assert_sound):
    members = [a_member(organisation_name=f"Union {number}") for number in range(3)]
    page = page_of(officer())
    page.goto(f"{QUEUE}export/")
    with page.expect_download() as started:
        page.get_by_role("button", name="Export").click()
    edits = {
        members[0].reference: {"acronym": "UNI", "email": "new@example.org"},
        members[1].reference: {"acronym": "ION", "status": "Admitted"},
    }
    content = edit(Path(started.value.path()).read_bytes(), edits)

    page.goto("/admin/members/member/import/")
    choose_file(page, content)
    page.get_by_role("button", name="Check the file").click()
    row = page.get_by_role("row").filter(has_text="Will be corrected")
    expect(row.get_by_text("UNI", exact=True)).to_be_visible()
    expect(page.get_by_text("An import cannot change this.")).to_be_visible()
    expect(page.get_by_text("1 row is the same as in the portal.")).to_be_visible()
    assert_sound(page)
    page.get_by_label("Reason").fill("They wrote to us.")
    page.get_by_role("button", name="Correct 1 organisation").click()

    expect(page.get_by_text("Imported: 0. Corrected: 1. Skipped: 2.")).to_be_visible()
    assert_sound(page)
    page.get_by_role("link", name="Union 0").click()
    expect(page.get_by_text("They wrote to us. (from the spreadsheet mails.xlsx)")).to_be_attached()
    acronyms = Member.objects.order_by("pk").values_list("acronym", flat=True)
    assert [*acronyms] == ["UNI", "007", "007"]


def test_sheet_is_taken_in_by_keyboard_alone(page_of):
    page = page_of(officer())
    page.goto("/admin/members/member/import/")
    choose(page, [a_row()])

    page.locator("input[type=file]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 expression of interest from mails.xlsx")).to_be_visible()
    page.get_by_role("region", name="Rows of the file").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _field in ("note", "acknowledgement", "button"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Imported: 1. Corrected: 0. Skipped: 0.")).to_be_visible()
    assert Import.objects.get().channel == "mail"
