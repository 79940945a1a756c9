"""The pictures of the chapter on letters and email templates."""

import pytest
from playwright.sync_api import expect

from members.models import Member, MemberStatus
from outbox.models import MessageTemplate
from tests.triage.staff import address

MISSING = "Indíquenos quién puede representar a su organización ante la Coalición."
# The letter is below the member, in the whole width.
NARROW = {"viewport": {"width": 800, "height": 800}}


@pytest.fixture
def spanish_speaking():
    """A pending member whose only focal point reads Spanish."""
    pending = Member.objects.filter(status=MemberStatus.PENDING, focal_points__language="es")
    return pending.exclude(focal_points__is_alternate=True).order_by("pk").first()


def test_letter_with_its_english_beside_it(desk, take, words, spanish_speaking):
    page = desk("officer", **NARROW)
    page.goto(address("request_information", spanish_speaking))
    missing = page.get_by_label(words("Other missing information"))
    missing.fill(MISSING)
    missing.press("Tab")
    expect(page.locator("#letter-shown")).to_contain_text(MISSING)
    expect(page.get_by_text(words("In English, for you"))).to_be_visible()

    take(page, "letters-beside", page.locator("#letter-shown"))


def test_template(desk, take, words):
    page = desk("officer", viewport={"width": 900, "height": 800})
    template = MessageTemplate.objects.get(template_type="admitted", language="en")
    page.goto(f"/admin/outbox/messagetemplate/{template.pk}/change/")

    shown = [
        page.get_by_role("heading", level=1),
        page.get_by_role("button", name=words("Send me a test copy")),
        page.get_by_label(words("Text"), exact=True),
    ]
    take(page, "letters-template", shown)


def test_translation_of_a_changed_text(desk, take, words):
    page = desk("officer", viewport={"width": 1280, "height": 800})
    admitted = MessageTemplate.objects.filter(template_type="admitted")
    english, french = (admitted.get(language=code) for code in ("en", "fr"))
    page.goto(f"/admin/outbox/messagetemplate/{english.pk}/change/")
    text = page.get_by_label(words("Text"), exact=True)
    text.fill(f"{text.input_value()}\n\nThe next meeting is in May.")
    page.get_by_role("button", name=words("Save"), exact=True).click()
    page.goto(f"/admin/outbox/messagetemplate/{french.pk}/change/")
    preview = page.get_by_role("region", name=words("Preview with sample data"))
    expect(preview.frame_locator("iframe").get_by_role("link").first).to_be_visible()

    shown = [
        page.get_by_role("region", name=words("The English text")),
        page.get_by_role("button", name=words("Send me a test copy")),
        preview,
    ]
    take(page, "letters-outdated", shown)


def test_follow_ups(desk, take):
    page = desk("officer")
    page.goto("/admin/triage/followuprule/")

    take(page, "letters-follow-ups", page.get_by_role("table"))
