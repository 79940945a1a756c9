"""Every URL of the portal with existing rows, and rules that every response must follow."""

import html
import re
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from urllib.parse import urlencode

from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse
from django.utils import timezone

from accounts.services.invitations import token_of
from eoi.models import EoiDraft
from members.models import MemberStatus, Reason
from members.seed import uid_of_reason
from members.services.private_links import LinkPurpose, confirmation_code, token_for
from outbox.models import MessageStatus
from tests.eoi.form import ANSWERS
from tests.factories import CallFactory, FocalPointFactory, InvitationFactory, MessageFactory
from tests.hostile.pages import SCRIPTS, Page
from tests.hostile.values import MARK
from tests.hostile.wire import URLENCODED, changed, urlencoded
from tests.sweeps.addresses import Address, Browser, Visitors, addresses, parameters_by_name

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^()]*\)")
# Pages only for users who are not signed in.
SIGNED_OUT = {
    "account_login",
    "accounts:sign_in",
    "admin:login",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
# The page with the form, if it differs from the URL to which its first button sends it.
ELSEWHERE = {
    "eoi:draft": ("eoi:draft", "eoi:create"),
    "eoi:save_draft": ("eoi:create", "eoi:create"),
}
# Values that complete a form, so that one hostile answer is its only error.
FILLED = {
    "eoi:correct": {
        "acronym": "NEW",
        "position": "Director",
        "alternate_position": "Deputy",
        "confirmed": "1",
    },
    "eoi:create": {**ANSWERS, "confirmed": "1"},
    "eoi:answer": {"answer": "An answer."},
    "eoi:recover_link": {"email": "ada@example.org"},
    "eoi:withdraw": {"reason": "A reason."},
    # The values of the other buttons are empty.
    "eoi:hand_over": {
        "family_name": "Hopper",
        "position": "Director",
        "email": "grace@example.org",
        "take_back": "",
    },
    "eoi:accept_handover": {"privacy_consent": "on", "decline": ""},
    "eoi:draft": {**ANSWERS},
    "eoi:save_draft": {**ANSWERS, "link_to": "wanjiku@example.org"},
    "eoi:delete_draft": {},
    "eoi:sign_off": {},
    "eoi:confirm_answers": {"name": "Ada Lovelace", "position": "Minister"},
    "accounts:sign_in": {"username": "officer@example.org", "password": "not the password"},
    "account_reauthenticate": {"password": "correct horse battery"},
    "admin:accounts_user_add": {
        "email": "new@example.org",
        "password1": "correct horse battery",
        "password2": "correct horse battery",
    },
    "accounts:invitation": {
        "new_password1": "correct horse battery",
        "new_password2": "correct horse battery",
    },
    "admin:accounts_user_change_role": {"role": "observer"},
    "admin:accounts_user_deactivate": {"reason": "A reason."},
    "admin:accounts_user_invite": {
        "name": "Kofi Mensah",
        "email": "kofi@example.org",
        "role": "observer",
    },
    "admin:auth_group_add": {"name": "A group"},
    "admin:focus_areas_link_add": {"url": "https://example.org/a", "title_en": "A title"},
    "admin:meetings_meeting_add": {
        "kind": "meeting",
        "title": "A title",
        "first_day": "2030-01-02",
        "start_time": "10:00",
        "end_time": "11:00",
    },
    "admin:members_call_add": {
        "title_en": "A title",
        "opens_at": "2030-01-02T10:00",
        "closes_at": "2030-02-02",
        "grace_ends_at": "2030-02-03T13:00",
        "contact_email": "coalition@example.org",
    },
    "admin:members_call_close_now": {},
    "admin:members_call_extend": {"closes_at": "2040-01-02"},
    "admin:members_call_open_now": {},
    "admin:members_member_close": {"reason": "abandoned"},
    "admin:members_member_correct": {
        "reason": "A reason.",
        "position": "Director",
        "alternate_position": "Deputy",
    },
    "admin:members_member_record_answer": {"answer": "An answer."},
    "admin:members_member_request_information": {"missing": "Something."},
    "admin:outbox_messagetemplate_change": {"subject": "A subject"},
    "admin:password_change": {
        "old_password": "correct horse battery",
        "new_password1": "staple battery horse",
        "new_password2": "staple battery horse",
    },
    "admin:auth_user_password_change": {
        "password1": "staple battery horse",
        "password2": "staple battery horse",
    },
}

# The buttons of a decision's form. Only one is pressed at a time.
STEPS = ("decide", "preview", "save_draft", "throw_away", "show_letter")
# Buttons that show a form again instead of sending it.
LOOKING = ("show_hours", "take")


@cache
def routes():
    """Return the route of every URL by its name, or by the route if it has no name."""
    return {
        name or route: route.replace("^", "").removesuffix("$")
        for name, _pattern, route in addresses()
    }


def parameters_of(name):
    return [found[2] or found[3] for found in PARAMETER.finditer(routes()[name])]


def path_to(name, given):
    """Return the URL with its parameters, which are escaped already."""
    route = routes()[name].replace("\\Z", "").replace("\\", "")
    return "/" + PARAMETER.sub(lambda found: given[found[2] or found[3]], route)


class Site:
    """Rows for every URL, a user with all permissions, and each form."""

    def __init__(self):
        now = timezone.now()
        week = timedelta(days=7)
        CallFactory(opens_at=now - week, closes_at=now + week)
        self.visitors = Visitors()
        EoiDraft.objects.update(form_data=urlencode(ANSWERS))
        self.superuser = self.visitors.account("superuser")
        self.superuser.set_password("correct horse battery")
        self.superuser.save()
        self.person = self.visitors.focal_points["submitter"]
        self.member = self.person.member
        FocalPointFactory(member=self.member, is_alternate=True)
        self.failed_message = MessageFactory(status=MessageStatus.FAILED)
        asked = FocalPointFactory(member__status=MemberStatus.INFORMATION_REQUESTED)
        invitation = InvitationFactory(sent_at=now, expires_at=now + week)
        self.tokens = {
            "accounts:invitation": token_of(invitation),
            "eoi:answer": token_for(asked, LinkPurpose.EOI),
        }
        # Loading the middleware takes as long as many requests.
        self._portal = ClientHandler(enforce_csrf_checks=False)
        self.sign_in()

    def sign_in(self):
        """Sign in a user with all permissions, and forget the rows that another test created."""
        self._paths, self._forms = {}, {}
        client = Client()
        client.force_login(self.superuser)
        # Recently, so that the pages of the second factor are open.
        client.post("/accounts/confirm/password/", {"password": "correct horse battery"})
        self._cookies = client.cookies
        self._cookies_of_lead = self.visitors.cookies["focal point"]

    def client(self, name=""):
        """Return a new client of the user with all permissions, signed in if that is useful.

        The pages of commitments are for the lead.
        """
        client = Browser(self._portal)
        if name.startswith("commitments:"):
            client.cookies = self._cookies_of_lead.copy()
        elif name not in SIGNED_OUT:
            client.cookies = self._cookies.copy()
        return client

    def form_of(self, name):
        """Return the data of the form at a URL, filled in correctly, if it has one."""
        if name not in self._forms:
            for each in {name, *ELSEWHERE.get(name, ())}:
                self.path_of(each)
            with untouched():
                self._forms[name] = self._fill_in(name)
        return self._forms[name]

    def _fill_in(self, name):
        opened, sent_to = ELSEWHERE.get(name, (name, name))
        client, path = self.client(name), self.path_of(sent_to)
        page = client.get(self.path_of(opened))
        if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
            return {}
        fields = Page(page).fields_of(path)
        fields = {name: values for name, values in fields.items() if name not in LOOKING}
        filled = FILLED.get(name, {})
        if name == "eoi:confirmation_code":
            code = confirmation_code(self.person)
            filled = {"reference": self.member.reference, "code": code}
        if name == "admin:members_member_decline":
            filled = {"reasons": str(Reason.objects.get(uid=uid_of_reason("principles")).pk)}
        for field, value in filled.items():
            fields[field] = [value.encode()]
        if "composed" in fields:
            # The letter depends on the choice, so the form is requested again with it.
            undecided = {name: values for name, values in fields.items() if name not in STEPS}
            page = client.post(path, urlencoded(changed(undecided, {})), URLENCODED)
            fields = Page(page).fields_of(path)
            fields = {name: values for name, values in fields.items() if name not in STEPS}
            fields["decide"] = [b"1"]
        return fields

    def path_of(self, name):
        """Return the URL with parameters of existing rows, which the first call in a test adds."""
        if name not in self._paths:
            self._paths[name] = self._new_path(name)
        return self._paths[name]

    def _new_path(self, name):
        if name in self.tokens:
            return reverse(name, args=[self.tokens[name]])
        if name not in parameters_by_name():
            return path_to(name, dict.fromkeys(parameters_of(name), "1"))
        of_others = {"commitments:host": "other group", "eoi": "submitter"}
        whose = of_others.get(name) or of_others.get(name.partition(":")[0], "focal point")
        return Address(name).of(whose, self.visitors)


@contextmanager
def untouched():
    """Undo the changes of a request, so that the next one has the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def assert_harmless(response):
    """Check that there is a valid response without executable input in its markup."""
    is_monitor = response.request["PATH_INFO"] == "/readyz"
    assert response.status_code < 500 or (is_monitor and response.status_code == 503)
    if response.streaming:
        b"".join(response.streaming_content)
        return
    if not response.content:
        return
    kind = response["Content-Type"].partition(";")[0]
    if response.status_code >= 400 and kind != "application/json":
        assert kind in {"text/html", "text/plain"}
        assert b"</html>" in response.content or kind == "text/plain"
    if kind == "text/html":
        assert executed_by(response) == []


def executed_by(response):
    """Return the input that a page executes. The page is parsed only if it may contain any."""
    words = html.unescape(response.content.decode()).lower()
    return Page(response).executed if any(each in words for each in (MARK, *SCRIPTS)) else []
