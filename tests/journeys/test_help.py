"""The handbook on the desk: from a page to its chapter, by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from handbook.services.chapters import chapters
from handbook.services.contents import PLACES
from tests.factories import FocalPointFactory
from tests.journeys.steps import tab_to
from tests.triage.staff import QUEUE, observer, officer

pytestmark = pytest.mark.django_db(transaction=True)

CONTENTS = "/admin/help/"


@pytest.fixture
def decisions(monkeypatch):
    """The page of a member leads to the last section of a chapter, which is not on the screen."""
    chapter = chapters("en")["decisions"]
    monkeypatch.setitem(PLACES, "members_member_change", f"decisions#{chapter.sections[-1].anchor}")
    return chapter


def test_officer_reaches_the_section_about_a_member_by_keyboard(page_of, assert_sound, decisions):
    member = FocalPointFactory().member
    page = page_of(officer(), viewport={"width": 1280, "height": 700})
    page.goto(f"{QUEUE}{member.pk}/change/")

    tab_to(page, page.get_by_role("banner").locator("summary").last)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Help", exact=True))
    page.keyboard.press("Enter")

    section = decisions.sections[-1]
    expect(page).to_have_url(re.compile(f"{CONTENTS}decisions/#{section.anchor}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(decisions.title)
    expect(page.get_by_role("heading", name=section.heading, exact=True)).to_be_in_viewport()
    expect(page.locator("#user-tools").get_by_text("Help", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    assert_sound(page)


@pytest.mark.sample
def test_observer_finds_a_section(page_of, assert_sound):
    section = chapters("en")["decisions"].sections[-1]
    page = page_of(observer())
    page.goto(CONTENTS)
    assert_sound(page)

    page.get_by_label("Search the handbook").fill("zzz nothing")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No section has all words of")).to_be_visible()
    chapter = page.get_by_role("main").get_by_role("link", name=chapters("en")["calls"].title)
    expect(chapter.first).to_be_visible()
    assert_sound(page)
    page.get_by_label("Search the handbook").fill(section.heading.upper())
    page.get_by_role("button", name="Search").click()
    expect(page.locator("mark").first).to_be_visible()
    assert_sound(page)
    page.locator(f'main a[href="{CONTENTS}decisions/#{section.anchor}"]').click()

    expect(page.get_by_role("heading", name=section.heading, exact=True)).to_be_in_viewport()


def test_chapter_is_printed_without_its_navigation(page_of):
    page = page_of(observer())
    page.goto(f"{CONTENTS}decisions/")
    sections = page.get_by_role("navigation", name="In this chapter")
    expect(sections).to_be_visible()

    page.emulate_media(media="print")

    expect(sections).to_be_hidden()
    expect(page.get_by_label("Search the handbook")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
