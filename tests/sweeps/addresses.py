"""Every named URL with an object for its parameters, and every kind of visitor."""

from contextlib import contextmanager
from copy import deepcopy
from datetime import date, timedelta
from functools import cache

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.template.base import Template
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import override
from factory import SubFactory

from accounts.models import User
from commitments.admin.specs import DECISIONS as COMMITMENT_DECISIONS
from commitments.models import CommitmentStatus
from core.spreadsheets import SpreadsheetFormat
from focus_areas.models import FocusArea
from mailings.models import MailingStatus
from meetings.models import MeetingStatus
from members.models import GrantedRole, Member, MemberStatus, SpamSignal
from members.services.private_links import (
    LinkPurpose,
    token_about_area,
    token_about_commitment,
    token_about_meeting,
    token_about_poll,
    token_for,
    token_for_object,
)
from opportunities.admin.specs import DECISIONS as OPPORTUNITY_DECISIONS
from outbox.models import MessageStatus, MessageTemplate
from tests.accounts.second_factor import a_passkey_of
from tests.commitments.kinds import commitments_of_all_kinds
from tests.factories import (
    ActionPointFactory,
    AmountFactory,
    CallAlertFactory,
    CommitmentFactory,
    DatePollFactory,
    DateProposalFactory,
    EoiDraftFactory,
    FocalPointFactory,
    GroupLetterFactory,
    MeetingFactory,
    MeetingProposalFactory,
    MemberFactory,
    PaperVersionFactory,
    PartFactory,
    ProposedChangeFactory,
    RoleTransferFactory,
    SeriesFactory,
    SignOffFactory,
    UserFactory,
)
from tests.sweeps.frameworks import framework_facts
from tests.sweeps.opportunities import (
    OPPORTUNITIES,
    opportunity_facts,
    opportunity_standing,
)
from tests.sweeps.rows import a_row_of
from tests.sweeps.rows_of_pages import (
    A_WEEK,
    ABOUT_MEMBERS,
    NOW,
    a_data_snapshot,
    a_file_of,
    a_meeting,
    a_paper,
    a_paragraph_of_a_framework,
    a_public_profile,
    a_received_file,
    an_answer_file,
)
from tests.triage.staff import coordinator, desk_manager, observer, officer, signed_in
from triage.decisions.admin.specs import CLEAR_SUSPICION, DECISIONS


def a_series_of(area):
    """Return a series with one meeting in a focus area."""
    series = SeriesFactory()
    MeetingFactory(
        focus_area=area,
        status=MeetingStatus.SCHEDULED,
        series=series,
        occurrence=series.first_day,
        starts_at=timezone.now() + timedelta(days=3),
    )
    return series


def an_action_point_of(area):
    """Return an action point of the co-lead of a focus area."""
    owner = Member.objects.filter(focus_area=area, granted_role=GrantedRole.CO_LEAD).latest("pk")
    return ActionPointFactory(meeting__focus_area=area, owner=owner)


def a_poll_of(area):
    """Return an open poll with a date to come in a focus area."""
    poll = DatePollFactory(focus_area=area, answer_by=NOW + A_WEEK)
    DateProposalFactory(poll=poll, starts_at=NOW + 2 * A_WEEK)
    return poll


