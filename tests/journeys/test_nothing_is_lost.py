"""On each page of the form, whatever a person does after typing, nothing is lost.

With scripts, that holds for what was typed; without, for what was posted.
"""

import re
from datetime import timedelta

import pytest
from django.core.signing import get_cookie_signer
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import expect

from core.autosave import Page
from core.time_zones import city
from eoi.forms.drafts import storable_data
from eoi.models import EoiDraft
from eoi.services.autosave import autosave_form
from eoi.views.form_view import COOKIE, COOKIE_SALT
from members.services.private_links import token_for_object
from tests.eoi.form import ANSWERS, make_call, query
from tests.factories import CallFactory
from tests.journeys.steps import use_slow_line
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)

LANGUAGES = ["en", "ar"]
KEY = "the-key-of-the-form"
KEPT = {
    **ANSWERS,
    "organisation_name": "Ministry <of> “Digital” Affairs",
    "country": "BR",
    "motivation": "One line,\r\n\r\nand another & more.",
    "contributions": ["policy", "advocacy"],
}
LONG = {"organisation_name": "Réseau 北", "motivation": "More\nthan “before”.", "acronym": "R北"}
# The pages, each with what is typed there.
PAGES = {
    "": LONG,
    "change/interest/": {"motivation": "More\nthan “before”."},
    "check/": {"time_zone": "America/Recife"},
    "draft/": {"link_to": "aïcha@exam"},
    "draft/<token>/": LONG,
}
# Returns the fields of a form as a browser would send them.
READ = """form => [...new FormData(form)]
    .filter(([name]) => !["csrfmiddlewaretoken", "draft_version", "page"].includes(name))
    .map(([name, value]) => [name, value.replaceAll("\\r\\n", "\\n")])
    .sort()"""

# Returns what a person has answered in a form.
ANSWERED = READ.replace('["csrfmiddlewaretoken",', '["csrfmiddlewaretoken", "started",')


def save_elsewhere(**changes):
    """Save a form as another page does, such as the one that was left last."""
    draft = EoiDraft.objects.get()
    autosave_form(
        submission_key=draft.submission_key,
        call=draft.call,
        language="en",
        form_data=storable_data(query(**{**KEPT, **changes})),
        page=Page("left", draft.version),
        network="",
        at=timezone.now(),
    )


class Visitor:
    """A person on one page of a form that is kept."""

    def __init__(self, context, draft, *, page, language, has_script):
        self.typed, self.name, self.language = PAGES[page], page, language
        self.path = page.replace("<token>", token_for_object(draft))
        self.has_script = has_script
        self.open(context)

    def open(self, context):
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)
        if self.has_script:
            self.page.clock.install()
        self.page.goto(self.address)

    @property
    def address(self):
        return f"/{self.language}/expression-of-interest/{self.path}"

    @property
    def state(self):
        return self.page.locator(".save-state")

    def type(self, ending=""):
        for name, text in self.typed.items():
            field = self.page.locator(f"#eoi-form [name={name}]")
            if name == "time_zone":
                field.select_option(text)
            else:
                field.fill(text + ending)

    def fields(self):
        return self.page.locator("#eoi-form").evaluate(READ)

    def wait_for_script(self):
        self.page.clock.run_for(3000)
        # The sentence that says so has the time.
        expect(self.state).to_contain_text(re.compile(r"\d:\d"))

    def ask_again(self):
        """Forget the answer to what the check page asked, and open it again."""
        draft = EoiDraft.objects.get()
        draft.form_data, draft.version = storable_data(query(**KEPT)), draft.version + 1
        draft.save()
        self.page.goto(self.address)

    def switch(self):
        self.language = LANGUAGES[LANGUAGES.index(self.language) - 1]
        buttons = self.page.locator(f"header button[name=switch][value={self.language}]")
        buttons.locator("visible=true").click()
        self.page.wait_for_url(f"**{self.address}")


def press_back(visitor):
    visitor.page.goto(f"/{visitor.language}/accessibility/")
    visitor.page.go_back()


def reload(visitor):
    visitor.page.reload()


def go_elsewhere_and_return(visitor):
    visitor.page.goto(f"/{visitor.language}/accessibility/")
    visitor.page.goto(visitor.address)


def lose_cookies(visitor):
    """The page that is still open knows its form. Its CSRF token is lost too."""
    visitor.page.context.clear_cookies()
    visitor.switch()


