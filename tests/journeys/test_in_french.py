"""The whole process for a submitter in French: no page or message has English text."""

import re

import pytest
from django.utils.translation import gettext, override

from members.models import Member, MemberStatus
from outbox.models import Message
from outbox.services.rendering import as_text

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("open_call")]

PHONE = {"viewport": {"width": 360, "height": 740}, "locale": "fr-FR"}
# Words that are in nearly every English sentence of the portal, and in no French one.
ENGLISH = re.compile(r"\b(the|you|your|and|with|this|of)\b", re.IGNORECASE)
# Text without a language: typed text, addresses, the name of the coalition.
NAMES = re.compile(r"\S+@\S+|https?://\S+|Partner2Connect|Every school\.|<[^>]*>|English")


def fr(text):
    with override("fr"):
        return gettext(text)


def assert_in_french(text):
    assert ENGLISH.findall(NAMES.sub("", text)) == []


def look(page):
    assert_in_french(page.locator("main").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def letter(kind):
    """Return a queued letter as its recipient reads it."""
    message = Message.objects.get(topic__regex=kind)
    assert message.language == "fr"
    assert_in_french(f"{message.subject}\n{as_text(message.body, **message.keys)}")
    return message


def press(page, text):
    page.get_by_role("button", name=fr(text), exact=True).click()


def fill_in(page):
    page.get_by_label(fr("Name of the organisation"), exact=True).fill("Ministère du numérique")
    page.get_by_label(fr("Member State"), exact=True).check()
    page.get_by_label(fr("Country of the headquarters")).select_option("BJ")
    page.get_by_label(f"2. {fr('Empowering Communities')}").check()
    page.get_by_label(fr("Willing to lead")).check()
    page.get_by_label(fr("What do you want to bring or achieve?")).fill("Every school.")


def test_submitters_way_is_in_french_from_the_form_to_the_withdrawal(new_page):
    page = new_page(**PHONE, java_script_enabled=False)

    page.goto("/fr/expression-of-interest/")
    press(page, "Check your answers")
    look(page)
    fill_in(page)
    press(page, "Save and continue later")
    page.get_by_label(fr("Where should we send the link?")).fill("aicha@example.org")
    look(page)
    press(page, "Save and send me the link")
    look(page)

    page.goto(letter("/saved$").private_page)
    look(page)
    page.get_by_label(fr("Family name"), exact=True).fill("Hounkpè")
    page.get_by_label(fr("Position"), exact=True).fill("Directrice")
    page.get_by_label(fr("Email address"), exact=True).fill("aicha@example.org")
    page.get_by_label(fr("French"), exact=True).check()
    page.get_by_label(
        fr("I am authorised to express this interest on behalf of the organisation")
    ).check()
    page.get_by_label(fr("I have read and agree to the privacy notice")).check()
    press(page, "Check your answers")
    look(page)
    press(page, "Send your expression of interest")
    look(page)

    page.goto(letter("/received/").private_page)
    look(page)
    press(page, "Confirm the address")
    page.get_by_role("link", name=fr("Correct your answers")).click()
    look(page)
    page.get_by_label(fr("Phone")).first.fill("+41 22 730 5111")
    press(page, "Check your changes")
    look(page)
    press(page, "Save changes")
    page.get_by_role("link", name=fr("Transfer the role")).click()
    look(page)
    page.go_back()
    page.get_by_role("link", name=fr("Withdraw"), exact=True).click()
    look(page)
    press(page, "Yes, withdraw")
    look(page)

    letter("/withdrawn/")
    assert Member.objects.get().status == MemberStatus.WITHDRAWN
