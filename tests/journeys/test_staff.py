"""A desk manager invites a colleague, who comes to the desk; then the colleague leaves."""

import re

from playwright.sync_api import expect

from accounts.models import User
from members.models import Member
from outbox.models import Message
from tests.accounts.second_factor import PASSWORD, code_of
from tests.factories import MemberFactory
from tests.journeys.steps import open_menu
from tests.triage.staff import desk_manager, officer


def heading(page, name):
    return page.get_by_role("heading", name=name, exact=True)


def press(page, role, name):
    """Press Enter on a link or a button that has the keyboard focus."""
    element = page.get_by_role(role, name=name, exact=True)
    element.focus()
    page.keyboard.press("Enter")


def test_invited_colleague_comes_to_the_desk(page_of, new_page, settings):
    ruth = page_of(desk_manager(name="Ruth Mwangi"))
    ruth.goto("/admin/")
    open_menu(ruth, "Set-up")
    ruth.get_by_role("link", name="Staff", exact=True).click()
    ruth.get_by_role("link", name="Invite a colleague").click()
    expect(heading(ruth, "Invite a colleague")).to_be_visible()
    ruth.get_by_label("Name", exact=True).fill("Kofi Mensah")
    ruth.get_by_label("Email address").fill("kofi@p2c.example")
    ruth.get_by_label("Focus area coordinator").check()
    ruth.get_by_role("button", name="Send the invitation").click()
    expect(ruth.get_by_text("Choose at least one focus area.")).to_be_visible()
    ruth.get_by_label("Empowering Communities").check()
    ruth.get_by_role("button", name="Send the invitation").click()
    expect(ruth.get_by_text("The invitation to Kofi Mensah is on its way.")).to_be_visible()
    expect(ruth.get_by_text("Invited", exact=True)).to_be_visible()

    settings.STAFF_SECOND_FACTOR = True
    link = Message.objects.get(recipient="kofi@p2c.example").private_page
    kofi = new_page()
    kofi.goto(link)
    kofi.get_by_label("Password", exact=True).fill("short")
    kofi.get_by_label("Password, again").fill("short")
    kofi.get_by_role("button", name="Set password and sign in").click()
    expect(kofi.get_by_role("alert")).to_contain_text("at least 12 characters")
    kofi.get_by_label("Password", exact=True).fill(PASSWORD)
    kofi.get_by_label("Password, again").fill(PASSWORD)
    kofi.get_by_role("button", name="Set password and sign in").click()
    expect(heading(kofi, "Two-factor authentication")).to_be_visible()
    kofi.get_by_role("link", name="Set up an app").click()
    expect(kofi.get_by_alt_text("QR code of the setup key")).to_be_visible()
    secret = kofi.locator("code").inner_text()
    kofi.get_by_label("Code", exact=True).fill(code_of(secret))
    kofi.get_by_role("button", name="Set up", exact=True).click()
    expect(heading(kofi, "Recovery codes")).to_be_visible()
    kofi.get_by_role("link", name="Continue to the administration").click()
    expect(kofi).to_have_url(re.compile("/admin/$"))
    expect(kofi.get_by_text("Kofi Mensah")).to_be_visible()

    other = new_page()
    other.goto(link)
    expect(heading(other, "This link is not valid")).to_be_visible()


def test_colleague_who_leaves_is_deactivated_with_the_keyboard(page_of):
    amina, tom = officer(name="Amina Diallo"), officer(name="Tom Okoye")
    member = MemberFactory(assignee=amina)
    her_page = page_of(amina)
    ruth = page_of(desk_manager(name="Ruth Mwangi"))

    ruth.goto("/admin/accounts/user/staff/")
    ruth.get_by_label("Name, address or group").focus()
    ruth.keyboard.type("amina")
    ruth.keyboard.press("Enter")
    expect(ruth.get_by_role("link", name="Tom Okoye")).to_have_count(0)
    press(ruth, "link", "Amina Diallo")
    expect(heading(ruth, "Amina Diallo")).to_be_visible()
    press(ruth, "link", "Deactivate")
    choice = ruth.get_by_label("Reassign their applicants to")
    expect(choice).to_be_visible()
    choice.focus()
    ruth.keyboard.type("Tom")
    ruth.get_by_label("Reason").focus()
    ruth.keyboard.type("Left ITU.")
    press(ruth, "button", "Deactivate")

    expect(ruth.get_by_text("The account of Amina Diallo was deactivated.")).to_be_visible()
    expect(ruth.get_by_text("Deactivated", exact=True)).to_be_visible()
    assert Member.objects.get(pk=member.pk).assignee == tom
    assert not User.objects.get(pk=amina.pk).is_active
    her_page.goto("/admin/")
    expect(heading(her_page, "Staff sign-in")).to_be_visible()
