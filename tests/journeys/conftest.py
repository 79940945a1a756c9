"""A real browser: the installed Chromium, with an empty profile for each page."""

import json
import os
import shutil
from collections import defaultdict
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from urllib.parse import urlsplit

import pytest
from django.core.cache import caches
from django.db import connection, connections
from django.urls import resolve
from django.utils.translation import get_language_from_path, override

from tests.eoi.form import make_call
from tests.journeys.rules import KINDS, RUNS_SCRIPTS, Rules
from tests.journeys.seen import Seen
from tests.processes import eventually
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
    "--in-process-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    # A page lives for a second, too short for its scripts to be optimised, or for more threads.
    "--js-flags=--always-sparkplug --no-opt --single-threaded",
    # One process for each page. Chromium would prepare more for other sites, which nobody opens.
    "--disable-site-isolation-trials",
    "--disable-features=Translate,OptimizationHints,MediaRouter,site-per-process,SpareRendererForSitePerProcess",
]
# In seconds.
FITS_WITHIN = 30
# The default visitor. Without animations, no colour is checked during a transition.
PERSON = {"locale": "en-GB", "timezone_id": "Europe/Zurich", "reduced_motion": "reduce"}

if not CHROMIUM or not find_spec("playwright"):
    if os.environ.get("CI") == "true":
        raise RuntimeError("The journeys need Chromium and requirements/browser.txt.")
    collect_ignore_glob = ["test_*.py", "pictures/test_*.py"]

# Playwright runs inside its own event loop, in which Django would refuse to query the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(autouse=True)
def _calls_not_read(_fresh_start):
    """Let the header of the first page read the calls of this journey."""
    caches["calls"].clear()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 # Not installed everywhere.

    # Much longer than a page needs, because other tests start many processes at the same time.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def _one_connection_for_each_request():
    """Close the connection to the database after each request.

    The idle pages of a browser keep threads of the server, and these would keep their connections.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
        yield


@pytest.fixture(autouse=True)
def site(settings, live_server):
    """The URL of the portal, which e-mails contain too."""
    settings.SITE_URL = live_server.url
    return live_server.url


class Console:
    """Errors in scripts and violations of the content security policy in a browser."""

    def __init__(self):
        self.complaints = []
        self.is_listening = True

    def listen_to(self, page):
        page.on("pageerror", lambda error: self.note(str(error)))
        page.on("console", lambda message: message.type == "error" and self.note(message.text))

    def note(self, text):
        # A form that is answered with 409 or 422 is not an error of the page.
        if self.is_listening and "the server responded with a status of 4" not in text:
            self.complaints.append(text)


@pytest.fixture
def console():
    console = Console()
    yield console
    assert console.complaints == []


@pytest.fixture(scope="session")
def idle_contexts():
    """Browser contexts that no test uses, by their options. They have the static files."""
    return defaultdict(list)


def empty(context, site):
    """Close all pages of a context, and delete what they stored."""
    first, *others = context.pages
    for page in others:
        page.close()
    stored = {"origin": site, "storageTypes": "cookies,local_storage"}
    context.new_cdp_session(first).send("Storage.clearDataForOrigin", stored)
    first.close()


@pytest.fixture
def new_page(browser, site, console, idle_contexts):
    """Open a page in an empty browser context with the given options.

    The context is used again by later tests. For a test that changes more of it than its cookies,
    or that measures how long files load, it `is_new`, and is not used again.
    """
    contexts = []

    def open_page(*, is_new=False, **options):
        options = {**PERSON, "base_url": site, **options}
        idle = None if is_new else idle_contexts[json.dumps(options, sort_keys=True)]
        context = idle.pop() if idle else browser.new_context(**options)
        contexts.append((context, idle))
        page = context.new_page()
        page.set_default_timeout(30_000)
        console.listen_to(page)
        return page

    yield open_page
    for context, idle in contexts:
        if idle is None or not context.pages:
            context.close()
        else:
            empty(context, site)
            idle.append(context)


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def page_of(new_page, site):
    """Open a page for a signed-in member of staff, with the given options."""

    def open_page(person, **options):
        page = new_page(**options)
        cookies = {name: morsel.value for name, morsel in signed_in(person).cookies.items()}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
        )
        return page

    return open_page


@pytest.fixture
def open_call():
    return make_call()


@pytest.fixture
def all_rules(console, seen):
    """Run the WCAG rules in a page; return each violation."""
    return Rules(console, seen)


@pytest.fixture(scope="session")
def seen(tmp_path_factory):
    own = tmp_path_factory.getbasetemp()
    return Seen((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "seen")


@pytest.fixture
def broken_rules(all_rules, seen):
    """Run the WCAG rules in a page at the first time, and later in its new kinds of elements.

    The same template breaks the same rules, also in another language and at another width, where
    other kinds of elements are visible. What covers what is always checked. On PostgreSQL the pages
    are the same as on SQLite; only in CI, a journey runs on one of them.
    """
    if connection.vendor != "sqlite" and os.environ.get("CI") != "true":
        return lambda page, **_ways: page.wait_for_load_state() or []

    def look(page, **ways):
        page.wait_for_load_state()
        # The rules are run by a script.
        if not page.evaluate(RUNS_SCRIPTS):
            return []
        kinds = page.evaluate(KINDS)
        new = seen.add(f"kinds of {name_of(page)}", kinds)
        if not new and not ways.get("also_dark"):
            return all_rules.covered(page)
        return all_rules.look_at(page, new=None if len(new) == len(kinds) else new, **ways)

    return look


def name_of(page):
    """Return the name of the URL of a page, in any language."""
    path = urlsplit(page.url).path
    with override(get_language_from_path(path) or "en"):
        return resolve(path).view_name


@pytest.fixture
def is_first_of_its_address(seen):
    """Return whether no page of the address was checked before in this way.

    Dark mode and narrow windows are the same for its other pages; `test_whole_desk` checks them
    for each page of the staff, also with errors.
    """

    def check(page, kind):
        return bool(seen.add(name_of(page), [kind]))

    return check


@pytest.fixture
def assert_accessible(broken_rules):
    """Fail with each violation of the WCAG rules in a page, as it is shown."""

    def check(page):
        assert broken_rules(page) == []

    return check


def fits(page):
    """Return whether a page is not wider than its window."""
    # Only where the browser tests are installed.
    from playwright.sync_api import Error  # noqa: PLC0415

    with suppress(Error):
        return page.evaluate("document.documentElement?.scrollWidth <= innerWidth")
    return False


@pytest.fixture
def assert_fits():
    """Fail if a page is wider than its window."""

    def check(page):
        # Tried again if a click is still loading another page, which aborts the evaluation or has
        # no element yet. Playwright's own waiting uses eval, which the pages forbid.
        assert eventually(partial(fits, page), within=FITS_WITHIN)

    return check


@pytest.fixture
def assert_sound(broken_rules, is_first_of_its_address):
    """Fail with each violation, also in dark mode and narrow if it is the first of its address."""

    def check(page):
        page.wait_for_load_state()
        is_first = page.evaluate(RUNS_SCRIPTS) and is_first_of_its_address(page, "dark and narrow")
        found = broken_rules(page, also_dark=is_first, also_narrow=is_first)
        assert found == []

    return check
