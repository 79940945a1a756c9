"""A lead writes a commitment and sends it, on a phone without scripts, in a browser."""

import pytest
from playwright.sync_api import expect

from commitments.models import Commitment, CommitmentStatus
from commitments.services.drafts import typed_part
from tests.commitments.writing import a_lead, draft_of, own
from tests.participation.people import account_of

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 360, "height": 800}, "has_touch": True}
# How fast a person is: seconds for a key on a phone, for a choice, and for a page on a slow line.
KEY, CHOICE, PAGE = 0.2, 3, 10
EIGHT_MINUTES = 8 * 60
STATEMENT = (
    "By the end of 2028, Liquid Intelligent Technologies will connect 1,200 primary schools in "
    "Malawi by fibre where it passes within five kilometres, and by satellite elsewhere, at "
    "100 Mbit/s or more, and train 3,000 teachers."
)


class Writer:
    """A person at a page, and the seconds that they have spent."""

    def __init__(self, page, check):
        self.page, self.check, self.seconds = page, check, 0

    def type(self, label, text):
        self.page.get_by_label(label).first.fill(text)
        self.seconds += CHOICE + KEY * len(text)

    def choose(self, label):
        self.page.get_by_label(label, exact=True).first.check()
        self.seconds += CHOICE

    def press(self, name):
        self.page.get_by_role("button", name=name).first.click()
        self.seconds += CHOICE + PAGE
        self.check(self.page)


@pytest.fixture
def person():
    return a_lead()


def test_lead_goes_on_by_keyboard_and_scripts_save_meanwhile(page_of, person, assert_sound):
    draft = draft_of(person)
    page = page_of(account_of(person))
    page.goto(f"/en/my/commitments/{draft.reference}/edit/targets/")
    page.get_by_role("button", name="Add a target").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/targets/#target-1")
    assert_sound(page)

    page.get_by_label("What will you measure?").nth(1).focus()
    page.keyboard.type("Teachers trained")
    expect(page.get_by_role("status")).to_contain_text("Saved at")
    # Enter presses neither “Remove” nor “Add a target”.
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("There are 2 errors")
    page.get_by_role("link", name="Enter the number to reach.").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Number to reach").nth(1)).to_be_focused()
    fields = typed_part(own(draft), "targets").fields
    assert fields["target-1-indicator"] == ["Teachers trained"]


def test_lead_writes_and_sends_a_commitment_on_a_phone_without_scripts_in_eight_minutes(
    page_of, person, assert_fits
):
    page = page_of(account_of(person), java_script_enabled=False, **PHONE)
    page.goto("/en/my/commitments/")
    writer = Writer(page, assert_fits)
    writer.press("Begin a commitment")
    writer.choose("Financial")
    writer.type("Title", "Fibre and satellite to 1,200 schools")
    writer.type("Statement", STATEMENT)
    writer.choose("New")
    writer.press("Save and continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("How it will be measured")
    writer.type("What will you measure?", "Schools connected")
    writer.type("Number to reach", "1,200")
    writer.press("Save and continue")
    # Something was forgotten: it is said, and what was typed is there.
    expect(page.get_by_role("alert")).to_contain_text("Enter by when it will be reached.")
    expect(page.get_by_label("Number to reach")).to_have_value("1,200")
    writer.type("By when", "2028-12-31")
    writer.press("Save and continue")
    writer.type("It ends on", "2028-12-31")
    writer.type("Country, region or the whole world", "Malawi")
    writer.press("Save and continue")
    writer.press("Add a partner")
    writer.type("Organisation", "Schools for Everyone")
    writer.choose("Carries it out")
    writer.type("Email address of a contact there", "contact@example.org")
    writer.press("Save and continue")
    writer.type("Amount", "31,000,000")
    writer.type("Currency", "USD")
    page.get_by_role("radio", name="Firm").check()
    writer.seconds += CHOICE
    writer.press("Add an amount")
    writer.press("Remove Amount 2")
    writer.press("Save and continue")
    writer.press("Save and continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Read what you are sending")
    expect(page.get_by_text("USD\N{NO-BREAK SPACE}31,000,000 · Firm")).to_be_visible()
    page.get_by_label("We agree that this commitment is published").check()
    writer.seconds += CHOICE
    writer.press("Send the commitment")

    expect(page.get_by_text("The commitment is sent.")).to_be_visible()
    assert writer.seconds < EIGHT_MINUTES
    commitment = Commitment.objects.get()
    assert commitment.status == CommitmentStatus.SUBMITTED
