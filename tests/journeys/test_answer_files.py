"""Documents with an answer, on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import AnswerFile, MemberStatus
from papers.services.file_scans import breaker, scan_waiting_files
from tests.clamd import MALWARE
from tests.eoi.own import address_of, own_person
from tests.journeys.steps import PHONE
from tests.papers.files import PDF, TEXT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

WORDS = "We are the ministry of villages."


def file(name, content=PDF):
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def answer_page(new_page):
    page = new_page(**PHONE)
    page.goto(address_of(own_person(MemberStatus.INFORMATION_REQUESTED), "answer"))
    page.get_by_label("Your answer").fill(WORDS)
    return page


def test_focal_point_sends_documents_and_opens_them_again(new_page, assert_fits):
    page = answer_page(new_page)

    page.get_by_label("Documents").set_input_files([file("a.pdf"), file("b.pdf", TEXT)])
    page.get_by_role("button", name="Send your answer").click()
    expect(page.get_by_role("alert")).to_contain_text("This file type is not accepted.")
    expect(page.get_by_label("Your answer")).to_have_value(WORDS)
    long_name = f"{'statutes_' * 18}.pdf"
    page.get_by_label("Documents").set_input_files([file("a.pdf"), file(long_name)])
    page.get_by_role("button", name="Send your answer").click()

    expect(page.get_by_text("We received your reply")).to_be_visible()
    assert_fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="a.pdf").click()
    assert download.value.suggested_filename == "a.pdf"
    assert download.value.path().read_bytes() == PDF


def test_files_that_are_too_large_are_named_before_they_are_sent(new_page, settings):
    settings.PAPER_AT_MOST_MB = 1
    page = answer_page(new_page)
    requests = []
    page.on("request", lambda request: requests.append(request.method))

    page.get_by_label("Documents").set_input_files([file("a.pdf"), file("b.pdf", b"x" * 2**20)])
    expect(page.get_by_role("alert")).to_contain_text("at most 1 MB together")
    page.get_by_role("button", name="Send your answer").click()

    expect(page.get_by_label("Documents")).to_be_focused()
    expect(page.get_by_label("Your answer")).to_have_value(WORDS)
    assert requests == []
    page.get_by_label("Documents").set_input_files([file("a.pdf")])
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Send your answer").click()
    expect(page.get_by_text("We received your reply")).to_be_visible()
    assert AnswerFile.objects.get().file_name == "a.pdf"


def test_focal_point_sees_what_the_virus_scanner_says(new_page, assert_fits, clamd):
    page = answer_page(new_page)
    infected = PDF + MALWARE + PDF

    page.get_by_label("Documents").set_input_files([file("a.pdf", infected)])
    page.get_by_role("button", name="Send your answer").click()
    expect(page.get_by_role("alert")).to_contain_text("found harmful software in this file")
    breaker.open()
    page.get_by_label("Documents").set_input_files([file("a.pdf", infected), file("b.pdf")])
    page.get_by_role("button", name="Send your answer").click()

    expect(page.get_by_text("being checked for viruses")).to_have_count(2)
    assert_fits(page)
    scan_waiting_files(at=timezone.now())
    page.reload()
    expect(page.get_by_text("refused: harmful software was found in it")).to_have_count(1)
    expect(page.get_by_role("link", name="a.pdf")).to_have_count(0)
    assert_fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="b.pdf").click()
    assert download.value.path().read_bytes() == PDF
