"""Steps that several journeys take in a page."""

import pytest

from eoi.models import EoiDraft
from members.models import Call
from tests.accounts.second_factor import PASSWORD

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True}
SCRIPT_ON_AND_OFF = pytest.mark.parametrize(
    "options",
    [
        pytest.param(PHONE, id="with script"),
        pytest.param(
            {**PHONE, "java_script_enabled": False}, id="without script", marks=pytest.mark.long
        ),
    ],
)
FORM = "/en/expression-of-interest/"
# About a mobile network of the second generation with a good signal: the round-trip time in
# milliseconds, and the bytes per second.
SLOW_LINE = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50 * 1024,
    "uploadThroughput": 50 * 1024,
}


def press(page, name):
    """Click a button."""
    page.get_by_role("button", name=name, exact=True).click()


def open_menu(page, name):
    """Open a menu of the bar of the desk."""
    page.get_by_role("banner").locator("summary").filter(has_text=name).click()


def open_first(page):
    """Open the first member of the list."""
    page.get_by_role("rowheader").first.get_by_role("link").click()


def tab_to(page, element):
    """Reach an element with only the Tab key, from the current position."""
    for _step in range(80):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"No key leads to {element}")


def give_password(page, email="amina@p2c.example"):
    """Fill in and send the form of the staff sign-in."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")


def choose_language(page, *, now, wanted):
    """Open the menu of a narrow window that shows the language, and choose another one."""
    header = page.get_by_role("banner")
    header.get_by_text(now).locator("visible=true").first.click()
    # On a page with the form of the EOI, the languages are buttons of the form.
    link = header.get_by_role("link", name=wanted, exact=True)
    link.or_(header.get_by_role("button", name=wanted, exact=True)).click()


def use_slow_line(page):
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_LINE)


def fill_in(page, *, country="Kenya", role="Willing to lead", email="wanjiku@example.org"):
    """Fill in the required fields of an expression of interest, and the given name."""
    page.get_by_label("Name of the organisation").fill("Ministry of Digital Affairs")
    page.get_by_label("Member State").check()
    page.get_by_label("Country of the headquarters").select_option(country)
    page.get_by_label("2. Empowering Communities").check()
    page.get_by_label(role).check()
    page.get_by_label("What do you want to bring or achieve?").fill("Every school.")
    page.get_by_label("Given name (optional)").fill("Wanjikũ")
    page.get_by_label("Family name", exact=True).fill("Ng’ang’a")
    page.get_by_label("Position", exact=True).fill("Director")
    page.get_by_label("Email address", exact=True).fill(email)
    page.get_by_label("I am authorised").check()
    page.get_by_label("I have read and agree to the privacy notice").check()


def delete_calls():
    """Delete all calls. The page of an earlier test may have sent its last save after that test."""
    EoiDraft.objects.all().delete()
    Call.objects.all().delete()
