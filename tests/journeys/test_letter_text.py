"""Staff write a text with its preview beside it, and insert placeholders by a press."""

import re

import pytest
from playwright.sync_api import expect

from mailings.models import MailingKind, MailingText
from members.models import MemberStatus
from outbox.models import MessageTemplate
from tests.factories import FocalPointFactory, MemberFactory
from tests.mailings.mailings import begun
from tests.triage.staff import officer

pytestmark = pytest.mark.django_db(transaction=True)

WIDE = {"viewport": {"width": 1280, "height": 900}}
PHONE_WIDTH = 360


@pytest.fixture
def template():
    return MessageTemplate.objects.get(template_type="received", language="en")


@pytest.fixture
def desk(page_of):
    return page_of(officer(), **WIDE)


def open_template(desk, template):
    desk.goto("/admin/outbox/messagetemplate/")
    desk.goto(f"/admin/outbox/messagetemplate/{template.pk}/change/")
    return desk.get_by_label("Subject"), desk.get_by_label("Text", exact=True)


def mail_in(desk):
    return desk.frame_locator("iframe")


def type_at_end(field, words):
    field.press("Control+End")
    field.press_sequentially(words)


def test_preview_follows_what_is_typed_without_a_press(desk, assert_sound, template):
    subject, body = open_template(desk, template)
    mail = mail_in(desk)
    expect(mail.get_by_text("Dear Amina Diallo,")).to_be_visible()
    frame = desk.get_by_title("The email as saved").bounding_box()
    assert frame["width"] - 2 == PHONE_WIDTH
    assert frame["x"] > body.bounding_box()["x"] + body.bounding_box()["width"]

    type_at_end(body, "\n\nThe tea is ready.")
    expect(mail.get_by_text("The tea is ready.")).to_be_visible()
    expect(body).to_be_focused()
    subject.fill("Tea for {reference}")
    assert_sound(desk)

    template.refresh_from_db()
    assert template.version == 1
    # The preview leaves no entries in the history.
    desk.go_back()
    expect(desk.get_by_role("heading", name="Email templates")).to_be_visible()


def test_preview_stays_as_it_was_while_the_text_has_errors(desk, assert_sound, template):
    _subject, body = open_template(desk, template)
    said = desk.get_by_role("region", name="Preview with").get_by_role("status")

    type_at_end(body, " Tea {colour}")
    expect(said).to_contain_text("Text: {colour} is not available in this kind of message.")
    expect(said).to_have_class(re.compile("notice is-warn"))
    expect(body).to_be_focused()
    expect(mail_in(desk).get_by_text("Dear Amina Diallo,")).to_be_visible()
    expect(desk.get_by_role("alert")).to_have_count(0)
    assert body.get_attribute("aria-invalid") is None
    assert_sound(desk)

    for _letter in "{colour}":
        body.press("Backspace")
    expect(said).to_have_text("The preview shows what you typed. Nothing is saved.")


def test_placeholder_is_inserted_where_the_caret_was_and_can_be_undone(desk, template):
    subject, body = open_template(desk, template)
    body.fill("Dear , hello")
    body.press("Control+Home")
    for _letter in "Dear ":
        body.press("ArrowRight")

    desk.get_by_role("button", name="Insert {organisation}").click()
    expect(body).to_have_value("Dear {organisation}, hello")
    expect(body).to_be_focused()
    body.press("Control+z")
    expect(body).to_have_value("Dear , hello")
    body.press("Control+y")
    body.press_sequentially("!")
    expect(body).to_have_value("Dear {organisation}!, hello")

    subject.fill("About ")
    desk.get_by_role("button", name="Insert {reference}").press("Enter")
    expect(subject).to_have_value("About {reference}")
    desk.get_by_role("button", name="Insert {private_page}").press("Enter")
    expect(desk.get_by_text("{private_page} cannot be used in the subject.")).to_be_visible()
    expect(subject).to_have_value("About {reference}")


