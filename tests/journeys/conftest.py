"""A real browser on the portal: the machine's own Chromium, one fresh profile for each page."""

import os
import shutil
from importlib.util import find_spec

import pytest

from tests.members.desk import signed_in

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
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = [*WCAG, "best-practice"]
# What may differ where only the colours do.
RULES_OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

if not CHROMIUM or not find_spec("playwright"):
    if os.environ.get("CI") == "true":
        raise RuntimeError("The journeys need Chromium and requirements/browser.txt.")
    collect_ignore_glob = ["test_*.py"]

# Playwright's calls run inside a loop of its own, where Django would refuse to ask the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 # Not installed everywhere.

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
        context = browser.new_context(
            **{"base_url": site, "locale": "en-GB", "timezone_id": "Europe/Zurich", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
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
    """Run the WCAG rules in a page, in the dark too if told to; return each that it breaks."""
    from axe_playwright_python.base import AXE_SCRIPT  # noqa: PLC0415 # As above.

    def broken(page, rules):
        # Nothing is gathered of what passes, which on a page of many rows takes most of the time.
        options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
        results = page.evaluate("options => axe.run(options)", options)
        return [
            f"{page.url}: {violation['id']}: {node['html']}"
            for violation in results["violations"]
            for node in violation["nodes"]
        ]

    def check(page, *, is_mail=False, also_dark=False):
        # What stands there before its styles have come is not what a person sees.
        page.wait_for_load_state()
        # The rules' own script breaks the content security policy.
        console.is_listening = False
        page.evaluate(AXE_SCRIPT)
        # A mail needs no landmarks.
        found = broken(page, WCAG if is_mail else RULES)
        if also_dark:
            page.emulate_media(color_scheme="dark")
            found += [f"In the dark: {each}" for each in broken(page, RULES_OF_COLOURS)]
            page.emulate_media(color_scheme="light")
        console.is_listening = True
        return found

    return check


@pytest.fixture
def assert_accessible(broken_rules):
    """Fail with each WCAG rule that a page breaks."""

    def check(page):
        assert broken_rules(page) == []

    return check
