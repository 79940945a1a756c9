"""Drafts on a phone; and the time to fill in the form on a slow connection."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from eoi.services.drafts import delete_submitted_drafts
from members.models import FocalPoint, Member
from outbox.models import Message
from outbox.services.rendering import as_text
from tests.journeys.steps import (
    FORM,
    PHONE,
    SCRIPT_ON_AND_OFF,
    SLOW_LINE,
    choose_language,
    fill_in,
    press,
    use_slow_line,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("open_call")]


def heading(page):
    return page.get_by_role("heading", level=1)


def begin(page, *, address="wanjiku@example.org"):
    """Type a part of the form, and save it as a draft."""
    page.goto(FORM)
    page.get_by_label("Name of the organisation").fill("Ministry of Digital Affairs")
    page.get_by_label("Country of the headquarters").select_option("Kenya")
    page.get_by_label("Willing to lead").check()
    press(page, "Save and continue later")
    page.get_by_label("Where should we send the link?").fill(address)
    press(page, "Save and send me the link")


def link_in_the_mail():
    letter = Message.objects.get(topic__endswith="/saved")
    assert letter.private_page in as_text(letter.body, private_page=letter.private_page)
    return letter.private_page


@SCRIPT_ON_AND_OFF
def test_the_form_is_saved_and_finished_later_in_another_browser(
    new_page, assert_accessible, options
):
    def look(page):
        assert_accessible(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width == page.viewport_size["width"]

    first = new_page(**options)
    first.goto(FORM)
    press(first, "Save and continue later")
    expect(first.get_by_role("alert")).to_contain_text("There is nothing to save yet")
    look(first)
    first.get_by_label("Name of the organisation").fill("Ministry")
    press(first, "Save and continue later")
    expect(heading(first)).to_have_text("Save and continue later")
    look(first)
    press(first, "Save and send me the link")
    expect(first.get_by_role("alert")).to_contain_text("Enter a valid email address")
    look(first)
    first.get_by_role("link", name="Back to the form").click()
    expect(first.get_by_label("Name of the organisation")).to_have_value("Ministry")
    begin(first, address="wanjiku@gmial.com")
    first.get_by_label("No, it is wanjiku@gmail.com").check()
    look(first)
    press(first, "Save and send me the link")
    expect(
        first.get_by_text("We are sending a link to this page to wanjiku@gmail.com")
    ).to_be_visible()
    expect(first.get_by_text("Nairobi (UTC+3)").first).to_be_visible()
    look(first)
    first.context.close()

    later = new_page(**options)
    later.goto(link_in_the_mail())
    expect(later.get_by_label("Name of the organisation")).to_have_value(
        "Ministry of Digital Affairs"
    )
    expect(later.get_by_label("Willing to lead")).to_be_checked()
    fill_in(later)
    press(later, "Save")
    expect(later.get_by_label("Family name", exact=True)).to_have_value("Ng’ang’a")
    press(later, "Check your answers")
    expect(heading(later)).to_have_text("Check your answers")
    look(later)
    later.get_by_role("link", name="Change Position").click()
    later.get_by_label("Position", exact=True).fill("Director-General")
    press(later, "Save and check")
    press(later, "Send your expression of interest")
    expect(heading(later)).to_have_text("We have received your expression of interest")

    later.goto(link_in_the_mail())
    expect(heading(later)).to_have_text(f"This form was sent as {Member.objects.get().reference}")
    look(later)
    assert FocalPoint.objects.get().position == "Director-General"
    cookies = {cookie["name"] for cookie in later.context.cookies()}
    assert cookies == {"csrftoken", "eoi_reference"}
    link = link_in_the_mail()
    delete_submitted_drafts(at=timezone.now())
    later.goto(link)
    expect(heading(later)).to_have_text("This draft link is not valid")
    look(later)


# Duration

LETTERS_A_SECOND = 5
SECONDS_A_CLICK = 1
MOTIVATION = (
    "We run the national plan to bring every school and clinic online by 2030. We want to share "
    "what works with neighbouring countries, and to find partners for the last mile."
)


class Person:
    """A person with a phone who knows the answers.

    The time of typing is added up without waiting. The time of browser, network and portal is real.
    """

    def __init__(self, page):
        self.page = page
        self.fingers = 0

    def type(self, label, text):
        self.fingers += SECONDS_A_CLICK + len(text) / LETTERS_A_SECOND
        self.page.get_by_label(label, exact=True).fill(text)

    def tick(self, label):
        self.fingers += SECONDS_A_CLICK
        self.page.get_by_label(label).check()

    def choose(self, label, choice):
        # Open the list, type the first letters, choose.
        self.fingers += 3 * SECONDS_A_CLICK + 3 / LETTERS_A_SECOND
        self.page.get_by_label(label).select_option(choice)

    def press(self, name):
        self.fingers += SECONDS_A_CLICK
        press(self.page, name)

    def look_at_it_in(self, language):
        """Switch the language of the form, and come back by the Back button."""
        self.fingers += 3 * SECONDS_A_CLICK
        address = self.page.url
        choose_language(self.page, now="English", wanted=language)
        self.page.wait_for_url(lambda url: url != address)
        self.page.go_back()
        self.page.wait_for_url(address)


def test_the_empty_form_is_sent_in_five_minutes_with_a_switch_and_a_way_back(new_page):
    page = new_page(is_new=True, **PHONE)
    page.set_default_timeout(60_000)
    use_slow_line(page)
    person = Person(page)
    started = time.monotonic()

    page.goto(FORM)
    person.type(
        "Name of the organisation",
        "Ministry of Information, Communications and the Digital Economy",
    )
    person.tick("Member State")
    person.choose("Country of the headquarters", "Kenya")
    person.tick("1. Connecting People Everywhere")
    person.tick("Willing to lead")
    person.type("What do you want to bring or achieve?", MOTIVATION)
    person.type("Given name (optional)", "Wanjikũ")
    person.type("Family name", "Ng’ang’a-Kamau")
    person.type("Position", "Director of International Affairs")
    person.look_at_it_in("Français")
    expect(page.get_by_label("Position", exact=True)).to_have_value(
        "Director of International Affairs"
    )
    person.type("Email address", "wanjiku.nganga@digital.example.org")
    person.tick("English")
    person.tick("I am authorised")
    person.tick("I have read and agree to the privacy notice")
    person.press("Check your answers")
    expect(heading(page)).to_have_text("Check your answers", timeout=60_000)
    person.press("Send your expression of interest")
    expect(heading(page)).to_have_text(
        "We have received your expression of interest", timeout=60_000
    )

    on_the_line = time.monotonic() - started
    whole = timedelta(seconds=round(person.fingers + on_the_line))
    parts = f"{person.fingers:.0f} s of fingers, {on_the_line:.1f} s of the line"
    print(f"\n{whole} in all: {parts}")  # noqa: T201 # What a stopwatch is for.
    assert Member.objects.count() == 1
    # Three pages, one after another: this shows that the connection was slow.
    assert on_the_line > 3 * SLOW_LINE["latency"] / 1000
    assert whole < timedelta(minutes=5)
