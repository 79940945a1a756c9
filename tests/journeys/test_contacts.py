"""A member writes to another, which answers from the mail; a need is renewed and closed."""

import pytest
from playwright.sync_api import expect

from opportunities.models import Contact
from opportunities.services.reader import link_to
from tests.factories import (
    OfferFactory,
    OpportunityPlaceFactory,
    SupportOfferedFactory,
)
from tests.journeys.steps import PHONE, press
from tests.opportunities.contacting import a_contact, a_need, a_person

pytestmark = pytest.mark.django_db(transaction=True)
MESSAGE = "We can train 300 of them next spring, in Hausa and in Zarma."


@pytest.mark.parametrize("has_scripts", [True, False])
def test_member_writes_and_the_other_side_accepts_from_the_mail(
    new_page, assert_sound, has_scripts
):
    need, asked = a_need()
    sender = a_person()
    offer = OfferFactory(member=sender.member)
    for each in (need, offer):
        OpportunityPlaceFactory(opportunity=each)
        SupportOfferedFactory(opportunity=each)
    page = new_page(**PHONE, java_script_enabled=has_scripts)

    page.goto(link_to(sender, "contact", need.reference))
    expect(page.get_by_label("Courses for teachers")).to_be_checked()
    assert_sound(page)
    page.get_by_label("Your message", exact=True).fill("Call us: +41 22 730 51 11.")
    press(page, "Send the message")
    expect(page.get_by_label("Your message", exact=True)).to_have_value(
        "Call us: +41 22 730 51 11."
    )
    assert_sound(page)
    page.get_by_label("Your message", exact=True).fill(MESSAGE)
    press(page, "Send the message")
    expect(page.get_by_text("Waits for an answer")).to_be_visible()
    assert_sound(page)

    page.goto(link_to(asked, "answer", str(Contact.objects.get().pk)))
    expect(page.get_by_text(MESSAGE)).to_be_visible()
    expect(page.get_by_text(sender.email)).not_to_be_visible()
    assert_sound(page)
    press(page, "Accept")
    expect(page.get_by_role("link", name=sender.email)).to_be_visible()
    expect(page.get_by_role("button", name="Make a commitment from this")).to_be_visible()
    assert_sound(page)


def test_answer_that_came_too_late_says_why(new_page, assert_sound):
    contact, asked, sender = a_contact()
    page, other = new_page(**PHONE), new_page(**PHONE)
    page.goto(link_to(asked, "answer", str(contact.pk)))
    other.goto(link_to(sender, "answer", str(contact.pk)))
    press(other, "Withdraw the message")

    press(page, "Accept")

    expect(page.get_by_role("alert")).to_contain_text("“Withdrawn”")
    assert_sound(page)


def test_need_is_renewed_and_closed_with_the_keyboard(new_page, assert_sound):
    need, person = a_need()
    page = new_page(**PHONE)

    page.goto(link_to(person, "renew", need.reference))
    assert_sound(page)
    page.get_by_role("button", name="Yes, renew it for 60 days").press("Enter")
    expect(page.get_by_text("Renewed. It is open for 60 days.")).to_be_visible()
    page.goto(link_to(person, "close", need.reference))
    assert_sound(page)
    page.get_by_role("button", name="Close it").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Choose what came of it.")
    assert_sound(page)
    page.get_by_label("Nothing came of it").press("Space")
    page.get_by_role("button", name="Close it").press("Enter")
    expect(page.get_by_text("Closed: “Nothing came of it”.")).to_be_visible()
