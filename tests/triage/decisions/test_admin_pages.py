"""The page of every decision: show, decide, refuse and confirm."""

import pytest
from django.urls import reverse

from members.models import Member, TimelineEntry, TimelineKind, letters_to_organisations
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
    PAGES,
    WRITES,
    a_file_for,
    address,
    as_shown,
    chosen,
    nothing_happened,
    outcome_of,
)
from tests.triage.staff import officer, queries_of, signed_in


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_decides_and_shows_the_file(page):
    me = officer(name="Ada")
    client = signed_in(me)
    assignees = {"release": me, "take_over": UserFactory()}
    member = a_file_for(page, assignee=assignees.get(page))
    sent = as_shown(client, page, member, **chosen(page))

    response = client.post(address(page, member), {**sent, "decide": 1})

    member.refresh_from_db()
    entry = TimelineEntry.objects.get(member=member)
    assert (member.status, entry.kind, entry.by_user) == (
        outcome_of(page),
        PAGES[page].kind,
        me,
    )
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("admin:members_member_change", args=[member.pk]),
    )
    written = [message.recipient for message in letters_to_organisations()]
    assert written == (["ada@example.org"] if page in WRITES else [])


@pytest.mark.parametrize("page", ["release", "admit", "close"])
def test_page_of_a_decision_refuses_a_file_that_changed_until_the_person_has_seen_it(page):
    me = officer()
    client = signed_in(me)
    member = a_file_for(page, assignee=me if page == "release" else None)
    sent = {**as_shown(client, page, member, **chosen(page)), "decide": 1}
    Member.objects.filter(pk=member.pk).update(version=7)
    TimelineEntryFactory(member=a_file_for(page), kind=TimelineKind.ASSIGNED)
    seen, before = str(member.version), (7, member.status)

    refused = client.post(address(page, member), sent)
    is_kept = nothing_happened(member, before)
    decided = client.post(address(page, member), {**sent, "version_read": 7})

    assert (refused.status_code, is_kept, decided.status_code) == (409, True, 302)
    assert "The member has changed since you opened it." in refused.text
    assert refused.context["form"]["version"].value() == seen
    assert TimelineEntry.objects.get(member=member).kind == PAGES[page].kind


@pytest.mark.parametrize("page", ["take", "admit"])
def test_page_of_a_decision_on_a_decided_file_leads_back_to_it(page):
    member = FocalPointFactory(member=MemberFactory(status=DECLINED)).member

    response = signed_in(officer()).get(address(page, member), follow=True)

    assert response.redirect_chain == [
        (reverse("admin:members_member_change", args=[member.pk]), 302)
    ]
    assert [str(message) for message in response.context["messages"]] == [
        "This member was declined."
    ]


@pytest.mark.parametrize("page", ["hand_to", "admit", "decline", "request_information"])
def test_page_of_a_decision_asks_the_same_queries_whatever_the_file_holds(page):
    client = signed_in(officer())
    member = a_file_for(page, assignee=UserFactory())
    TimelineEntryFactory(member=member)
    MemberFactory()
    client.get(address(page, member))
    for_one = queries_of(client, address(page, member))
    FocalPointFactory(member=member, is_alternate=True)
    for _number in range(3):
        TimelineEntryFactory(member=member)
        MemberFactory()
        officer()
        ReasonFactory()
        ReasonFactory(purpose="request_information")

    assert queries_of(client, address(page, member)) == for_one


def test_refused_page_says_who_decided_and_keeps_what_was_typed():
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for("decline")
    sent = as_shown(client, "decline", member, **chosen("decline"))
    edited = {**sent, "subject": "My subject", "body": "My own words."}
    decisions.close_without_letter(member=member, reason="not_genuine", by=colleague, at=NOON)

    response = client.post(address("decline", member), {**edited, "decide": 1})

    page = response.text
    member.refresh_from_db()
    assert response.status_code == 409
    assert "This member was closed. Closed without notification: Grace Hopper" in page
    assert "25 October 2021, 14:00" in page
    assert "Deciding reassigns it to you" not in page
    assert "My subject" in page
    assert "My own words." in page
    assert (member.status, member.decided_by) == (CLOSED, colleague)
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize(("page", "button"), [("admit", "decide"), ("decline", "show_letter")])
def test_refusal_is_told_before_the_letter_is_read(page, button):
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for(page)
    opened = client.get(address(page, member)).context["letter"]
    sent = {name: opened[name].value() for name in ("subject", "body", "composed")}
    decisions.withdraw(member=member, by=colleague, at=NOON)

    response = client.post(address(page, member), {**sent, **chosen(page), "version": 1, button: 1})

    assert response.status_code == 409
    assert "This member was withdrawn. Withdrawn: Grace Hopper" in response.text
    assert "25 October 2021, 14:00" in response.text
    assert response.context["letter"]["body"].value() != sent["body"]


def test_draft_of_a_file_that_changed_names_the_changes_and_no_refusal():
    client = signed_in(officer())
    member = a_file_for("decline")
    client.post(address("decline", member), {**chosen("decline"), "version": 1, "save_draft": 1})
    assignment.assign_to_self(member=member, by=officer(name="Grace Hopper"), at=NOON)

    page = client.get(address("decline", member)).text

    assert "The member has changed since you saved this draft." in page
    assert "Grace Hopper" in page
    assert "Nothing was changed." not in page


@pytest.mark.parametrize("page", ["decline", "hand_to"])
def test_change_is_told_beside_what_is_missing(page):
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for(page)
    assignment.assign_to_self(member=member, by=colleague, at=NOON)

    response = client.post(address(page, member), {"version": 1, "decide": 1})

    assert response.status_code == 409
    assert "The member has changed since you opened it. Assigned: Grace Hopper" in response.text
    assert response.context["form"].errors != {}


def test_change_that_was_seen_stays_seen_when_something_is_missing():
    client = signed_in(officer())
    member = a_file_for("close")
    Member.objects.filter(pk=member.pk).update(version=7)

    response = client.post(address("close", member), {"version": 1, "version_read": 7, "decide": 1})

    assert response.status_code == 422
    assert '<input type="hidden" name="version_read" value="7"' in response.text


def test_decision_on_a_colleagues_file_names_the_colleague_and_takes_it_over():
    me = officer()
    client = signed_in(me)
    member = a_file_for("admit", assignee=UserFactory(name="Grace Hopper"))

    shown = client.get(address("admit", member))
    sent = as_shown(client, "admit", member, **chosen("admit"))
    client.post(address("admit", member), {**sent, "decide": 1})

    text = " ".join(shown.text.split())
    assert "Assigned to Grace Hopper. Deciding reassigns it to you." in text
    member.refresh_from_db()
    assert (member.status, member.assignee) == (outcome_of("admit"), me)
