"""Every admin page in a real browser: each template with all rules, and with form errors.

New URLs are included automatically. URLs that are not pages are in NO_PAGES.
"""

import re
from collections import defaultdict
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.template.loader import render_to_string
from django.test.signals import template_rendered
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.services.invitations import invitation_url
from members.models import Member, MemberStatus
from outbox.models import MessageStatus
from tests.accounts.second_factor import (
    code_of,
    give_app,
    give_recovery_codes,
    passkey_of,
    with_password,
)
from tests.factories import (
    BulkItemFactory,
    FocusAreaFactory,
    InvitationFactory,
    MemberFactory,
    MessageFactory,
    UserFactory,
)
from tests.journeys.rules import CLICKED_ON, COVERED, RULES, WCAG
from tests.journeys.steps import give_password
from tests.sweeps.addresses import PASSKEY_URLS, Address, parameters_by_name
from tests.sweeps.rows import a_row_of
from tests.triage.staff import QUEUE, coordinator, observer

STAFF_PREFIXES = ("admin:", "accounts:", "account_", "mfa_")
# Not a page of its own, but checked too.
NO_PAGES = {
    "accounts:sign_out",
    "admin:autocomplete",
    "admin:commitments_commitment_take_back_request",
    "admin:commitments_exchangerate_import_confirm",
    "admin:commitments_report_result_of_the_month",
    "admin:figures_export",
    "admin:framework_framework_consolidate_presence",
    "admin:mailings_mailing_export",
    "admin:mailings_mailing_preview_typed",
    "admin:mailings_mailing_progress",
    "admin:meetings_meeting_expected_export",
    "admin:meetings_meeting_expected_remind",
    "admin:papers_paper_file",
    "admin:inbox_incomingmail_file",
    "admin:jsi18n",
    "admin:logout",
    "admin:members_member_answer_file",
    "admin:members_member_bulk_run_progress",
    "admin:members_member_follow_up_now",
    "admin:members_member_follow_up_skip",
    "admin:members_member_import_confirm",
    "admin:members_member_import_template",
    "admin:members_member_presence",
    "admin:commitments_commitment_reply_file",
    "admin:members_member_reply_file",
    "admin:members_member_propose_again",
    "admin:members_member_set_apart",
    "admin:members_member_take_back_from_spam",
    "admin:members_member_withdraw_opinion",
    "admin:outbox_messagetemplate_preview_typed",
    "admin:outbox_messagetemplate_refused_translations",
    "admin:outbox_messagetemplate_review",
    "admin:outbox_messagetemplate_store_translations",
    "admin:outbox_messagetemplate_translations",
    "admin:privacy_erasurerequest_cancel",
    "admin:privacy_erasurerequest_consent",
    "mfa_download_recovery_codes",
    "admin:members_member_undo",
    "admin:commitments_commitment_undo",
    "admin:opportunities_opportunity_undo",
    "admin:opportunities_opportunity_reply_file",
    "admin:inbox_incomingmail_detach",
}
# E-mails, which are shown in a frame that forbids scripts.
MAILS = (
    "_mailing_mail",
    "_membermessage_preview",
    "_message_preview",
    "_messagetemplate_preview",
)
DESK = {"viewport": {"width": 1280, "height": 900}}
FIELDS = "input:not([type=hidden], [type=submit]), select, textarea"
FORMS = f"main form[method=post]:has({FIELDS})"
SEND_EMPTY = """form => {
  for (const field of form.elements) {
    if (["checkbox", "radio"].includes(field.type)) field.checked = false;
    else if (field.tagName === "SELECT") field.selectedIndex = -1;
    else if (!["hidden", "submit", "button"].includes(field.type)) field.value = "";
  }
  const buttons = [...form.elements].filter(element => element.type === "submit");
  form.noValidate = true;
  form.requestSubmit(buttons.find(button => button.matches(".default, .btn-main")) ?? buttons[0]);
}"""
# Elements that have keyboard focus without showing it.
UNFOCUSED = """elements => elements.filter(element => {
  element.focus();
  const {outlineStyle, outlineWidth} = getComputedStyle(element);
  return element === document.activeElement && (outlineStyle === "none" || outlineWidth === "0px");
}).map(element => element.outerHTML.slice(0, 200))"""
FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
# The element of a page that contains the errors.
REFUSAL = ".errornote, .errorlist, .messagelist :is(.is-warn, .is-error), [role=alert]"
PATHS = """forms => forms.map(
  form => new URL(form.getAttribute("action") ?? "", location).pathname)"""
