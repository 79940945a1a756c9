"""After an older backup is restored, keys and versions of rows are used again.

Links sent before lead to rows that are gone. They must not open new rows with the same keys.
"""

from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from eoi.models import EoiDraft
from eoi.services.draft_links import draft_address
from eoi.services.drafts import save_draft
from focus_areas.models import FocusArea
from members.models import Call, FocalPoint, GrantedRole, Member, RoleTransfer
from members.services.decisions import admit_to_focus_area
from members.services.focal_points import renew_feed, request_role_transfer, revoke_links
from members.services.private_links import (
    InvalidLink,
    LinkPurpose,
    confirmation_code,
    feed_url,
    focal_point_and_commitment_of,
    focal_point_and_meeting_of,
    focal_point_and_poll_of,
    focal_point_of,
    role_transfer_url,
    status_page_url,
    token_about_commitment,
    token_about_meeting,
    token_about_poll,
    token_for,
    working_group_url,
)
from participation.services.member_accounts import sync_member_accounts
from tests.eoi.form import ANSWERS, FORM, make_call, posted
from tests.factories import UserFactory
from tests.participation.people import signed_in_as
from tests.restoring import Backup
from tests.sweeps.changed_tables import changed_since, everything_stored

pytestmark = pytest.mark.django_db(transaction=True)

AT = timezone.now()
CODE_PAGE = "/en/expression-of-interest/code/"
HOPPER = {
    "family_name": "Hopper",
    "email": "grace@example.org",
    "language": "en",
    "time_zone": "Africa/Nairobi",
}
# For each kind of link, how a browser or a program opens it.
LINKS = {
    "page of the EOI": lambda client, sent: client.get(sent.eoi),
    "correction": lambda client, sent: client.get(f"{sent.eoi}correct/"),
    "working group": lambda client, sent: client.get(sent.working_group),
    "feed": lambda client, sent: client.get(sent.feed),
    "bulletins": lambda client, sent: client.get(sent.bulletins),
    "unsubscribing by a click": lambda client, sent: client.post(sent.unsubscribe),
    "draft": lambda client, sent: client.get(sent.draft),
    "deleting a draft": lambda client, sent: client.post(f"{sent.draft}delete/", {"delete": "1"}),
    "role": lambda client, sent: client.get(sent.role),
    "taking a role over": lambda client, sent: client.post(sent.role, {"decline": "1"}),
    # Last, because it invalidates the others.
    "withdrawal": lambda client, sent: client.post(f"{sent.eoi}withdraw/", {"version": "1"}),
}


@dataclass(frozen=True)
class Sent:
    """The links that an organisation got, and the keys of their rows."""

    eoi: str
    working_group: str
    feed: str
    bulletins: str
    unsubscribe: str
    draft: str
    role: str
    reference: str
    code: str
    rows: list


def submitted(organisation):
    """Let an organisation save a draft, send a form, be admitted, and request a role transfer."""
    Client().post(FORM, posted(confirmed="1", organisation_name=organisation))
    person = FocalPoint.objects.get()
    draft = save_draft(
        submission_key="key-of-another-form",
        call=Call.objects.open_at(AT).get(),
        email=ANSWERS["email"],
        language="en",
        form_data=f"organisation_name={organisation}",
        at=AT,
    )
    role_transfer = request_role_transfer(focal_point=person, by=person, at=AT, **HOPPER)
    return sent_to(person, draft, role_transfer)


def admitted(organisation):
    sent = submitted(organisation)
    admit_to_focus_area(
        member=Member.objects.get(),
        focus_area=FocusArea.objects.get(number=1),
        role=GrantedRole.PARTICIPANT,
        by=User.objects.get(is_superuser=True),
        at=AT,
    )
    sync_member_accounts(at=AT)
    return sent


def sent_to(person, draft, role_transfer):
    rows = [*FocalPoint.objects.all(), *EoiDraft.objects.all(), *RoleTransfer.objects.all()]
    token = token_for(person, LinkPurpose.BULLETINS)
    return Sent(
        eoi=status_page_url(person, "en"),
        working_group=working_group_url(person, "en"),
        feed=feed_url(person),
        bulletins=f"/en/bulletins/{token}/",
        unsubscribe=reverse("mailings:unsubscribe", args=[token]),
        draft=draft_address(draft),
        role=role_transfer_url(role_transfer, "en"),
        reference=person.member.reference,
        code=confirmation_code(person),
        rows=[(type(row), row.pk) for row in rows],
    )


