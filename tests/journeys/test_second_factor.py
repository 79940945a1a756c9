"""The second factor of staff in a real browser: an app, recovery codes, and passkeys."""

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests.accounts.second_factor import code_of, with_password
from tests.journeys.steps import give_password

QUEUE = "/admin/members/member/"
# Not only in the query string.
QUEUE_URL = re.compile(rf"^[^?]+{QUEUE}$")


@pytest.fixture(autouse=True)
def _asked_for(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def officer():
    return with_password(email="amina@p2c.example", name="Amina Diallo", is_superuser=True)


@pytest.fixture
def device():
    """Give a page's browser a virtual authenticator whose user always agrees."""

    def give(page):
        developer = page.context.new_cdp_session(page)
        developer.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = developer.send("WebAuthn.addVirtualAuthenticator", {"options": options})

        def say(yes):
            developer.send(
                "WebAuthn.setUserVerified",
                {"authenticatorId": made["authenticatorId"], "isUserVerified": yes},
            )

        return say

    return give


def heading(page, name):
    return page.get_by_role("heading", name=name, exact=True)


def give_code(page, code, button="Sign in"):
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name=button, exact=True).click()


def sign_out(page):
    page.goto("/accounts/second-factor/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


@pytest.mark.usefixtures("officer")
def test_officer_sets_up_an_app_and_comes_to_where_they_wanted(page, assert_accessible):
    page.goto(QUEUE)
    assert_accessible(page)
    give_password(page)
    expect(heading(page, "Two-factor authentication")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_alt_text("QR code of the setup key")).to_be_visible()
    assert_accessible(page)
    give_code(page, "000", "Set up")
    expect(
        page.get_by_role("alert").get_by_role("link", name="This code is incorrect")
    ).to_be_visible()
    assert_accessible(page)
    secret = page.locator("code").inner_text()
    give_code(page, code_of(secret), "Set up")
    expect(heading(page, "Recovery codes")).to_be_visible()
    assert_accessible(page)
    [first, *others] = page.get_by_role("main").get_by_role("listitem").all_inner_texts()
    page.get_by_role("link", name="Continue to the administration").click()
    expect(page).to_have_url(QUEUE_URL)

    sign_out(page)
    page.goto(QUEUE)
    give_password(page)
    expect(heading(page, "Two-factor authentication")).to_be_visible()
    assert_accessible(page)
    give_code(page, first)
    expect(page).to_have_url(QUEUE_URL)

    sign_out(page)
    page.goto(QUEUE)
    give_password(page)
    give_code(page, first)
    expect(page.get_by_role("alert")).to_contain_text("has already been used")
    give_code(page, code_of(secret))
    expect(page).to_have_url(QUEUE_URL)
    assert (len(others), re.fullmatch(r"\d{8}", first) is not None) == (9, True)


@pytest.mark.usefixtures("officer")
def test_officer_adds_a_passkey_and_signs_in_with_it_alone(page, device, assert_accessible):
    say = device(page)
    page.goto(QUEUE)
    give_password(page)
    page.get_by_role("link", name="Add a passkey").click()
    expect(page.get_by_label("Passkey name")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Passkey name").fill("The laptop")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(heading(page, "Recovery codes")).to_be_visible()
    page.get_by_role("link", name="Continue to the administration").click()
    expect(page).to_have_url(QUEUE_URL)

    sign_out(page)
    page.goto(QUEUE)
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page).to_have_url(QUEUE_URL)

    sign_out(page)
    page.goto(QUEUE)
    give_password(page)
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(QUEUE_URL)

    sign_out(page)
    page.goto(QUEUE)
    say(False)
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")
    assert_accessible(page)


def test_officer_names_and_removes_a_passkey(page, device, officer, assert_accessible):
    device(page)
    page.goto("/accounts/second-factor/passkeys/add/")
    give_password(page)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(heading(page, "Recovery codes")).to_be_visible()
    page.goto("/accounts/second-factor/")
    assert_accessible(page)
    page.get_by_role("link", name="Rename").click()
    assert_accessible(page)
    page.get_by_label("Passkey name").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").get_by_role("link", name="Enter a name.")).to_be_visible()
    page.get_by_label("Passkey name").fill("The blue key")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The blue key").first).to_be_visible()

    page.context.clear_cookies()
    page.goto("/accounts/second-factor/")
    page.get_by_role("button", name="Use a passkey instead").click()
    page.get_by_role("link", name="Remove The blue key").click()
    expect(heading(page, "Confirm your identity")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(heading(page, "Remove a passkey")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey was removed.")).to_be_visible()

    assert not Authenticator.objects.filter(user=officer).exists()