CLASSES = "elements => elements.map(element => element.className)"


def by_part():
    """Return the names of admin URLs, by the part of the admin."""
    parts, labels = defaultdict(list), [config.label for config in apps.get_app_configs()]
    for name in sorted(parameters_by_name()):
        namespace, _colon, rest = name.rpartition(":")
        if not name.startswith(STAFF_PREFIXES):
            continue
        if namespace != "admin":
            parts["second factor"].append(name)
        elif rest.startswith("members_member_"):
            # This part has the most URLs, so it has three tests.
            page = rest.removeprefix("members_member_")
            parts[next(f"files from {letter}" for letter in "mda" if page >= letter)].append(name)
        else:
            of_an_app = (label for label in labels if rest.startswith(f"{label}_"))
            parts[next(of_an_app, "site")].append(name)
    return parts


PARTS = by_part()


class Walk:
    """A walk through pages. Each kind of page is checked in every way once."""

    def __init__(self, page, reader, rules, new_rules, drawn, seen):
        self.page, self.reader, self.rules, self.new_rules = page, reader, rules, new_rules
        self.drawn, self.seen = drawn, seen
        self.found, self.statuses = [], set()

    def look(self, *, is_mail=False, of=None, is_of_address=False):
        """Record the violations of the open page, and return whether its kind is a new one.

        For a template or an error page that was checked before, only covered elements are recorded.
        What `is_of_address` is checked as in other journeys: once, and later its new elements.
        """
        if of and not self.seen.add(f"desk of {self.reader}", [of]):
            self.found += self.page.evaluate(COVERED, CLICKED_ON)
            return False
        # An e-mail needs no landmarks.
        rules = WCAG if is_mail else RULES
        check = self.new_rules if is_of_address else self.rules.look_at
        self.found += check(self.page, only=rules, also_dark=True, also_narrow=True)
        return True

    def is_like_another(self, path):
        """Whether a page has the template of another one, as the server says without a browser."""
        self.drawn.clear()
        answer = self.page.request.get(path)
        return answer.ok and bool(self.drawn) and self.has_seen(self.drawn[0])

    def has_seen(self, template):
        return self.seen.has(f"desk of {self.reader}", template)

    def open(self, path):
        """Check a page, and the errors of each of its forms if they are sent empty."""
        self.drawn.clear()
        status = self.page.goto(path).status
        # All pages with a refusal look the same.
        is_page = status == 200
        if (is_page or status not in self.statuses) and self.look(
            of=self.drawn[0], is_of_address=is_page
        ):
            self.look_at_the_focus()
        self.statuses.add(status)
        sent_to = self.page.locator(FORMS).evaluate_all(PATHS) if is_page else []
        for number, other in enumerate(sent_to):
            # Many pages have the form of a note, which refuses in the same way on each of them.
            is_own = other == urlsplit(self.page.url).path
            if is_own or self.seen.add("forms of the desk", [resolve(other).view_name]):
                self.send_empty(path, number)

    def look_at_the_focus(self):
        """Record the elements that do not show keyboard focus."""
        self.page.keyboard.press("Tab")
        unseen = self.page.locator(FOCUSABLE).evaluate_all(UNFOCUSED)
        self.found += [f"{self.page.url}: no focus on {html}" for html in unseen]

    def send_empty(self, path, number):
        if number:
            self.page.goto(path)
        with self.page.expect_navigation():
            self.page.locator(FORMS).nth(number).evaluate(SEND_EMPTY)
        if urlsplit(self.page.url).path == urlsplit(path).path:
            refusals = self.page.locator(REFUSAL).evaluate_all(CLASSES)
            self.look(of=" ".join(sorted(set(refusals))), is_of_address=True)
            if not refusals:
                self.found.append(f"{path} does not say that it took nothing")

    def read(self, content, *, is_mail=False):
        """Check the HTML of an e-mail as a page, because the rules cannot run in its frame."""
        if is_mail:
            self.page.goto("about:blank")
        self.page.set_content(content)
        self.look(is_mail=is_mail)


@pytest.fixture
def person():
    person = with_password(name="Amina Diallo", is_superuser=True)
    passkey_of(person)
    give_app(person)
    give_recovery_codes(person)
    return person


@pytest.fixture
def drawn():
    """The names of the rendered templates, starting with the page's own."""
    names = []

    def note(template, **_more):
        names.append(template.name)

    template_rendered.connect(note)
    yield names
    template_rendered.disconnect(note)


