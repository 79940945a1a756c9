"""An officer sends the texts of a language to a translator, and stores what comes back."""

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from outbox.models import MessageTemplate
from outbox.services.translation_files import COLUMNS
from tests.triage.staff import officer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 360])
def test_officer_downloads_texts_and_stores_those_that_are_fit(
    page_of, assert_sound, tmp_path, width
):
    page = page_of(officer(), viewport={"width": width, "height": 800})
    page.goto("/admin/outbox/messagetemplate/")
    page.get_by_text("Texts for a translator").click()
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name="Arabic", exact=True).first.click()
    path = tmp_path / "texts.xlsx"
    download.value.save_as(path)
    fill_in(path, subject="تم الاستلام {reference}", body="بلا رابط")

    page.get_by_role("link", name="Upload a translator’s file").click()
    assert_sound(page)
    page.get_by_role("main").get_by_label("Language").select_option("ar")
    page.get_by_label("Translator’s file").set_input_files(path)
    page.get_by_role("button", name="Check the file").click()

    expect(page.get_by_text("1 row will change")).to_be_visible()
    expect(page.get_by_text("1 row is refused")).to_be_visible()
    # The added words of a change stand apart from the removed ones.
    new = page.get_by_role("insertion").first
    assert new.evaluate("(words) => parseFloat(getComputedStyle(words).marginInlineStart)") > 0
    assert_sound(page)
    page.get_by_role("button", name="Store the texts").click()

    expect(page.get_by_text("1 text stored.")).to_be_visible()
    assert_sound(page)
    with page.expect_download() as refused:
        page.get_by_role("button", name="Download the refused rows").click()
    assert refused.value.suggested_filename.endswith("-refused.xlsx")
    text = MessageTemplate.objects.get(template_type="received", language="ar")
    assert text.subject == "تم الاستلام {reference}"


def fill_in(path, **new_texts):
    """Fill in the parts of the letter that confirms an expression of interest."""
    book = load_workbook(path)
    for line in book.worksheets[0].iter_rows(min_row=2):
        if line[0].value == "received" and line[2].value in new_texts:
            line[COLUMNS.index("new text")].value = new_texts[line[2].value]
    book.save(path)
