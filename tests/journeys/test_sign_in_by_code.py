"""A focal point signs in with a code from an e-mail. A former focal point cannot."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import MemberStatus
from participation.services.member_accounts import sync_member_accounts
from tests.accounts.codes import code_in
from tests.factories import FocalPointFactory, FocusAreaFactory

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}


@pytest.fixture
def person():
    person = FocalPointFactory(
        member__status=MemberStatus.ADMITTED,
        member__focus_area=FocusAreaFactory(number=2),
        member__organisation_name="Ministry of Somewhere",
        email="wanjiku@example.org",
    )
    sync_member_accounts(at=timezone.now())
    return person


def open_header(page):
    """The header of a page, with its menu open where it has one."""
    header = page.get_by_role("banner")
    menu = header.get_by_text("Menu", exact=True)
    if menu.is_visible():
        menu.click()
    return header


def close_header(page):
    """Close the menu of the header, which lies over the page, where it has one."""
    menu = page.get_by_role("banner").get_by_text("Menu", exact=True)
    if menu.is_visible():
        menu.click()


def ask_for_a_code(page):
    page.goto("/en/")
    open_header(page).get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_label("Email address").fill("wanjiku@example.org")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()


@pytest.mark.sample
@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="desktop"),
        pytest.param(PHONE, id="phone without script"),
    ],
)
def test_focal_point_signs_in_by_a_code_and_out(
    new_page, broken_rules, person, sent_codes, options
):
    page = new_page(**options)

    def is_sound():
        # A page that a click opens may have no element yet.
        page.wait_for_load_state()
        assert broken_rules(page, also_dark=True) == []
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"]

    page.goto("/en/my/")
    is_sound()
    ask_for_a_code(page)
    is_sound()
    page.get_by_label("Code").fill("2222 2222")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is incorrect")
    is_sound()
    page.get_by_role("button", name="Send me another code").click()
    expect(page.get_by_text("it has a code: the one of our latest email.")).to_be_visible()
    page.get_by_label("Code").fill(code_in(sent_codes()[-1]).lower())
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("region", name="Your organisations")).to_contain_text(
        "Empowering Communities"
    )
    header = open_header(page)
    expect(header.get_by_role("link", name="My working group")).to_have_attribute(
        "aria-current", "page"
    )
    is_sound()
    close_header(page)
    page.get_by_role("link", name="Subscribe", exact=True).click()
    address = page.get_by_role("link", name="/calendar/private/")
    before = address.inner_text()
    page.get_by_role("link", name="Reset calendar link").click()
    is_sound()
    page.get_by_role("button", name="Reset calendar link").click()
    expect(page.get_by_text("The old link no longer works.")).to_be_visible()
    assert address.inner_text() != before
    is_sound()
    page.goto("/accounts/sessions/")
    expect(page.get_by_text("this browser")).to_be_visible()
    is_sound()
    open_header(page).get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto("/en/my/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
