"""The main job in a real browser, from an empty form to the working group's page."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Member, MemberStatus
from p2c_portal.demonstration.mail import deliver_due
from tests.accounts.codes import code_in
from tests.accounts.second_factor import PASSWORD
from tests.factories import FocusAreaFactory, MeetingFactory
from tests.journeys.steps import fill_in, give_password
from tests.triage.staff import officer


@pytest.fixture
def _meeting_next_week():
    next_week = timezone.now() + timedelta(days=7)
    MeetingFactory(
        focus_area=FocusAreaFactory(number=2),
        title="First sitting",
        starts_at=next_week,
        ends_at=next_week + timedelta(hours=1),
        join_link="https://meet.example.org/first-sitting",
    )


def send_an_eoi(page, look):
    """Send the form with an error on the way, and return the reference."""
    page.goto("/en/")
    look(page)
    page.get_by_role("main").get_by_role("link", name="Express your interest").first.click()
    expect(page.get_by_role("heading", name="Express your interest")).to_be_visible()
    look(page)

    page.get_by_role("button", name="Check your answers").click()
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("link", name="Enter the name of the organisation")).to_be_visible()
    look(page)

    fill_in(page, role="Participant")
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    look(page)

    page.get_by_role("button", name="Send your expression of interest").click()
    expect(
        page.get_by_role("heading", name="We have received your expression of interest")
    ).to_be_visible()
    look(page)
    return re.search(r"P2C-[A-Z0-9]{6}", page.get_by_role("main").inner_text())[0]


@pytest.mark.usefixtures("open_call", "_meeting_next_week")
@pytest.mark.both_databases
def test_organisation_is_admitted_and_sees_its_calendar(
    new_page, assert_sound, mailoutbox, sent_codes
):
    amina = officer(name="Amina Diallo", email="amina@p2c.example")
    amina.set_password(PASSWORD)
    amina.save()
    visitor = new_page(viewport={"width": 1280, "height": 740})
    reference = send_an_eoi(visitor, assert_sound)
    # A test may fill in the form faster than a person could, which is a sign of a robot.
    Member.objects.update(spam_signal="")

    desk = new_page()
    desk.goto("/admin/")
    give_password(desk)
    expect(desk.get_by_role("heading", name="Work queue")).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("navigation", name="Sections").get_by_role("link", name="Applicants").click()
    file = desk.get_by_role("link", name="Ministry of Digital Affairs")
    expect(file).to_be_visible()
    assert_sound(desk)
    file.click()
    expect(desk.get_by_role("heading", name="Conversation")).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("button", name="Assign to me", exact=True).click()
    expect(desk.get_by_text("Assigned to you", exact=True)).to_be_visible()
    expect(desk.get_by_role("heading", name="Email", exact=True)).to_be_visible()
    assert_sound(desk)
    desk.get_by_role("button", name="Admit", exact=True).click()
    expect(desk.get_by_text("Admitted", exact=True).first).to_be_visible()

    deliver_due(at=timezone.now())
    desk.reload()
    letters = desk.get_by_role("region", name="Conversation").get_by_role("group")
    expect(letters.filter(has_text="Accepted by the mail server")).to_have_count(2)
    letters.get_by_text("Welcome, your organisation is admitted").click()
    expect(desk.get_by_text("Dear Wanjikũ Ng’ang’a").first).to_be_visible()
    assert_sound(desk)

    _acknowledgement, welcome = mailoutbox
    assert reference in welcome.subject
    private_page = re.search(r"http\S+/working-group/[^\s>]+", welcome.body)[0]
    visitor.goto(private_page)
    assert_sound(visitor)
    visitor.get_by_role("button", name="Send me a code").click()
    expect(visitor.get_by_text("w…u@example.org")).to_be_visible()
    assert_sound(visitor)
    visitor.get_by_label("Code").fill(code_in(sent_codes()[-1]))
    visitor.get_by_role("button", name="Sign in").click()
    expect(visitor.get_by_role("heading", name="First sitting", exact=True).first).to_be_visible()
    # The meeting is in some days: the address says from when it leads to the room.
    expect(visitor.get_by_role("link", name="Page to join the meeting")).to_have_attribute(
        "href", re.compile(r"/en/my/meetings/[0-9a-f-]+/join/$")
    )
    assert_sound(visitor)


@pytest.mark.usefixtures("open_call")
def test_form_is_filled_in_by_keyboard_alone(page):
    page.goto("/en/expression-of-interest/")
    answers = {
        "organisation_name": "Réseau 北",
        "motivation": "To connect people.",
        "family_name": "Ng",
        "position": "Director",
        "email": "ng@network.example",
    }
    ticked = {"category", "focus_area", "role", "is_authorised", "privacy_consent"}

    for _step in range(80):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || ''")
        if name in answers:
            page.keyboard.type(answers[name])
        elif name == "country":
            page.keyboard.type("Singapore")
        elif name in ticked:
            page.keyboard.press("Space")
        elif page.evaluate("document.activeElement.innerText") == "Check your answers":
            page.keyboard.press("Enter")
            break

    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    page.get_by_role("button", name="Send your expression of interest").press("Enter")
    expect(
        page.get_by_role("heading", name="We have received your expression of interest")
    ).to_be_visible()
    member = Member.objects.get()
    assert (member.organisation_name, member.country, member.status) == (
        "Réseau 北",
        "SG",
        MemberStatus.PENDING,
    )