# Parameters that name a row which hangs on that of the page.
ABOUT_ROWS = {
    **ABOUT_MEMBERS,
    "proposal": lambda poll: DateProposalFactory(poll=poll, starts_at=NOW + 2 * A_WEEK),
}
VISITORS = (
    "anonymous",
    "submitter",
    "focal point",
    "other group",
    "coordinator",
    "officer",
    "desk manager",
    "observer",
    "superuser",
)
# The object that opens each private URL, if it is not the link of the EOI's own page.
PURPOSES = {
    "participation:working_group": LinkPurpose.WORKING_GROUP,
    "participation:private_feed": LinkPurpose.FEED,
    "mailings:subscription": LinkPurpose.BULLETINS,
    "mailings:unsubscribe": LinkPurpose.BULLETINS,
}
# The URLs that open with a focal point's link about a meeting of the first focus area.
ABOUT_A_MEETING = {
    "participation:reply_by_link": LinkPurpose.RSVP,
    "participation:join_by_link": LinkPurpose.JOIN,
}
# The URLs that open with a focal point's link about a commitment of the first one: its lead reports
# about it, and the other one is its host.
ABOUT_A_COMMITMENT = {
    "commitments:report_by_link": LinkPurpose.REPORT,
    "commitments:host": LinkPurpose.HOST,
}
# The URLs that open with the link of a row that belongs to the submitter.
ROWS = {
    "eoi:draft": "draft",
    "eoi:delete_draft": "draft",
    "eoi:request_late": "draft",
    "eoi:sign_off": "draft",
    "eoi:confirm_answers": "sign off",
    "eoi:accept_handover": "successor",
    "eoi:call_alert": "alert",
    "commitments:partner_answer": "partner",
}
# One meeting of a series, in the future.
OCCURRENCE = {
    "series": SubFactory(SeriesFactory),
    "occurrence": date(2021, 11, 1),
    "starts_at": NOW + A_WEEK,
}
# The object that an admin page starts from, if it is not a new row.
STANDING = {
    **{each.url_name: {"status": each.from_statuses[0]} for each in DECISIONS},
    **{each.url_name: {"status": each.from_statuses[0]} for each in COMMITMENT_DECISIONS},
    **{each.url_name: opportunity_standing(each) for each in OPPORTUNITY_DECISIONS},
    CLEAR_SUSPICION.url_name: {"spam_signal": SpamSignal.HONEYPOT},
    "admin:mailings_mailing_go_on": {"status": MailingStatus.PAUSED},
    "admin:mailings_mailing_reschedule": {"status": MailingStatus.SCHEDULED},
    "admin:mailings_mailing_stop": {"status": MailingStatus.SENDING},
    "admin:mailings_mailing_take_back": {"status": MailingStatus.SCHEDULED},
    "admin:meetings_meeting_put_back": {"status": MeetingStatus.CANCELLED},
    "admin:meetings_meeting_series": OCCURRENCE,
    "admin:meetings_meeting_series_cancel": OCCURRENCE,
    "admin:meetings_meeting_series_days": OCCURRENCE,
    "admin:meetings_meeting_series_put_back": {**OCCURRENCE, "status": MeetingStatus.CANCELLED},
    "admin:meetings_meeting_series_put_on_the_calendar": OCCURRENCE,
    "admin:members_call_close_now": {"opens_at": NOW - A_WEEK, "closes_at": NOW + A_WEEK},
    "admin:members_call_open_now": {"opens_at": NOW + A_WEEK, "closes_at": NOW + 2 * A_WEEK},
    "admin:outbox_message_retry": {"status": MessageStatus.FAILED},
    "admin:outbox_message_write_again": {"status": MessageStatus.FAILED},
}
# About a file of a public paper in the first focus area, which is stored on disk.
FILE_URLS = {"admin:papers_paper_file", "participation:my_paper", "public_paper"}
# About a listed member with a public profile and a logo.
MEMBER_URLS = {"members:member_page", "members:logo"}
# The row of the first focus area that a page is about, if co-leads made it.
GROUP_ROWS = {
    "admin:mailings_mailing_group_letter": lambda area: GroupLetterFactory(focus_area=area),
    "mailings:group_letter": lambda area: GroupLetterFactory(focus_area=area),
    "admin:meetings_meeting_part": lambda area: PartFactory(focus_area=area),
    "admin:meetings_meeting_proposal": lambda area: MeetingProposalFactory(focus_area=area),
    "participation:proposal": lambda area: MeetingProposalFactory(focus_area=area),
    "participation:action_point_done": an_action_point_of,
    "participation:group_agenda": lambda area: MeetingFactory(
        focus_area=area, starts_at=NOW + A_WEEK
    ),
    "participation:my_poll": a_poll_of,
    "participation:my_series": a_series_of,
    "participation:rsvp_series": a_series_of,
    "participation:add_group_version": lambda area: (
        PaperVersionFactory(paper__focus_area=area).paper
    ),
}
# The status of the commitment that a page is about, if it is not a published one. Its lead is the
# member of the focal point, in the first focus area; the host is that of the other group.
COMMITMENTS = {
    "commitments:answer": CommitmentStatus.INFORMATION_REQUESTED,
    "commitments:check": CommitmentStatus.DRAFT,
    "commitments:correct": CommitmentStatus.SUBMITTED,
    "commitments:discard": CommitmentStatus.DRAFT,
    "commitments:edit": CommitmentStatus.DRAFT,
}
# The commitment that a decision needs, if a new one does not allow it.
PUBLISHED = {"status": CommitmentStatus.PUBLISHED}
COMMITMENT_ROWS = {
    "accept_change": lambda: (
        ProposedChangeFactory(commitment=CommitmentFactory(**PUBLISHED)).commitment
    ),
    "correct_texts": lambda: CommitmentFactory(**PUBLISHED),
    "write_english": lambda: CommitmentFactory(language="ur"),
    "count": lambda: AmountFactory(commitment=CommitmentFactory(**PUBLISHED)).commitment,
    "supersede": lambda: CommitmentFactory(**PUBLISHED, lead=CommitmentFactory(**PUBLISHED).lead),
}
COMMITMENT_ROWS["decline_change"] = COMMITMENT_ROWS["accept_change"]
# About a passkey. Whose it is does not matter, because the page asks people to confirm their
# identity.
PASSKEY_URLS = {"mfa_edit_webauthn", "mfa_remove_webauthn"}
# About the framework of the first focus area, by its slug or by a focal point's link.
FRAMEWORKS = "framework:"
# About a colleague, at an address of the list of members.
COLLEAGUE_URLS = {"admin:members_member_reassign_all"}
# Parameters of the admin that name a row of the URL's model.
ROW_FACTS = {"id", "object_id", "pk"}
# Parameters that name no row. Two of them are about a letter that was not requested.
ANY = {
    "app_label": "members",
    "section": "pages",
    "chapter": "decisions",
    "choice": "no",
    "part": "organisation",
    "kind": SpreadsheetFormat.CSV,
    "language": "fr",
    "key": 0,
    "number": 0,
    "resource": "places",
    "country": "rwanda",
    "name": "open-data.zip",
    "model": "privacy.RetentionPeriod",
}
OTHER_MODELS = {"other": Member, "template": MessageTemplate}
ALTERED_TOKEN = "WzEsMV0:altered-altered-altered-altered"


