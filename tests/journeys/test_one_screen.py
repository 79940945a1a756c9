"""A member, its list and its letter on one screen of a laptop, and all of it on a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import ReadLanguage
from members.models import Member
from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.staff import officer

LAPTOP = {"width": 1280, "height": 720}
ROWS = 11


@pytest.fixture
def member():
    """An applicant who reads Arabic, before others in the list."""
    now = timezone.now()
    for number in range(ROWS + 2):
        MemberFactory(
            organisation_name=f"University of the Town with the Number {number}",
            submitted_at=now - timedelta(hours=number),
        )
    member = MemberFactory(
        organisation_name="البنك الإسلامي للتنمية",
        motivation=" ".join(["نود"] * 214),
        submitted_at=now - timedelta(days=10),
    )
    FocalPointFactory(
        member=member, given_name="خالد", family_name="الحربي", language="ar", confirmed_at=now
    )
    return member


def box_of(page, locator):
    box = locator.bounding_box()
    size = page.viewport_size
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert 0 <= box["y"] < size["height"]
    return box


def test_laptop_shows_list_area_role_letter_and_english_without_scrolling(
    page_of, assert_sound, member
):
    page = page_of(officer(), viewport=LAPTOP)
    page.goto(f"/admin/members/member/{member.pk}/change/")

    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert page.evaluate(size) == [1280, 720]
    rows = page.get_by_role("navigation", name="in the list").get_by_role("listitem")
    whole = [row for row in rows.all() if row.bounding_box()["y"] + 48 <= LAPTOP["height"]]
    assert len(whole) >= ROWS
    tabs = page.get_by_role("navigation", name="Decisions")
    links = [tabs.get_by_role("link", name=name) for name in ("Admit", "Request", "Decline")]
    tops = {round(box_of(page, each)["y"]) for each in links}
    assert len(tops) == 1
    assert box_of(page, tabs)["height"] < 48
    area = box_of(page, page.get_by_label("Focus area", exact=True))
    role = box_of(page, page.get_by_role("radio", name="Observer"))
    assert abs(area["y"] - role["y"]) < 40
    english = page.get_by_text("In English, for you")
    sent = page.get_by_text("This is sent")
    assert box_of(page, english)["y"] == box_of(page, sent)["y"]
    letter = page.get_by_role("region", name="Email")
    for words in ("is admitted", "قُبلت عضوية"):
        paragraph = letter.get_by_role("paragraph").filter(has_text=words).first
        expect(paragraph).to_be_in_viewport()
    expect(page.get_by_role("button", name="Admit and go to next")).to_be_in_viewport()
    expect(page.get_by_text("Their own words, Arabic, 214 words")).to_be_in_viewport()
    assert_sound(page)


def test_key_leaves_only_what_is_sent_on_a_smaller_screen(page_of, assert_fits, member):
    page = page_of(officer(), viewport={"width": 1024, "height": 768})
    page.goto(f"/admin/members/member/{member.pk}/change/")
    english = page.get_by_text("In English, for you")
    sent = page.get_by_text("This is sent")
    assert english.bounding_box()["y"] < sent.bounding_box()["y"]
    expect(sent).not_to_be_in_viewport()

    page.keyboard.press("l")

    expect(english).to_be_hidden()
    expect(sent).to_be_in_viewport()
    assert_fits(page)


def test_phone_reaches_everything_without_scrolling_sideways(page_of, assert_fits, member):
    page = page_of(officer(), viewport={"width": 320, "height": 640})
    Member.objects.filter(pk=member.pk).update(organisation_name="Ministeriumsabteilung" * 9)
    page.goto(f"/admin/members/member/{member.pk}/change/")

    assert_fits(page)
    page.get_by_role("link", name="Decide").click()
    page.get_by_role("navigation", name="Decisions").get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Ask for an opinion").click()
    expect(page.get_by_label("Question")).to_be_visible()
    assert_fits(page)


def test_answers_in_a_language_that_one_does_not_read_go_to_who_reads_it(page_of, member):
    reader = officer(name="Layla Haddad", signed_in_at=timezone.now())
    ReadLanguage.objects.create(user=reader, language="ar")
    page = page_of(officer(), viewport=LAPTOP)
    page.goto(f"/admin/members/member/{member.pk}/change/")

    expect(page.get_by_text("This is in Arabic, which you do not read.")).to_be_visible()
    page.get_by_role("button", name="Reassign to Layla Haddad").click()

    expect(page.get_by_text("The applicant was reassigned.")).to_be_visible()
    assert Member.objects.get(pk=member.pk).assignee == reader


def test_summary_stands_in_place_of_the_long_answers_without_a_script(page_of, member):
    page = page_of(officer(name="Elena Petrova"), java_script_enabled=False, viewport=LAPTOP)
    page.goto(f"/admin/members/member/{member.pk}/change/")
    page.get_by_role("link", name="Summarise in English").click()
    page.get_by_label("Summary in English").fill("Finances 57 countries.")
    page.get_by_role("button", name="Save the summary", exact=True).click()

    expect(page.get_by_text("In short, by Elena Petrova: Finances 57 countries.")).to_be_visible()
    page.get_by_text("Their own words, Arabic").click()
    expect(page.get_by_text("نود نود").last).to_be_visible()
