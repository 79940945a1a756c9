"""Every URL of the portal with existing rows, and rules that every response must follow."""

import html
import re
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from accounts.services.invitations import token_of
from commitments.models import CommitmentStatus
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from members.models import MemberStatus, Reason
from members.seed import uid_of_reason
from members.services.private_links import (
    LinkPurpose,
    confirmation_code,
    token_about_commitment,
    token_for,
    token_for_object,
)
from outbox.models import MessageStatus, MessageTemplate
from tests.commitments.kinds import commitments_of_all_kinds
from tests.eoi.form import ANSWERS
from tests.factories import (
    CallAlertFactory,
    CallFactory,
    EoiDraftFactory,
    ExportFactory,
    FocalPointFactory,
    HeartbeatFactory,
    ImportFactory,
    InvitationFactory,
    LinkFactory,
    MeetingFactory,
    MemberFactory,
    MessageFactory,
    RoleTransferFactory,
    SignOffFactory,
    UserFactory,
)
from tests.hostile.pages import SCRIPTS, Page
from tests.hostile.values import MARK
from tests.hostile.wire import URLENCODED, changed, urlencoded
from tests.sweeps.addresses import ABOUT_A_COMMITMENT, COMMITMENTS, PURPOSES, ROWS
from triage.decisions.admin.specs import DECISIONS

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^()]*\)")
# The status that a row must have so that its page has a form.
STATUSES = {
    **{decision.url_name: decision.from_statuses[0] for decision in DECISIONS},
    "eoi:answer": MemberStatus.INFORMATION_REQUESTED,
    "admin:members_member_resend": MessageStatus.FAILED,
    "admin:outbox_message_retry": MessageStatus.FAILED,
    "admin:meetings_meeting_put_on_the_calendar": MeetingStatus.DRAFT,
}
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

# Parameters that name no row.
ANY = {
    "app_label": "members",
    "chapter": "decisions",
    "kind": "csv",
    "part": "what",
    "resource": "places",
    "url": "nothing/here/",
}

# The buttons of a decision's form. Only one is pressed at a time.
STEPS = ("decide", "preview", "save_draft", "throw_away", "show_letter")
# Buttons that show a form again instead of sending it.
LOOKING = ("show_hours", "take")


@cache
def routes():
    """Return the route of every URL by its name, or by the route if it has no name."""
    return dict(_routes(get_resolver().url_patterns, "", ""))


def _routes(patterns, namespace, route):
    for pattern in patterns:
        here = route + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}" if pattern.name else here, here.removesuffix("$")
        else:
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _routes(pattern.url_patterns, inside, here)


def parameters_of(name):
    return [found[2] or found[3] for found in PARAMETER.finditer(routes()[name])]


def path_to(name, given):
    """Return the URL with its parameters, which are escaped already."""
    route = routes()[name].replace("\\Z", "").replace("\\", "")
    return "/" + PARAMETER.sub(lambda found: given[found[2] or found[3]], route)


# The default rows, by the parameter that names one.
ESSENTIAL_VALUES = {
    "slug": lambda: FocusArea.objects.get(number=1).slug,
    "uid": lambda: Meeting.objects.public().earliest("pk").uid,
}


