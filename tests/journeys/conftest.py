"""A real browser on the portal: the machine's own Chromium, one fresh profile for each page."""

import os
import shutil
from importlib.util import find_spec

import pytest
from django.db import connection

from tests.journeys.rules import Rules
from tests.triage.staff import signed_in

CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
]
# Who comes if nothing is said of them. Without motion, a colour that is judged is not on its way.
PERSON = {"locale": "en-GB", "timezone_id": "Europe/Zurich", "reduced_motion": "reduce"}

if not CHROMIUM or not find_spec("playwright"):
    if os.environ.get("CI") == "true":
        raise RuntimeError("The journeys need Chromium and requirements/browser.txt.")
    collect_ignore_glob = ["test_*.py"]

# Playwright's calls run inside a loop of its own, where Django would refuse to ask the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 # Not installed everywhere.

    # Much more than a page needs: other tests start many processes beside the browser.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def site(settings, live_server):
    """The portal's address, in mails too."""
    settings.SITE_URL = live_server.url
    return live_server.url


class Console:
    """What the browser complained about: errors in scripts, and what the policy forbade."""

    def __init__(self):
        self.complaints = []
        self.is_listening = True

    def listen_to(self, page):
        page.on("pageerror", lambda error: self.note(str(error)))
        page.on("console", lambda message: message.type == "error" and self.note(message.text))

    def note(self, text):
        # A form that is answered with 409 or 422 is no fault of the page.
        if self.is_listening and "the server responded with a status of 4" not in text:
            self.complaints.append(text)


@pytest.fixture
def console():
    console = Console()
    yield console
    assert console.complaints == []


@pytest.fixture
def new_page(browser, site, console):
    """Open a page of a person of its own; takes the options of a browser context."""
    contexts = []

    def open_page(**options):
        context = browser.new_context(**{**PERSON, "base_url": site, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        console.listen_to(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def page_of(new_page, site):
    """Open a page of somebody of the staff who is signed in; takes options, too."""

    def open_page(person, **options):
        page = new_page(**options)
        cookies = {name: morsel.value for name, morsel in signed_in(person).cookies.items()}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
        )
        return page

    return open_page


@pytest.fixture
def broken_rules(console):
    """Run the WCAG rules in a page, where pages are looked at; return each that it breaks."""
    if connection.vendor == "sqlite":
        return Rules(console).look_at
    return lambda page, **_ways: page.wait_for_load_state() or []


@pytest.fixture
def assert_accessible(broken_rules):
    """Fail with each WCAG rule that a page breaks, as it is shown."""

    def check(page):
        assert broken_rules(page) == []

    return check


@pytest.fixture
def assert_fits():
    """Fail where a page is wider than its window."""

    def check(page):
        # Asked again if a click is still on its way to another page, which ends what is evaluated.
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")

    return check


@pytest.fixture
def assert_sound(broken_rules):
    """Fail with each WCAG rule that a page breaks: in light, in the dark, wide and narrow."""

    def check(page):
        assert broken_rules(page, also_dark=True, also_narrow=True) == []

    return check
