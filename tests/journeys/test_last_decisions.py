"""An officer undoes the last decision with one key, and finds again what they decided today."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from members.models import Member, MemberStatus
from outbox.models import Message, MessageStatus
from tests.factories import FocalPointFactory
from tests.journeys.steps import press
from tests.triage.staff import QUEUE, address, officer, reasons

NOTHING = "There is no decision that you can still undo."
LEFT = re.compile(r"^[12]:\d\d left$")


@pytest.fixture(autouse=True)
def _undo_is_on(settings):
    settings.UNDO_SECONDS = 120
    cache.clear()
    yield
    cache.clear()


def test_officer_undoes_the_last_decision_and_finds_those_of_today(page_of, assert_sound):
    member = FocalPointFactory(member__organisation_name="Ministry of Posts").member
    other = FocalPointFactory(member__organisation_name="Radio Union").member
    [reason] = reasons("principles")
    page = page_of(officer(name="Amina Diallo"), viewport={"width": 1280, "height": 720})
    page.goto(address("decline", member))
    ticked = page.get_by_label(reason.label)
    ticked.check()
    # What is sent is what was read.
    letter = page.get_by_role("region", name="Email")
    expect(letter.get_by_text(reason.snippet).first).to_be_visible()
    press(page, "Decline")
    last = page.get_by_role("group", name="Your last decisions")
    expect(last.get_by_text(LEFT)).to_be_visible()
    assert_sound(page)

    page.keyboard.press("z")

    expect(page.get_by_text("The decision is undone. No letter is sent.")).to_be_visible()
    expect(page.get_by_role("heading", level=2, name="Decline", exact=True)).to_be_visible()
    expect(ticked).to_be_checked()
    expect(last).to_have_count(0)
    assert set(Member.objects.values_list("status", flat=True)) == {MemberStatus.PENDING}
    assert [each.status for each in Message.objects.all()] == [MessageStatus.CANCELLED]

    press(page, "Decline")
    page.get_by_role("link", name="1 today").click()
    expect(page.get_by_role("heading", level=1, name="My decisions today")).to_be_visible()
    held = page.get_by_role("listitem").filter(has_text="Ministry of Posts")
    expect(held.get_by_text(LEFT)).to_be_visible()
    expect(held.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.get_by_text(other.organisation_name)).to_have_count(0)
    assert_sound(page)

    page.goto(f"{QUEUE}?view=all")
    page.get_by_label("Decided by").select_option("Amina Diallo")
    press(page, "Show")
    expect(page.get_by_role("rowheader")).to_have_text([re.compile("Ministry of Posts")])


@pytest.mark.parametrize("where", ["list", "page"])
def test_key_says_briefly_that_there_is_nothing_to_undo(page_of, assert_sound, where):
    member = FocalPointFactory(member__organisation_name="Ministry of Posts").member
    page = page_of(officer(), viewport={"width": 1280, "height": 720})
    page.goto(QUEUE if where == "list" else address("decline", member))
    said = page.get_by_role("status").filter(has_text=NOTHING)

    page.keyboard.press("z")

    expect(said).to_be_in_viewport()
    assert_sound(page)
    expect(said).to_have_count(0, timeout=10_000)
    page.get_by_role("searchbox").first.press("z")
    expect(said).to_have_count(0)