def addresses(patterns=None, namespace="", route=""):
    """Yield the name, pattern and route of every URL, with its namespace."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield (f"{namespace}{pattern.name}" if pattern.name else None), pattern, here
        else:
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inside, here)


@cache
def parameters_by_name():
    return {
        name: sorted(pattern.pattern.regex.groupindex)
        for name, pattern, _route in addresses()
        if name
    }


def model_of(name):
    """Return the model that an admin URL is about; any model if the URL takes any."""
    if name == "admin:auth_user_password_change":
        # Django's page for a new password is named after Django's own user model.
        return User
    for model in admin.site._registry:
        if name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
            return model
    return FocusArea


def value_of(parameter, row):
    """Return a value for a parameter of a URL that names an existing object."""
    if parameter in ("slug", "focus_area"):
        return FocusArea.objects.get(number=1).slug
    if parameter in ANY:
        return ANY[parameter]
    if parameter == "month":
        return a_data_snapshot()
    if parameter in ("meeting", "uid"):
        return row.pk if parameter == "meeting" else row.uid
    if parameter in OTHER_MODELS:
        return a_row_of(OTHER_MODELS[parameter]).pk
    if parameter == "content_type_id":
        return ContentType.objects.get_for_model(row).pk
    if parameter == "version":
        return row.version
    if parameter == "received":
        return a_received_file(row).pk
    if parameter == "file":
        return a_file_of(row).pk
    return ABOUT_ROWS.get(parameter, lambda row: row)(row).pk


class Browser(Client):
    """A client that reads each downloaded file completely, and so closes it."""

    def __init__(self, portal):
        super().__init__()
        self.handler = portal

    def request(self, **request):
        response = super().request(**request)
        if response.streaming:
            b"".join(response.streaming_content)
        return response


class Visitors:
    """All visitors, each with their own client and, if they have one, a private link.

    They are stored once for all tests of a module, which may only change the clients.
    """

    def __init__(self):
        first, second = (FocusArea.objects.get(number=number) for number in (1, 2))
        admitted = {"status": MemberStatus.ADMITTED}
        self.focal_points = {
            "submitter": FocalPointFactory(member=MemberFactory(status=MemberStatus.PENDING)),
            # A co-lead, who sees all that other focal points of the group see.
            "focal point": FocalPointFactory(
                member=MemberFactory(focus_area=first, granted_role=GrantedRole.CO_LEAD, **admitted)
            ),
            "other group": FocalPointFactory(member=MemberFactory(focus_area=second, **admitted)),
        }
        self.commitments = commitments_of_all_kinds(
            lead=self.focal_points["focal point"].member,
            host=self.focal_points["other group"].member,
            focus_area=first,
            at=NOW,
        )
        self.commitment = self.commitments[CommitmentStatus.PUBLISHED]
        self.meeting, self.poll = a_meeting(), a_poll_of(first)
        self.answer_files = {
            visitor: an_answer_file(person.member) for visitor, person in self.focal_points.items()
        }
        tomorrow = timezone.now() + timedelta(days=1)
        draft = EoiDraftFactory(expires_at=tomorrow)
        self.rows = {
            "draft": draft,
            "sign off": SignOffFactory(draft=draft),
            "successor": RoleTransferFactory(
                focal_point=self.focal_points["submitter"], expires_at=tomorrow
            ),
            "alert": CallAlertFactory(confirmed_at=None, requested_at=NOW),
            "partner": self.commitment.partners.get(),
            "acknowledgement": self.commitment.acknowledgements.get(),
        }
        staff = {
            "coordinator": coordinator(first),
            "officer": officer(),
            "desk manager": desk_manager(),
            "observer": observer(),
            "superuser": UserFactory(is_superuser=True),
        }
        self.accounts = {visitor: user.pk for visitor, user in staff.items()}
        self.cookies = {visitor: signed_in(user).cookies for visitor, user in staff.items()}
        for visitor in ("focal point", "other group"):
            email = self.focal_points[visitor].email
            account = UserFactory(email=email, is_staff=False)
            self.cookies[visitor] = signed_in(account).cookies
        self.open_browsers()

    def open_browsers(self):
        """Give each visitor a new client, signed in if the visitor has an account."""
        # One handler for all, because loading the middleware takes as long as many requests.
        self.portal = ClientHandler(enforce_csrf_checks=False)
        self.clients = {visitor: Browser(self.portal) for visitor in VISITORS}
        for visitor, cookies in self.cookies.items():
            self.clients[visitor].cookies = deepcopy(cookies)

    def client(self, visitor, name):
        """Return a visitor's client. A private link does not sign a focal point in."""
        comes_by_link = visitor in self.focal_points and "token" in parameters_by_name()[name]
        return Browser(self.portal) if comes_by_link else self.clients[visitor]

    def account(self, visitor):
        """Return a colleague's account, as their next request loads it."""
        return User.objects.get(pk=self.accounts[visitor])

    def token(self, visitor, name):
        """Return the token of a visitor: their own, or an altered one."""
        focal_point = self.focal_points.get(visitor)
        if focal_point is None or (name in ROWS and visitor != "submitter"):
            return ALTERED_TOKEN
        if name in ROWS:
            return token_for_object(self.rows[ROWS[name]])
        if name in ABOUT_A_MEETING:
            return token_about_meeting(
                focal_point,
                ABOUT_A_MEETING[name],
                meeting=self.meeting.uid,
                starts_at=self.meeting.starts_at,
            )
        if name == "participation:answer_poll":
            return token_about_poll(focal_point, LinkPurpose.DATE_POLL, poll=self.poll.uid)
        if name in ABOUT_A_COMMITMENT:
            purpose, reference = ABOUT_A_COMMITMENT[name], self.commitment.reference
            return token_about_commitment(focal_point, purpose, reference=reference)
        if name.startswith(FRAMEWORKS):
            return token_about_area(focal_point, LinkPurpose.FRAMEWORK, number=1)
        if name.startswith(OPPORTUNITIES):
            return token_for(focal_point, LinkPurpose.OPPORTUNITIES)
        return token_for(focal_point, PURPOSES.get(name, LinkPurpose.EOI))