def open_second_window(visitor):
    first = visitor.page
    visitor.open(first.context)
    first.close()


STEPS = (
    *(Visitor.switch, press_back, reload, go_elsewhere_and_return),
    *(open_second_window, lose_cookies),
)


@pytest.fixture
def visit(new_page, site):
    """Open a page of a form that is kept, in the browser that posted it."""
    now = timezone.now()
    call = CallFactory(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=7))

    def open_page(page, **how):
        draft = autosave_form(
            submission_key=KEY,
            call=call,
            language="en",
            form_data=storable_data(query(**KEPT)),
            page=Page("", 0),
            network="",
            at=now,
        ).draft
        if "<token>" in page:
            draft.email, draft.expires_at = "aicha@example.org", now + timedelta(days=30)
            draft.save()
        first = new_page(is_new=True, java_script_enabled=how["has_script"])
        cookie = get_cookie_signer(salt=COOKIE + COOKIE_SALT).sign(KEY)
        first.context.add_cookies([{"name": COOKIE, "value": cookie, "url": site}])
        visitor = Visitor(first.context, draft, page=page, **how)
        first.close()
        return visitor

    return open_page


def assert_shown(visitor, fields):
    """Compare every field of a page with what it had."""
    kept = EoiDraft.objects.get()
    assert kept.other_data == ""
    if visitor.name == "check/":
        # What was answered is asked no longer, and is one of the answers.
        assert kept.answers["time_zone"] == visitor.typed["time_zone"]
        with override(visitor.language):
            chosen = city(visitor.typed["time_zone"])
        expect(visitor.page.get_by_role("main")).to_contain_text(chosen)
    else:
        values = [value for _name, value in fields]
        assert all(
            any(value.startswith(text) for value in values) for text in visitor.typed.values()
        )
        assert visitor.fields() == fields


# The languages by turns. Without scripts, tests/eoi/test_kept_pages.py shows the same of the parts
# of the form.
WALKS = [
    *((page, True, LANGUAGES[number % 2]) for number, page in enumerate(PAGES, start=1)),
    ("draft/<token>/", False, "en"),
]


@pytest.mark.parametrize(("page", "has_script", "language"), WALKS)
def test_nothing_is_lost_whatever_is_done_after_typing(visit, page, has_script, language):
    visitor = visit(page, language=language, has_script=has_script)

    for number, step in enumerate(STEPS):
        visitor.type(ending=f" {number}")
        fields = visitor.fields()
        if has_script:
            visitor.wait_for_script()
        else:
            # Each page has this button, which posts what was typed.
            visitor.switch()

        step(visitor)

        assert_shown(visitor, fields)
        if page == "check/":
            visitor.ask_again()


# Some of the times after the last key, in ms. By itself, the script saves after three seconds.
PAUSES = {"fast": (100, 1200, 2500), "slow": (300,)}
# In seconds of the real clock.
FOUND_WITHIN = 30


@pytest.mark.parametrize("line", PAUSES)
def test_reload_soon_after_the_last_key_shows_what_was_typed(new_page, line):
    make_call()
    for pause in PAUSES[line]:
        page = new_page(is_new=True)
        if line == "slow":
            use_slow_line(page)
        page.clock.install()
        page.goto("/en/expression-of-interest/")
        form = page.locator("#eoi-form")
        page.get_by_label("Name of the organisation").press_sequentially(f"Ministry {pause}")
        page.get_by_label("Member State").check()
        page.get_by_label("What do you want to bring or achieve?").fill("One\n\nand another.")
        typed = form.evaluate(ANSWERED)
        page.clock.run_for(pause)

        page.reload()

        page.clock.run_for(2000)
        assert eventually(lambda: form.evaluate(ANSWERED) == typed, within=FOUND_WITHIN)  # noqa: B023
        # Who goes on makes no second version.
        page.get_by_label("Position", exact=True).fill("Director")
        page.clock.run_for(3000)
        expect(page.locator(".save-state")).to_contain_text(re.compile(r"\d:\d"))
        page.reload()
        expect(page.get_by_label("Position", exact=True)).to_have_value("Director")
        draft = EoiDraft.objects.get()
        assert (draft.answers["organisation_name"], draft.other_data) == (f"Ministry {pause}", "")
        draft.delete()


