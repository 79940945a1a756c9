"""Members are exported and imported as spreadsheets, in a real browser."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Member
from tests.factories import CallFactory, FocalPointFactory, MemberFactory
from tests.triage.spreadsheets.sheets import XLSX, a_row, rows_of_many, sheet
from tests.triage.staff import QUEUE, officer
from triage.spreadsheets.models import Export, Import
from triage.spreadsheets.services.parsing import parse_spreadsheet

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def call():
    now = timezone.now()
    return CallFactory(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=7))


@pytest.fixture
def at_the_desk(page_of):
    """Open a page for a signed-in officer."""
    return lambda: page_of(officer())


def choose(page, rows, name="mails.xlsx"):
    content = sheet(*rows, kind=XLSX)
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": XLSX_TYPE, "buffer": content}
    )


def test_officer_exports_what_the_queue_shows(at_the_desk, assert_sound):
    for country in ("KE", "CH"):
        FocalPointFactory(member=MemberFactory(country=country))
    page = at_the_desk()
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


def test_officer_corrects_a_sheet_and_takes_it_in(at_the_desk, assert_sound):
    page = at_the_desk()
    page.goto(QUEUE)
    page.get_by_role("link", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Columns")).to_be_visible()
    assert_sound(page)

    choose(page, [a_row(), *(a_row(email=f"a{n}@b") for n in range(30))])
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("30 of 31 rows have errors")).to_be_visible()
    expect(page.get_by_text("Row 3, Email: Enter a valid email address")).to_be_visible()
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
    expect(page.get_by_text("Imported: 20. Skipped: 0.")).to_be_visible()
    assert_sound(page)
    assert Import.objects.get().imported_rows.count() == 20

    page.get_by_role("link", name="View imported members").click()
    page.get_by_role("link", name="Union 0").click()
    expect(page.get_by_text("from the spreadsheet mails.xlsx")).to_be_visible()
    assert_sound(page)


def test_officer_takes_the_portals_own_export_in_again(at_the_desk, assert_sound):
    """Rows that are similar to a member are imported only if they are ticked."""
    person = FocalPointFactory(
        member__organisation_name="Ministry of Villages", member__country="KE", phone="+41227305111"
    )
    page = at_the_desk()
    page.goto(QUEUE)
    page.get_by_role("link", name="Export", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("button", name="Export").click()
    page.goto("/admin/members/member/import/")
    page.locator("input[type=file]").set_input_files(started.value.path())
    page.get_by_role("button", name="Check the file").click()

    expect(page.get_by_text("1 row is already in the portal and is skipped.")).to_be_visible()
    expect(page.get_by_role("button", name="Import")).to_have_count(0)
    assert_sound(page)
    with page.expect_popup() as opened:
        page.get_by_role("link", name=f"{person.member.reference} · Ministry of Villages").click()
    expect(opened.value.get_by_role("heading", name="Ministry of Villages").first).to_be_visible()
    opened.value.close()

    page.goto("/admin/members/member/import/")
    like_it = {"organisation_name": "Ministry of Vilages", "country": "Kenya"}
    choose(page, [a_row(**like_it, motivation=each) for each in ("A port.", "A mast.")])
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("2 rows are possible duplicates")).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="Import ticked rows").click()
    expect(page.get_by_text("Choose how they were received")).to_be_visible()
    page.get_by_label("Import row 3 anyway").check()
    page.get_by_label("By email").check()
    page.get_by_role("button", name="Import ticked rows").click()
    expect(page.get_by_text("Imported: 1. Skipped: 1.")).to_be_visible()
    assert_sound(page)

    assert Member.objects.exclude(pk=person.member_id).get().motivation == "A mast."


def test_sheet_is_taken_in_by_keyboard_alone(at_the_desk):
    page = at_the_desk()
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

    expect(page.get_by_text("Imported: 1. Skipped: 0.")).to_be_visible()
    assert Import.objects.get().channel == "mail"