@contextmanager
def undrawn_pages():
    """Run views without rendering their templates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", lambda _template, _context: SafeString(""))
        yield


class Address:
    """A named URL, with an existing object for each of its parameters."""

    def __init__(self, name):
        self.name = name
        parameters = parameters_by_name()[name]
        self.takes_token = "token" in parameters
        is_of_a_row = name.startswith("admin:") and {"history_id", *ROW_FACTS} & {*parameters}
        self.row = a_row_of(model_of(name), **STANDING.get(name, {})) if is_of_a_row else None
        if name in COLLEAGUE_URLS:
            self.row = UserFactory()
        if name in PASSKEY_URLS:
            self.row = a_passkey_of(UserFactory())
        if name in FILE_URLS:
            self.row = a_paper() if "file" in parameters else a_paper().versions.get()
        if {"meeting", "uid"} & {*parameters}:
            self.row = a_meeting()
        if name in GROUP_ROWS:
            self.row = GROUP_ROWS[name](FocusArea.objects.get(number=1))
        decision = name.removeprefix("admin:commitments_commitment_")
        if name != decision and decision in COMMITMENT_ROWS:
            self.row = COMMITMENT_ROWS[decision]()
        self.takes_reference = "reference" in parameters
        self.given = {
            parameter: value_of(parameter, self.row)
            for parameter in parameters
            if parameter not in ("token", "reference")
            and not (self.takes_reference and name.startswith("commitments:"))
            and name not in {*MEMBER_URLS, "eoi:answer_file"}
            and not name.startswith((FRAMEWORKS, OPPORTUNITIES))
        }
        if (paragraph := a_paragraph_of_a_framework(name)) and "key" in parameters:
            self.given["key"] = paragraph.key
        if name in MEMBER_URLS:
            profile = a_public_profile()
            facts = {"slug": profile.member.slug, "version": profile.logo_version}
            self.given = {parameter: facts[parameter] for parameter in parameters}

    def of(self, visitor, visitors):
        """Return the path that a visitor opens."""
        given = dict(self.given)
        if self.takes_token:
            given["token"] = visitors.token(visitor, self.name)
        if self.name.startswith(FRAMEWORKS):
            facts = framework_facts(self.name, visitors.focal_points["focal point"].member)
            wanted = parameters_by_name()[self.name]
            given |= {each: facts[each] for each in facts if each in wanted}
        if self.name.startswith(OPPORTUNITIES):
            facts = opportunity_facts(self.name, visitors.focal_points["focal point"].member)
            wanted = parameters_by_name()[self.name]
            given |= {each: facts[each] for each in facts if each in wanted}
        if self.name == "eoi:answer_file":
            file = visitors.answer_files.get(visitor, visitors.answer_files["submitter"])
            given["pk"] = file.pk
        if self.takes_reference and self.name.startswith("commitments:"):
            status = COMMITMENTS.get(self.name, CommitmentStatus.PUBLISHED)
            commitment = visitors.commitments[status]
            known = {
                "reference": commitment.reference,
                "part": "what",
                "number": 1,
                "key": visitors.rows["partner"].key,
            }
            given |= {
                name: known[name] for name in known if name in parameters_by_name()[self.name]
            }
        elif self.takes_reference and not self.name.startswith(OPPORTUNITIES):
            given["reference"] = visitors.focal_points["focal point"].member.reference
        with override("en"):
            return reverse(self.name, kwargs=given)
