"""A link to a question shows its label, hint, error and input."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import MemberStatus
from members.services.private_links import role_transfer_url, status_page_url
from outbox.models import MessageTemplate
from tests.eoi.own import own_member, own_person
from tests.factories import RoleTransferFactory
from tests.journeys.steps import FORM, fill_in, press
from tests.triage.staff import officer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("open_call")]

PHONE = {"viewport": {"width": 320, "height": 568}}
# The boxes of the focused question: its input, and the elements that describe it.
BOXES = """() => {
    const input = document.activeElement;
    const group = input.closest("fieldset[aria-describedby], fieldset:has(> legend)");
    const heading = group?.querySelector("legend") ?? input.labels?.[0];
    const described = [input, group].flatMap(
        (each) => each?.getAttribute("aria-describedby")?.split(" ") ?? []
    );
    const parts = [input, heading, ...described.map((id) => document.getElementById(id))];
    return parts.filter(Boolean).map((part) => {
        const {top, bottom: end, left, right} = part.getBoundingClientRect();
        // Of an input of many lines those count in which the typing begins.
        const bottom = part === input ? Math.min(end, top + 96) : end;
        return {top, bottom, left, right, text: part.textContent.trim()};
    });
}"""


def assert_question_is_in_view(page, *words):
    """Fail unless the focused input and all parts of its question are within the window.

    The parts have these texts.
    """
    page.wait_for_load_state()
    page.wait_for_function("document.activeElement?.matches('input, select, textarea')")
    boxes = page.evaluate(BOXES)
    width, height = page.viewport_size["width"], page.viewport_size["height"]
    told = " ".join(box["text"] for box in boxes)
    for word in words:
        assert word in told
    for box in boxes:
        assert box["top"] >= 0, box
        assert box["bottom"] <= height, box
        assert box["left"] >= 0, box
        assert box["right"] <= width, box


def follow_each_error(page, at_least=1):
    """Click each link of the error summary, and check that its question is in view."""
    links = page.get_by_role("alert").get_by_role("link")
    expect(links.first).to_be_visible()
    assert links.count() >= at_least
    for link in links.all():
        error = link.inner_text()
        link.click()
        assert_question_is_in_view(page, error.split(": ")[-1])


# A script moves the focus; without it, the link of an error scrolls.
@pytest.mark.parametrize("has_script", [True, pytest.param(False, marks=pytest.mark.long)])
def test_link_of_an_error_leads_to_the_whole_question(new_page, has_script):
    page = new_page(**PHONE, java_script_enabled=has_script)
    page.goto(FORM)
    page.get_by_text("Add more (optional)").first.click()
    page.get_by_label("Website (optional)").fill("no address")
    page.get_by_label("Phone (optional)").fill("12")
    page.get_by_label("Family name of the alternate (optional)").fill("Hopper")

    press(page, "Check your answers")

    follow_each_error(page, at_least=12)


def test_change_leads_to_the_whole_question(new_page):
    page = new_page(**PHONE)
    page.goto(FORM)
    fill_in(page)
    page.get_by_label("Other", exact=True).check()
    page.get_by_label("Spanish").first.check()
    page.get_by_text("Add more (optional)").first.click()
    page.get_by_label("Not decided yet").check()
    page.get_by_label("Phone (optional)").fill("0712 345678")
    press(page, "Check your answers")

    for question in (
        "Name of the organisation",
        "What kind of organisation is it?",
        "What do you want to bring or achieve?",
        "Language of correspondence",
        "What kind of contribution do you plan to make?",
        "Time zone",
    ):
        page.get_by_role("link", name=f"Change {question}", exact=True).click()
        assert_question_is_in_view(page, question)
        page.get_by_role("button", name="Save and check").click()


def test_corrections_lead_to_the_whole_question(new_page):
    person = own_person(member=own_member(MemberStatus.PENDING))
    page = new_page(**PHONE)
    page.goto(f"{status_page_url(person, 'en')}correct/")
    page.get_by_label("Position", exact=True).fill("")
    page.get_by_label("What do you want to bring or achieve?").fill("")
    page.get_by_role("button", name="Check your changes").click()
    follow_each_error(page, at_least=2)

    page.get_by_label("What do you want to bring or achieve?").fill("Every school.")
    page.get_by_label("Position", exact=True).fill("Minister")
    page.get_by_role("button", name="Check your changes").click()
    page.get_by_role("button", name="Change Position").click()

    assert_question_is_in_view(page, "Position")


def test_pages_of_an_eoi_lead_to_the_whole_question(new_page):
    asked = own_person(member=own_member(MemberStatus.INFORMATION_REQUESTED))
    now = timezone.now()
    role_transfer = RoleTransferFactory(named_at=now, expires_at=now + timedelta(days=14))
    page = new_page(**PHONE)

    for address, button, number in (
        (f"{status_page_url(asked, 'en')}answer/", "Send your answer", 1),
        (f"{status_page_url(asked, 'en')}hand-over/", "Send request", 3),
        (role_transfer_url(role_transfer, "en"), "Accept the role", 1),
        (f"{FORM}code/", "Confirm and open", 2),
        (f"{FORM}link/", "Send me the links", 1),
    ):
        page.goto(address)
        page.get_by_role("button", name=button).click()
        follow_each_error(page, at_least=number)


def test_saving_for_later_leads_to_the_whole_question(new_page):
    page = new_page(**PHONE)
    page.goto(FORM)
    page.get_by_label("Name of the organisation").fill("Ministry of Digital Affairs")
    page.get_by_role("button", name="Save and continue later").click()
    page.get_by_role("button", name="Save and send me the link").click()

    follow_each_error(page)


def test_signing_in_by_a_code_leads_to_the_whole_question(new_page):
    page = new_page(**PHONE)
    page.goto("/en/my/")
    page.get_by_role("button", name="Send me a code").click()

    follow_each_error(page)


def test_faults_of_a_text_lead_to_the_whole_field(page_of):
    template = MessageTemplate.objects.get(template_type="received", language="en")
    page = page_of(officer(), viewport={"width": 320, "height": 720})
    page.goto(f"/admin/outbox/messagetemplate/{template.pk}/change/")
    page.get_by_label("Subject").fill("{colour}")

    page.get_by_role("button", name="Save").click()

    follow_each_error(page)