@pytest.fixture
def walk_in(all_rules, broken_rules, seen, console, site, drawn):
    """Start a walk with a page that sends requests only to the portal."""

    def begin(page, reader="superuser"):
        page.on(
            "request", lambda request: request.url.startswith(site) or console.note(request.url)
        )
        return Walk(page, reader, all_rules, broken_rules, drawn, seen)

    return begin


def begin_sign_in(page, person):
    page.goto(reverse("accounts:sign_in"))
    give_password(page, person.email)
    page.wait_for_url(f"**{reverse('mfa_authenticate')}**")


def path_of(name, person):
    address = Address(name)
    if name in PASSKEY_URLS:
        address.given["pk"] = person.authenticator_set.get(type=Authenticator.Type.WEBAUTHN).pk
    if name == "accounts:invitation":
        at = timezone.now()
        invitation = InvitationFactory(sent_at=at, expires_at=at + timedelta(days=7))
        return urlsplit(invitation_url(invitation)).path
    if name == "admin:members_member_bulk_run":
        address.given["run"] = BulkItemFactory(run__by=person).run.pk
    path = address.of("superuser", None)
    if name.endswith("_several"):
        path += "?" + urlencode({"file": [a_row_of(Member).pk for _n in range(2)]}, doseq=True)
    return path


# An app has up to forty pages, each of which is opened several times.
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "which", ["a template", pytest.param("an address", marks=pytest.mark.long)]
)
@pytest.mark.parametrize("part", PARTS)
def test_every_page_is_accessible_also_in_the_dark_narrow_and_with_errors(
    new_page, page_of, walk_in, person, part, which
):
    walk = walk_in(page_of(person, **DESK))
    if part == "second factor":
        # Its pages open only soon after a sign-in.
        walk = walk_in(new_page(**DESK))
        begin_sign_in(walk.page, person)
        walk.page.get_by_label("Code", exact=True).fill(code_of())
        walk.page.get_by_role("button", name="Sign in", exact=True).click()
        walk.page.wait_for_url("**/admin/")

    for name in PARTS[part]:
        path = path_of(name, person)
        if name in NO_PAGES:
            answer = walk.page.request.get(path)
            assert (answer.status, answer.headers["content-type"][:9]) != (200, "text/html"), name
        elif name.endswith(MAILS):
            walk.read(walk.page.request.get(path).text(), is_mail=True)
        elif which == "an address" or not walk.is_like_another(path):
            walk.open(path)

    assert walk.found == []


def test_way_in_and_the_page_of_a_fault_are_accessible(new_page, walk_in, person):
    walk = walk_in(new_page(**DESK))

    walk.open(reverse("accounts:sign_in"))
    begin_sign_in(walk.page, person)
    walk.open(reverse("mfa_authenticate"))
    walk.read(render_to_string("500.html"))
    walk.read(render_to_string("503.html", {"is_sent": True}))

    assert walk.found == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_what_others_of_the_staff_only_read_is_accessible(page_of, walk_in, person):
    area = FocusAreaFactory(number=1)
    member = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)
    pages = [name for name in parameters_by_name() if re.match("admin:(index$|.+_change$)", name)]

    # A coordinator reads the same pages as an observer, and edits some that a superuser edits too.
    for reader, names in ((observer(), pages), (coordinator(area), ["admin:index"])):
        walk = walk_in(page_of(reader, **DESK), reader="those who read")
        walk.open(f"{QUEUE}{member.pk}/change/")
        for name in names:
            walk.open(path_of(name, person))

        assert walk.found == []


def test_list_of_long_and_foreign_names_is_accessible_and_fits(page_of, walk_in, person):
    for number in range(12):
        MessageFactory(
            recipient=f"{'x' * 50}-{number}@example.org",
            subject="وزارة الاتصالات" if number % 2 else "A subject " * 9,
            status=MessageStatus.FAILED if number % 3 else MessageStatus.QUEUED,
        )
        UserFactory(name="Nana Afua Konadu-Agyemang Wijesinghe" if number % 2 else "王")
    walk = walk_in(page_of(person, **DESK))

    for name in ("outbox_message_changelist", "accounts_user_staff", "audit"):
        walk.page.goto(reverse(f"admin:{name}"))
        assert walk.page.get_by_role("row").count() > 12
        walk.look()

    assert walk.found == []