def test_placeholder_goes_to_the_end_before_one_typed_anything(desk, template):
    _subject, body = open_template(desk, template)

    desk.get_by_role("button", name="Insert {organisation}").click()

    expect(body).to_have_value(f"{template.body}{{organisation}}")


def test_mailing_is_previewed_in_the_language_that_is_typed(desk, assert_sound, assert_fits):
    recipients = [
        FocalPointFactory(
            member=MemberFactory(status=MemberStatus.ADMITTED, newsletter=True),
            given_name=given_name,
            family_name=family_name,
            language=language,
        )
        for given_name, family_name, language in (
            ("Ada", "Lovelace", "en"),
            ("Alan", "Turing", "fr"),
        )
    ]
    mailing = begun(*recipients, kind=MailingKind.BULLETIN)
    MailingText.objects.all().delete()
    desk.goto(f"/admin/mailings/mailing/{mailing.pk}/change/")
    mail = mail_in(desk)
    # No recipient reads it before something is written.
    preview = desk.get_by_role("region", name="Preview")
    expect(preview.get_by_role("paragraph")).to_have_text("")

    desk.get_by_label("Subject").first.fill("News for {reference}")
    desk.get_by_label("Text", exact=True).first.fill("There is **news** for {name}.")
    expect(mail.get_by_text("There is news for Ada Lovelace.", exact=True)).to_be_visible()
    assert_sound(desk)

    french = desk.get_by_role("group").filter(has=desk.get_by_text("French", exact=True))
    french.get_by_text("French", exact=True).click()
    french.get_by_label("Subject").fill("Nouvelles")
    french.get_by_label("Text", exact=True).fill("Il y a du neuf pour ")
    desk.get_by_role("button", name="Insert {name}").press("Enter")
    expect(mail.get_by_text("Il y a du neuf pour Alan Turing", exact=True)).to_be_visible()
    expect(desk.get_by_text("Email to Alan Turing")).to_be_visible()

    desk.set_viewport_size({"width": 320, "height": 700})
    assert_fits(desk)
    type_at_end(french.get_by_label("Text", exact=True), "!")
    expect(mail.get_by_text("Il y a du neuf pour Alan Turing!", exact=True)).to_be_visible()
    assert list(MailingText.objects.all()) == []


def test_page_of_a_template_works_without_scripts(page_of, template):
    desk = page_of(officer(), java_script_enabled=False, **WIDE)
    _subject, body = open_template(desk, template)

    body.fill(f"{template.body}\n\nThe tea is ready.")
    desk.get_by_role("button", name="Preview", exact=True).click()

    expect(mail_in(desk).get_by_text("The tea is ready.")).to_be_visible()
    expect(desk.get_by_text("Nothing was saved and nothing was sent.")).to_be_visible()
    expect(desk.get_by_role("rowheader", name="{organisation}")).to_be_visible()
    expect(desk.get_by_role("button", name="Insert {organisation}")).to_have_count(0)
    expect(desk.get_by_text("Press a placeholder")).to_be_hidden()


def test_preview_says_that_the_portal_did_not_answer_and_follows_again(desk, console, template):
    _subject, body = open_template(desk, template)
    said = desk.get_by_role("region", name="Preview with").get_by_role("status")
    console.is_listening = False
    desk.context.set_offline(True)

    type_at_end(body, " Tea.")
    expect(said).to_contain_text("the portal did not answer")
    expect(mail_in(desk).get_by_text("Dear Amina Diallo,")).to_be_visible()

    desk.context.set_offline(False)
    type_at_end(body, " Coffee.")
    expect(mail_in(desk).get_by_text("Coffee.")).to_be_visible()
    expect(said).to_have_text("The preview shows what you typed. Nothing is saved.")


def test_preview_says_that_one_is_signed_out(desk, console, template):
    _subject, body = open_template(desk, template)
    said = desk.get_by_role("region", name="Preview with").get_by_role("status")
    console.is_listening = False
    desk.context.clear_cookies(name="sessionid")

    type_at_end(body, " Tea.")

    expect(said).to_contain_text("because you are signed out")
    expect(body).to_have_value(f"{template.body} Tea.")