class Site:
    """Rows of every kind in every status, a user with all permissions, and each form."""

    def __init__(self):
        now = timezone.now()
        self.call = CallFactory(opens_at=now - timedelta(days=7), closes_at=now + timedelta(days=7))
        self.superuser = UserFactory(is_superuser=True)
        self.superuser.set_password("correct horse battery")
        self.superuser.save()
        self.members = {status: MemberFactory(status=status) for status in MemberStatus}
        for member in self.members.values():
            FocalPointFactory(member=member)
            FocalPointFactory(member=member, is_alternate=True)
        self.member = self.members[MemberStatus.PENDING]
        lead = self.members[MemberStatus.ADMITTED]
        self.lead = UserFactory(email=lead.focal_points.first().email, is_staff=False)
        self.commitments = commitments_of_all_kinds(lead=lead, at=now)
        self.commitment = self.commitments[CommitmentStatus.PUBLISHED]
        self.messages = {
            MessageStatus.QUEUED: MessageFactory(),
            MessageStatus.FAILED: MessageFactory(
                status=MessageStatus.FAILED,
                reference=self.member.reference,
                topic=f"x/focal-point-{self.member.focal_points.first().pk}",
            ),
        }
        tomorrow = now + timedelta(days=1)
        self.rows = {
            "draft": EoiDraftFactory(expires_at=tomorrow),
            "sign off": SignOffFactory(
                draft=EoiDraftFactory(expires_at=tomorrow, form_data=urlencode(ANSWERS))
            ),
            "successor": RoleTransferFactory(
                focal_point=self.member.focal_points.first(), expires_at=tomorrow
            ),
            "alert": CallAlertFactory(),
            "partner": self.commitment.partners.get(),
        }
        self.invitation = InvitationFactory(sent_at=now, expires_at=tomorrow)
        self.meetings = {status: MeetingFactory(status=status) for status in MeetingStatus}
        self.calls = {
            "admin:members_call_close_now": self.call,
            "admin:members_call_open_now": CallFactory(
                opens_at=tomorrow, closes_at=tomorrow + timedelta(days=7)
            ),
        }
        self.others = {
            "link": LinkFactory(),
            "call": CallFactory(),
            "user": UserFactory(),
            "export": ExportFactory(),
            "import": ImportFactory(),
        }
        self.template = MessageTemplate.objects.get(template_type="received", language="en")
        HeartbeatFactory()
        self.values = {
            "content_type_id": ContentType.objects.get_for_model(Meeting).pk,
            "other": lead.pk,
            "focal_point": self.member.focal_points.first().pk,
            "template": self.template.pk,
            "version": self.template.version,
            "message": self.messages[MessageStatus.FAILED].pk,
        }
        self._forms = {}
        # Loading the middleware takes as long as many requests.
        self._portal = ClientHandler(enforce_csrf_checks=False)
        self.sign_in()

    def sign_in(self):
        """Sign in a user with all permissions."""
        client = Client()
        client.force_login(self.superuser)
        # Recently, so that the pages of the second factor are open.
        client.post("/accounts/confirm/password/", {"password": "correct horse battery"})
        self._cookies = client.cookies
        lead = Client()
        lead.force_login(self.lead)
        self._cookies_of_lead = lead.cookies

    def client(self, name=""):
        """Return a new client of the user with all permissions, signed in if that is useful.

        The pages of commitments are for the lead.
        """
        client = Client()
        client.handler = self._portal
        if name.startswith("commitments:"):
            client.cookies = self._cookies_of_lead.copy()
        elif name not in SIGNED_OUT:
            client.cookies = self._cookies.copy()
        return client

    def form_of(self, name):
        """Return the data of the form at a URL, filled in correctly, if it has one."""
        if name not in self._forms:
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
            person = self.member.focal_points.first()
            filled = {"reference": self.member.reference, "code": confirmation_code(person)}
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
        """Return the URL with parameters of existing rows."""
        return path_to(name, {key: str(self._value(key, name)) for key in parameters_of(name)})

    def _value(self, parameter, name):
        if parameter == "token":
            return self._token(name)
        if parameter in ANY:
            return ANY[parameter]
        if parameter in ESSENTIAL_VALUES:
            return ESSENTIAL_VALUES[parameter]()
        if name.startswith("commitments:"):
            return self._of_a_commitment(parameter, name)
        if parameter in self.values:
            return self.values[parameter]
        return self._row(name).pk

    def _of_a_commitment(self, parameter, name):
        commitment = self.commitments[COMMITMENTS.get(name, CommitmentStatus.PUBLISHED)]
        known = {
            "reference": commitment.reference,
            "key": self.rows["partner"].key,
            "number": 1,
            "month": "2021-10",
            "name": "places.csv",
        }
        return known[parameter]

    def _token(self, name):
        if name == "accounts:invitation":
            return token_of(self.invitation)
        if name in ROWS:
            return token_for_object(self.rows[ROWS[name]])
        admitted = self.members[MemberStatus.ADMITTED].focal_points.first()
        if name in ABOUT_A_COMMITMENT:
            purpose, reference = ABOUT_A_COMMITMENT[name], self.commitment.reference
            host = self.commitment.acknowledgements.get().member.focal_points.get()
            person = host if purpose == LinkPurpose.HOST else admitted
            return token_about_commitment(person, purpose, reference=reference)
        if name in PURPOSES:
            return token_for(admitted, PURPOSES[name])
        member = self.members.get(STATUSES.get(name), self.member)
        return token_for(member.focal_points.first(), LinkPurpose.EOI)

    def _row(self, name):
        status = STATUSES.get(name)
        if name in self.calls:
            return self.calls[name]
        if "members_member" in name:
            return self.members.get(status, self.member)
        if "outbox_messagetemplate" in name:
            return self.template
        if "outbox_message" in name:
            return self.messages.get(status, self.messages[MessageStatus.QUEUED])
        if "meetings_meeting" in name:
            return self.meetings.get(status, self.meetings[MeetingStatus.SCHEDULED])
        if "focusarea" in name:
            return FocusArea.objects.get(number=2)
        for kind, row in self.others.items():
            if f"_{kind}_" in name:
                return row
        return self.superuser


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
