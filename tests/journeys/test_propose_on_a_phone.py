"""A focal point proposes a change on a phone, from the link in a mail, and supports another one.

The time is counted: 1.5 seconds for a tap, 0.3 for a character, 3 for a page.
"""

import re

import pytest
from playwright.sync_api import expect

from framework.models import Amendment, AmendmentKind, ParagraphKind, Support
from framework.services.links import framework_address
from tests.factories import AmendmentFactory, FrameworkFactory, SupportFactory
from tests.framework.proposing import a_paragraph, a_proposer, an_open_draft, close
from tests.journeys.steps import PHONE

pytestmark = pytest.mark.django_db(transaction=True)

TAP, CHARACTER, PAGE = 1.5, 0.3, 3.0
LIMIT = 90
ADDED = ", with savings groups as guarantors"
REASON = "Four of five women in our groups have no bank account."


class Phone:
    """A person with a phone, whose seconds are counted."""

    def __init__(self, page, address):
        self.page, self.seconds = page, PAGE
        page.goto(address)

    def tap(self, control, *, opens_page=True):
        control.click()
        self.page.wait_for_load_state()
        self.seconds += TAP + (PAGE if opens_page else 0)

    def type(self, text, *, at_end_of):
        at_end_of.click()
        at_end_of.press("Control+End")
        at_end_of.press_sequentially(text)
        self.seconds += 2 * TAP + CHARACTER * len(text)


@pytest.fixture
def action():
    draft = an_open_draft()
    a_paragraph(draft, kind=ParagraphKind.HEADING, text_en="Devices that people can afford")
    action = a_paragraph(draft, text_en="Let people pay for devices in instalments")
    other = AmendmentFactory(
        draft=action.draft,
        paragraph=action.paragraph,
        text="Let people pay for devices and services in instalments",
        member__organisation_name="GSM Association",
    )
    SupportFactory(amendment=other)
    return action


@pytest.mark.parametrize("has_scripts", [True, False])
def test_change_is_proposed_and_another_supported_in_ninety_counted_seconds(
    new_page, assert_sound, action, has_scripts
):
    person = a_proposer(organisation_name="Réseau des femmes pour le numérique")
    page = new_page(**PHONE, java_script_enabled=has_scripts)

    phone = Phone(page, framework_address(person, FrameworkFactory()))
    phone.tap(page.get_by_role("link", name=re.compile(r"1 proposal.*1\.1")))
    assert_sound(page)
    phone.tap(page.get_by_role("link", name=re.compile("Change.*Action")))
    assert_sound(page)
    phone.type(ADDED, at_end_of=page.get_by_label("The text"))
    phone.tap(page.get_by_role("button", name="Show the change"))
    expect(page.locator("#shown").get_by_role("insertion")).to_contain_text(ADDED)
    assert_sound(page)
    phone.type(REASON, at_end_of=page.get_by_label("Why?"))
    phone.tap(page.get_by_role("button", name="Send the proposal"))
    expect(page.get_by_text("The proposal is sent.")).to_be_visible()
    assert_sound(page)
    phone.tap(page.get_by_role("button", name=re.compile("Support.*GSM.*Action")))
    expect(page.get_by_text("Your organisation supports it.")).to_be_visible()
    assert_sound(page)

    assert phone.seconds <= LIMIT
    sent = Amendment.objects.sent().get(member=person.member)
    assert (sent.kind, sent.reason) == (AmendmentKind.CHANGE, REASON)
    assert sent.text == f"{action.text_en}{ADDED}"
    assert Support.objects.filter(member=person.member).count() == 1


def test_every_page_of_a_proposal_is_sound_on_a_phone(new_page, assert_sound, action):
    person = a_proposer()
    page = new_page(**PHONE)
    start = framework_address(person, FrameworkFactory())

    page.goto(f"{start}proposals/{action.paragraph.key}/change/")
    page.get_by_role("button", name="Send the proposal").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert_sound(page)
    page.get_by_text("Propose something else").click()
    page.get_by_role("button", name="Add a paragraph after it (ADD)").click()
    assert_sound(page)
    page.get_by_label("The text").fill("Train **teachers** first.")
    page.get_by_label("Why?").fill(REASON)
    page.get_by_role("button", name="Send the proposal").click()
    expect(page.get_by_text("The proposal is sent.")).to_be_visible()
    page.goto(f"{start}proposals/")
    assert_sound(page)
    page.get_by_role("link", name=re.compile("Withdraw.*ADD.*Action")).click()
    assert_sound(page)
    page.get_by_role("button", name="Withdraw the proposal").click()
    expect(page.get_by_text("The proposal is withdrawn.")).to_be_visible()
    page.goto(f"{start}proposals/{action.paragraph.key}/keep/")
    page.get_by_label("Why?").fill(REASON)
    close(action.draft)
    page.get_by_role("button", name="Send the proposal").click()
    expect(page.get_by_role("heading", name="What you typed and did not send")).to_be_visible()
    expect(page.get_by_text(REASON)).to_be_visible()
    assert_sound(page)