@pytest.mark.parametrize("page", PAGES)
def test_reload_before_the_script_saves_shows_what_was_typed_on_each_page(visit, page):
    visitor = visit(page, language="en", has_script=True)
    visitor.type()
    fields = visitor.fields()

    visitor.page.reload()

    visitor.page.clock.run_for(2000)
    if page != "check/":
        assert eventually(lambda: visitor.fields() == fields, within=FOUND_WITHIN)
    assert_shown(visitor, fields)


def test_page_on_which_somebody_types_already_takes_nothing(visit):
    visitor = visit("", language="en", has_script=True)
    visitor.type(ending=" here")
    fields = visitor.fields()
    save_elsewhere(motivation="from a page that was left")

    with visitor.page.expect_response(
        lambda response: "newer=1" in (response.request.post_data or "")
    ):
        visitor.page.clock.run_for(2000)
    visitor.page.clock.run_for(3000)

    expect(visitor.state).to_contain_text("Changed in another window.")
    assert visitor.fields() == fields
    kept = EoiDraft.objects.get()
    assert kept.answers["motivation"] == "from a page that was left"
    assert kept.other_answers["acronym"] == "R北 here"


def test_page_that_takes_what_is_newer_opens_and_counts_what_it_takes(visit):
    visitor = visit("", language="en", has_script=True)
    save_elsewhere(motivation="One two three", acronym="MDA", contributions=["policy"])

    visitor.page.clock.run_for(2000)

    expect(visitor.page.get_by_role("textbox", name="Acronym")).to_have_value("MDA")
    expect(visitor.page.get_by_role("textbox", name="Acronym")).to_be_visible()
    motivation = visitor.page.get_by_label("What do you want to bring or achieve?")
    expect(motivation).to_have_value("One two three")
    expect(visitor.page.get_by_text("Words: 3 of")).to_be_visible()
    ticked = visitor.page.locator("[name=contributions]:checked")
    assert [box.get_attribute("value") for box in ticked.all()] == ["policy"]
    expect(visitor.state).to_contain_text(re.compile(r"\d:\d"))


def test_typing_without_a_pause_is_saved_within_ten_seconds(visit):
    visitor = visit("", language="en", has_script=True)
    motivation = visitor.page.get_by_label("What do you want to bring or achieve?")
    posted = []
    visitor.page.on("request", lambda request: posted.append(request.post_data or ""))

    for letter in "Without a pa":
        motivation.press_sequentially(letter)
        visitor.page.clock.run_for(900)

    assert any("keep=1" in body for body in posted)
    assert eventually(
        lambda: "Without" in EoiDraft.objects.get().answers["motivation"], within=FOUND_WITHIN
    )


def test_save_that_is_on_its_way_is_sent_again_when_the_page_is_left(visit):
    visitor = visit("", language="en", has_script=True)
    held = []
    visitor.page.route("**/*", lambda route: held.extend([route]), times=1)
    visitor.type()
    fields = visitor.fields()
    visitor.page.clock.run_for(3000)
    # A request is handled only while something is asked of the browser.
    assert eventually(lambda: visitor.fields() and held, within=FOUND_WITHIN)

    visitor.page.reload()

    visitor.page.clock.run_for(2000)
    assert eventually(lambda: visitor.fields() == fields, within=FOUND_WITHIN)
    assert_shown(visitor, fields)


def test_form_that_is_cleared_is_not_saved_once_more(visit):
    visitor = visit("", language="en", has_script=True)
    visitor.type()
    posted = []
    visitor.page.on("request", lambda request: posted.append(request.post_data or ""))

    visitor.page.get_by_role("button", name="Clear this form").click()

    expect(visitor.page.get_by_text("The form is cleared.")).to_be_visible()
    assert [body for body in posted if "keep=1" in body] == []
    assert not EoiDraft.objects.exists()


@pytest.mark.parametrize("page", PAGES)
def test_what_was_typed_offline_is_saved_later(visit, console, page):
    console.is_listening = False
    visitor = visit(page, language=LANGUAGES[-1], has_script=True)
    context = visitor.page.context

    context.set_offline(True)
    visitor.type()
    fields = visitor.fields()
    visitor.page.clock.run_for(3000)
    expect(visitor.state).to_contain_text(visitor.state.get_attribute("data-offline"))
    # The browser's error page would take the place of the form.
    visitor.page.locator("#eoi-form .btn-main").click()
    assert visitor.fields() == fields
    context.set_offline(False)
    visitor.wait_for_script()
    visitor.page.reload()

    assert_shown(visitor, fields)
