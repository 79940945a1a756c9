"""Staff sign in with their identity provider in a real browser, past the security policy."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.identity_provider import IdentityProvider
from tests.journeys.steps import PHONE, press

pytestmark = pytest.mark.django_db(transaction=True)

ADA = {"email": "ada@example.org", "email_verified": True, "name": "Ada Lovelace", "amr": ["mfa"]}


@pytest.fixture
def provider(tmp_path, settings):
    with IdentityProvider(tmp_path) as provider:
        settings.SINGLE_SIGN_ON = provider.settings()
        settings.SOCIALACCOUNT_PROVIDERS = settings.SINGLE_SIGN_ON.providers
        settings.STAFF_SECOND_FACTOR = True
        yield provider


def without_foreign_style(page):
    """Answer for the host of the style sheet that the provider's pages ask for."""
    page.route("https://cdn.jsdelivr.net/**", lambda route: route.fulfill(content_type="text/css"))


def test_staff_sign_in_at_the_provider_and_come_to_where_they_wanted(
    new_page, provider, console, assert_sound, assert_fits
):
    page = new_page(is_new=True)
    without_foreign_style(page)
    provider.have("p-1", **ADA, groups=["p2c-managers"])
    page.goto("/admin/members/member/")
    assert_sound(page)
    assert_fits(page)
    page.get_by_text("Emergency accounts").click()
    expect(page.get_by_label("Password")).to_be_visible()

    press(page, "Sign in with ITU account")
    # The page of the provider is not the portal's.
    console.is_listening = False
    page.get_by_label("Subject").fill("p-1")
    press(page, "Authorize")

    expect(page).to_have_url(re.compile(r"^[^?]+/admin/members/member/$"))
    console.is_listening = True
    assert User.objects.get().email == "ada@example.org"


def test_person_without_a_role_reads_why_they_are_not_let_in(
    new_page, provider, console, assert_sound
):
    page = new_page(is_new=True, **PHONE)
    without_foreign_style(page)
    provider.have("p-1", **ADA, groups=[])
    page.goto("/accounts/sign-in/")
    console.is_listening = False
    press(page, "Sign in with ITU account")
    press(page, "Deny access")
    expect(page.get_by_role("alert")).to_have_text("ITU account did not sign you in.")
    page.get_by_role("main").get_by_role("link", name="Staff sign-in").click()
    press(page, "Sign in with ITU account")
    page.get_by_label("Subject").fill("p-1")
    press(page, "Authorize")

    expect(page.get_by_role("alert")).to_contain_text("You have no access to the staff pages.")
    console.is_listening = True
    assert_sound(page)
