"""An officer improves a template without a developer and without scripts."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from outbox.models import Message, MessageTemplate
from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.staff import officer

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "We have it"


@pytest.fixture
def template():
    return MessageTemplate.objects.get(template_type="received", language="en")


def test_officer_edits_previews_tries_reviews_and_takes_back(page_of, assert_sound, template):
    member = MemberFactory(organisation_name="Ministry of Stars")
    FocalPointFactory(member=member, given_name="Ada", family_name="Lovelace")
    person = officer(name="Grace Hopper", email="grace@example.org")
    page = page_of(person, viewport={"width": 1280, "height": 720})

    page.goto("/admin/outbox/messagetemplate/")
    assert_sound(page)
    # Also on a phone, there is room for the kinds of letters.
    page.set_viewport_size({"width": 320, "height": 720})
    assert page.get_by_role("rowheader").first.bounding_box()["width"] > 150
    page.set_viewport_size({"width": 1280, "height": 720})
    page.get_by_role("link", name="EOI received, English: Not reviewed").click()
    subject, body = page.get_by_label("Subject"), page.get_by_label("Text", exact=True)

    # An invalid text is refused, and shown as it was typed.
    body.fill("Good day {colour}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("{colour} is not available")
    assert_sound(page)
    page.get_by_role("link", name="Text: {colour} is not available").click()
    expect(body).to_be_focused()
    expect(body).to_have_value("Good day {colour}")

    body.fill(template.body.replace("We received", NEW))
    subject.fill("We have your expression of interest")
    page.get_by_role("button", name="Preview", exact=True).click()
    mail = page.frame_locator("iframe[title='The email as you typed it']")
    expect(mail.get_by_text("Dear Amina Diallo,")).to_be_visible()
    expect(mail.get_by_role("paragraph").filter(has_text=NEW)).to_be_visible()
    assert_sound(page)

    page.get_by_role("button", name="Preview for an organisation").click()
    page.get_by_label("Organisation", exact=True).fill("stars")
    page.get_by_role("button", name="Preview email").click()
    mail = page.frame_locator("iframe[title='Email to Ada Lovelace']")
    expect(mail.get_by_text("Dear Ada Lovelace,")).to_be_visible()
    assert_sound(page)

    page.get_by_role("button", name="Back to the text").click()
    page.get_by_role("button", name="Send me a test copy").click()
    expect(
        page.get_by_text("A test copy is being sent to you at grace@example.org")
    ).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Mark as reviewed").click()
    expect(page.get_by_text("Reviewed by Grace Hopper on")).to_be_visible()

    page.get_by_role("link", name="History", exact=True).click()
    assert_sound(page)
    page.get_by_role("link", name="Restore the default text").click()
    assert_sound(page)
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The text needs a new review.")).to_be_visible()

    assert [message.recipient for message in Message.objects.all()] == ["grace@example.org"]
    template.refresh_from_db()
    assert (template.is_as_shipped, template.reviewed_at, template.version) == (True, None, 4)


def test_translation_of_a_changed_text_is_corrected_beside_it_and_reviewed(page_of, assert_sound):
    member = MemberFactory(submitted_at=timezone.now() - timedelta(days=1))
    FocalPointFactory(member=member, language="fr")
    page = page_of(officer(name="Grace Hopper"), viewport={"width": 1280, "height": 900})
    page.goto("/admin/outbox/messagetemplate/")
    page.get_by_role("link", name="Declined, English: Not reviewed", exact=True).click()
    body = page.get_by_label("Text", exact=True)
    body.fill(f"{body.input_value()}\n\nThe next call opens in May.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Text saved.")).to_be_visible()

    # The front page counts the texts that are outdated now.
    page.goto("/admin/")
    page.get_by_role("link", name="Outdated, French").click()
    assert_sound(page)
    page.get_by_role("link", name="Declined, French: Outdated", exact=True).click()

    # The change of the English text is beside the French text, and above it on a phone.
    expect(page.get_by_text("Outdated", exact=True)).to_be_visible()
    english = page.get_by_role("region", name="The English text")
    expect(english.get_by_role("insertion")).to_have_text(re.compile("The next call opens in May"))
    assert english.bounding_box()["x"] < body.bounding_box()["x"]
    assert_sound(page)
    page.set_viewport_size({"width": 320, "height": 720})
    assert english.bounding_box()["y"] < body.bounding_box()["y"]
    assert_sound(page)
    page.set_viewport_size({"width": 1280, "height": 900})

    body.fill(f"{body.input_value()}\n\nLe prochain appel ouvrira en mai.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Not reviewed", exact=True)).to_be_visible()
    page.get_by_role("button", name="Mark as reviewed").click()
    expect(page.get_by_text("Reviewed by Grace Hopper on")).to_be_visible()

    page.goto(f"/admin/members/member/{member.pk}/decline/")
    page.get_by_label("Outside the four focus areas").check()
    expect(page.get_by_text("ne relève d’aucun des quatre domaines d’action")).to_be_visible()
    expect(page.get_by_text("text not reviewed")).to_have_count(0)
    page.get_by_role("button", name="Decline", exact=True).click()
    expect(page.get_by_text("The applicant was declined.")).to_be_visible()
    assert "Le prochain appel ouvrira en mai." in Message.objects.get().body