@pytest.fixture
def backup():
    make_call()
    UserFactory(is_superuser=True)
    backup = Backup()
    yield backup
    backup.close()


@pytest.mark.parametrize("anew", [submitted, admitted], ids=["submitted", "admitted"])
def test_link_sent_before_a_restore_opens_nothing_that_came_after(backup, anew):
    before = anew("The first organisation")
    backup.restore()
    after = anew("The second organisation")
    stored = everything_stored()

    old = {kind: come(Client(), before) for kind, come in LINKS.items()}
    changed = changed_since(stored)
    new = {kind: come(Client(), after).status_code for kind, come in LINKS.items()}

    # The same keys and versions in the same tables.
    assert before.rows == after.rows
    assert FocalPoint.objects.values_list("link_version", "feed_version").get() == (1, 0)
    assert {kind: answer.status_code for kind, answer in old.items()} == dict.fromkeys(LINKS, 404)
    assert [kind for kind, answer in old.items() if "The second" in answer.text] == []
    assert changed == []
    closed = {"working group", "feed"} if anew is submitted else set()
    assert {kind for kind, status in new.items() if status == 404} == closed


def tokens_of(person):
    """Return a token for each purpose, with the function that opens it."""
    meeting = {"meeting": uuid4(), "starts_at": AT}
    about_meeting = {LinkPurpose.RSVP, LinkPurpose.JOIN}
    about_commitment = {LinkPurpose.REPORT, LinkPurpose.HOST}
    others = {*LinkPurpose} - about_meeting - about_commitment - {LinkPurpose.DATE_POLL}
    about_poll = token_about_poll(person, LinkPurpose.DATE_POLL, poll=uuid4())
    return [
        (about_poll, LinkPurpose.DATE_POLL, focal_point_and_poll_of),
        *((token_for(person, each), each, focal_point_of) for each in others),
        *(
            (token_about_meeting(person, each, **meeting), each, focal_point_and_meeting_of)
            for each in about_meeting
        ),
        *(
            (
                token_about_commitment(person, each, reference="C-000001"),
                each,
                focal_point_and_commitment_of,
            )
            for each in about_commitment
        ),
    ]


def test_link_for_any_purpose_made_before_a_restore_opens_nobody_else(backup):
    submitted("The first organisation")
    earlier = tokens_of(FocalPoint.objects.get())
    backup.restore()
    submitted("The second organisation")
    person = FocalPoint.objects.get()

    for token, purpose, opened in earlier:
        with pytest.raises(InvalidLink):
            opened(token, purpose)
    for token, purpose, opened in tokens_of(person):
        found = opened(token, purpose)
        assert person in (found if isinstance(found, tuple) else [found])


def test_code_sent_before_a_restore_opens_nothing_that_came_after(backup):
    before = submitted("The first organisation")
    backup.restore()
    after = submitted("The second organisation")

    codes = [before.code, after.code]
    answers = [
        Client().post(CODE_PAGE, {"reference": after.reference, "code": code}).status_code
        for code in codes
    ]

    assert answers == [422, 302]


def test_browser_signed_in_before_a_restore_is_nobody_afterwards(backup):
    admitted("The first organisation")
    browser = signed_in_as(FocalPoint.objects.get())
    old_account = User.objects.get(is_superuser=False).pk
    assert browser.get("/en/my/").status_code == 200

    backup.restore()
    admitted("The second organisation")
    answer = browser.get("/en/my/")

    assert User.objects.get(is_superuser=False).pk == old_account
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/sign-in/")


def test_links_of_a_version_that_a_restore_took_back_stay_closed_when_it_comes_again(backup):
    submitted("The organisation")
    later = Backup()
    person = FocalPoint.objects.get()
    by = User.objects.get()
    given_away = []
    for _time in range(2):
        revoke_links(focal_point=person, link_version=1, by=by, at=AT)
        renew_feed(focal_point=person, feed_version=0, by=person, at=AT)
        given_away.append([status_page_url(person, "en"), feed_url(person)])
        if len(given_away) == 1:
            later.restore()
            person = FocalPoint.objects.get()
    later.close()

    first, second = given_away

    assert (person.link_version, person.feed_version) == (2, 1)
    assert Client().get(first[0]).status_code == 404
    assert Client().get(second[0]).status_code == 200
    assert set(first).isdisjoint(second)
