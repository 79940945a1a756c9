"""What every page of a decision does: it shows, decides, refuses and tells."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Member, TimelineEntry, TimelineKind
from members.services import assignment, decisions
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    ReasonFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.decisions.decisions import (
    CLOSED,
    DECLINED,
    LETTER_DECISIONS,
    PAGES,
    WRITES,
    a_file_for,
    address,
    as_shown,
    chosen,
    nothing_happened,
)
from tests.triage.staff import observer, officer, signed_in

pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_changes_nothing_when_it_is_opened(page):
    assignee = officer() if page == "release" else None
    member = a_file_for(page, assignee=assignee)
    before = (member.version, member.status)

    response = signed_in(officer()).get(address(page, member))

    assert response.status_code == 200
    assert nothing_happened(member, before)


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_decides_and_shows_the_file(page):
    me = officer(name="Ada")
    client = signed_in(me)
    member = a_file_for(page, assignee=me if page == "release" else None)
    sent = as_shown(client, page, member, **chosen(page))

    response = client.post(address(page, member), {**sent, "decide": 1})

    _from, _choice, status, kind = PAGES[page]
    member.refresh_from_db()
    entry = TimelineEntry.objects.get(member=member)
    assert (member.status, entry.kind, entry.by_user) == (status, kind, me)
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("admin:members_member_change", args=[member.pk]),
    )
    written = [message.recipient for message in Message.objects.all()]
    assert written == (["ada@example.org"] if page in WRITES else [])


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_refuses_a_file_that_changed(page):
    me = officer()
    client = signed_in(me)
    member = a_file_for(page, assignee=me if page == "release" else None)
    sent = as_shown(client, page, member, **chosen(page))
    Member.objects.filter(pk=member.pk).update(version=7)
    TimelineEntryFactory(member=a_file_for(page), kind=TimelineKind.ASSIGNED)
    before = (7, member.status)

    response = client.post(address(page, member), {**sent, "decide": 1})

    assert response.status_code == 409
    assert "The file has changed since you opened it." in response.content.decode()
    assert response.context["form"]["version"].value() == str(member.version)
    assert nothing_happened(member, before)


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_decides_once_the_person_has_seen_the_change(page):
    me = officer()
    client = signed_in(me)
    member = a_file_for(page, assignee=me if page == "release" else None)
    sent = as_shown(client, page, member, **chosen(page))
    Member.objects.filter(pk=member.pk).update(version=7)

    response = client.post(address(page, member), {**sent, "version_read": 7, "decide": 1})

    assert response.status_code == 302
    assert TimelineEntry.objects.get(member=member).kind == PAGES[page][3]


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_refuses_an_observer(page):
    member = a_file_for(page)
    before = (member.version, member.status)
    client = signed_in(observer())

    opened = client.get(address(page, member))
    decided = client.post(
        address(page, member), {"version": member.version, **chosen(page), "decide": 1}
    )

    assert (opened.status_code, decided.status_code) == (403, 403)
    assert nothing_happened(member, before)


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_sends_a_stranger_to_sign_in(client, page):
    member = a_file_for(page)
    before = (member.version, member.status)

    opened = client.get(address(page, member))
    decided = client.post(address(page, member), {"version": member.version, "decide": 1})

    assert [response["Location"] for response in (opened, decided)] == [
        f"/admin/login/?next={address(page, member)}"
    ] * 2
    assert nothing_happened(member, before)


@pytest.mark.parametrize("page", [page for page in PAGES if PAGES[page][0] != DECLINED])
def test_page_of_a_decision_on_a_decided_file_leads_back_to_it(page):
    member = FocalPointFactory(member=MemberFactory(status=DECLINED)).member

    response = signed_in(officer()).get(address(page, member), follow=True)

    assert response.redirect_chain == [
        (reverse("admin:members_member_change", args=[member.pk]), 302)
    ]
    assert [str(message) for message in response.context["messages"]] == [
        "This member was declined."
    ]


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_asks_the_same_queries_whatever_the_file_holds(page):
    client = signed_in(officer())
    member = a_file_for(page, assignee=UserFactory())
    client.get(address(page, member))

    with CaptureQueriesContext(connection) as for_one:
        client.get(address(page, member))
    FocalPointFactory(member=member, is_alternate=True)
    for _number in range(3):
        TimelineEntryFactory(member=member)
        MemberFactory()
        officer()
        ReasonFactory()
        ReasonFactory(purpose="request_information")
    with CaptureQueriesContext(connection) as for_three:
        client.get(address(page, member))

    assert len(for_three) == len(for_one)


def test_refused_page_says_who_decided_and_keeps_what_was_typed():
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for("decline")
    sent = as_shown(client, "decline", member, **chosen("decline"))
    edited = {**sent, "subject": "My subject", "body": "My own words."}
    decisions.close_without_letter(member=member, reason="not_genuine", by=colleague, at=NOON)

    response = client.post(address("decline", member), {**edited, "decide": 1})

    page = response.content.decode()
    member.refresh_from_db()
    assert response.status_code == 409
    assert "This file was closed. Closed without a letter: Grace Hopper" in page
    assert "25 October 2021, 14:00" in page
    assert "My subject" in page
    assert "My own words." in page
    assert (member.status, member.decided_by) == (CLOSED, colleague)
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize("page", LETTER_DECISIONS)
@pytest.mark.parametrize("button", ["decide", "show_letter"])
def test_refusal_is_told_before_the_letter_is_read(page, button):
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for(page)
    opened = client.get(address(page, member)).context["letter"]
    sent = {name: opened[name].value() for name in ("subject", "body", "composed")}
    decisions.withdraw(member=member, by=colleague, at=NOON)

    response = client.post(address(page, member), {**sent, **chosen(page), "version": 1, button: 1})

    assert response.status_code == 409
    assert "This member was withdrawn. Withdrawn: Grace Hopper" in response.content.decode()
    assert "25 October 2021, 14:00" in response.content.decode()
    assert response.context["letter"]["body"].value() != sent["body"]


@pytest.mark.parametrize("page", ["decline", "request_information", "close", "hand_to"])
def test_change_is_told_beside_what_is_missing(page):
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for(page)
    assignment.assign_to_self(member=member, by=colleague, at=NOON)

    response = client.post(address(page, member), {"version": 1, "decide": 1})

    assert response.status_code == 409
    assert "The file has changed since you opened it. Taken: Grace Hopper" in (
        response.content.decode()
    )
    assert response.context["form"].errors != {}


def test_change_that_was_seen_stays_seen_when_something_is_missing():
    client = signed_in(officer())
    member = a_file_for("close")
    Member.objects.filter(pk=member.pk).update(version=7)

    response = client.post(address("close", member), {"version": 1, "version_read": 7, "decide": 1})

    assert response.status_code == 422
    assert '<input type="hidden" name="version_read" value="7"' in response.content.decode()


def test_decided_file_is_not_said_to_be_taken_over():
    grace = officer(name="Grace Hopper")
    client = signed_in(officer())
    member = a_file_for("admit")
    sent = as_shown(client, "admit", member, **chosen("admit"))
    decisions.decline(member=member, by=grace, at=NOON, message=None)

    response = client.post(address("admit", member), {**sent, "decide": 1})

    assert "This member was declined. Declined: Grace Hopper" in response.content.decode()
    assert "you take it over" not in response.content.decode()


@pytest.mark.parametrize(
    "page", ["admit", "decline", "request_information", "record_answer", "close", "withdraw"]
)
def test_decision_on_a_colleagues_file_names_the_colleague_and_takes_it_over(page):
    me = officer()
    client = signed_in(me)
    member = a_file_for(page, assignee=UserFactory(name="Grace Hopper"))

    shown = client.get(address(page, member))
    sent = as_shown(client, page, member, **chosen(page))
    client.post(address(page, member), {**sent, "decide": 1})

    text = " ".join(shown.content.decode().split())
    assert "Grace Hopper has taken this file. If you decide, you take it over." in text
    member.refresh_from_db()
    assert (member.status, member.assignee) == (PAGES[page][2], me)
