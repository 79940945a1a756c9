"""Undo from the notice after a decision, from the member's page and after a bulk action."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.dates import format_time
from members.models import Member, MemberStatus
from members.services.decisions import decline, request_information
from outbox.models import Message, MessageStatus
from tests.factories import FocalPointFactory, FocusAreaFactory, UserFactory
from tests.queries import queries_of
from tests.triage.decisions.decisions import a_file_for, address, as_shown, chosen
from tests.triage.staff import QUEUE, coordinator, observer, officer, signed_in, told
from triage.decisions.admin.specs import MEMBERS
from triage.decisions.admin.undo import undo_of

pytestmark = pytest.mark.usefixtures("undo_is_on")
UNDO = "/admin/members/member/undo/"


def decided(page="decline", *, client=None, then=1, **facts):
    """Decide on a member on its page; return the member and the page that follows."""
    client = client or signed_in(officer())
    member = a_file_for(page, **facts)
    sent = {**as_shown(client, page, member, **chosen(page)), "decide": then}
    response = client.post(address(page, member), sent, follow=True)
    member.refresh_from_db()
    return client, member, response


def asked_for_information(number=1, *, at=None, by=None):
    members = [FocalPointFactory().member for _number in range(number)]
    for member in members:
        request_information(
            member=member, missing="More.", by=by or UserFactory(), at=at or timezone.now()
        )
    return members


def post(client, *members, **more):
    pairs = [f"{member.pk}-{member.version}" for member in members]
    return client.post(UNDO, {"decided": pairs, **more}, follow=True)


def statuses(members):
    return set(
        Member.objects.filter(pk__in=[m.pk for m in members]).values_list("status", flat=True)
    )


def test_member_page_says_when_the_letter_is_sent_and_undoes_the_decision():
    client, member, page = decided()
    time = format_time(timezone.localtime(member.settles_at))
    member_page = reverse("admin:members_member_change", args=[member.pk])
    to_read = signed_in(observer()).get(member_page)

    response = client.post(
        f"{UNDO}?_changelist_filters=status%3Ddeclined",
        {"decided": [f"{member.pk}-{member.version}"]},
        follow=True,
    )

    assert f"The letter is sent at {time} (Geneva time)." in " ".join(page.text.split())
    assert f'name="decided" value="{member.pk}-{member.version}"' in page.text
    assert told(response) == ["1 decision undone. No letter is sent."]
    assert ">Undo</button>" not in to_read.text
    assert response.redirect_chain == [
        (f"{member_page}?_changelist_filters=status%3Ddeclined", 302)
    ]
    assert statuses([member]) == {MemberStatus.PENDING}
    assert [each.status for each in Message.objects.all()] == [MessageStatus.CANCELLED]
    assert "The letter is sent" not in response.text


def test_notice_on_the_page_of_the_next_member_undoes_the_decision():
    client = signed_in(officer())
    a_file_for("decline")
    _client, member, page = decided(client=client, then="next")

    [notice] = told(page)

    assert "The member was declined." in notice
    assert f'value="{member.pk}-{member.version}"' in page.text
    assert page.text.count(">Undo</button>") == 1
    post(client, member)
    assert statuses([member]) == {MemberStatus.PENDING}


def test_decision_without_a_letter_says_so_and_one_that_cannot_be_undone_has_no_button(settings):
    _client, _member, without_letter = decided("close")
    settings.UNDO_SECONDS = 0
    _client, _member, page = decided()

    assert "No letter is sent." in " ".join(without_letter.text.split())
    assert "Undo" not in page.text


def test_undo_is_not_found_for_a_coordinator_who_does_not_see_the_member():
    _client, member, _page = decided()

    response = post(signed_in(coordinator(FocusAreaFactory(number=1))), member)

    assert response.status_code == 404
    assert statuses([member]) == {MemberStatus.DECLINED}


def test_undo_from_an_outdated_page_names_the_colleague():
    client, member, _page = decided()
    post(signed_in(officer(name="Chen Wei")), member)

    response = post(client, member)

    [refusal] = told(response)
    assert "Decision undone: Chen Wei" in refusal


@pytest.mark.parametrize("posted", [[], ["x"], ["1"], ["1-x"], ["999-1"]])
def test_altered_undo_is_not_found(posted):
    assert signed_in(officer()).post(UNDO, {"decided": posted}).status_code == 404


def test_bulk_action_can_be_undone_as_far_as_possible():
    client = signed_in(officer())
    members = [FocalPointFactory().member for _number in range(3)]
    page = client.post(
        address_of_bulk("request_information"),
        {"file": [m.pk for m in members], "missing": "Which ministry are you?"},
        follow=True,
    )
    for member in members:
        member.refresh_from_db()
    first, second, third = members
    decline(member=third, by=UserFactory(name="Chen Wei"), at=timezone.now())
    seen = [f"{m.pk}-2" for m in members]

    response = client.post(UNDO, {"decided": seen}, follow=True)

    for pair in seen:
        assert f'name="decided" value="{pair}"' in page.text
    assert ">Undo all</button>" in page.text
    refusal, done = told(response)
    assert refusal.startswith(f"{third}: The member has changed since you opened it.")
    assert done == "2 decisions undone. No letters are sent."
    assert statuses([first, second]) == {MemberStatus.PENDING}
    assert statuses([third]) == {MemberStatus.DECLINED}
    assert response.redirect_chain == [(QUEUE, 302)]


def address_of_bulk(name):
    return reverse(f"admin:members_member_{name}_several")


def test_undo_of_several_decisions_names_them():
    me = officer()
    client = signed_in(me)
    [member] = asked_for_information(by=me)
    decline(member=member, by=me, at=timezone.now())

    page = client.get(reverse("admin:members_member_change", args=[member.pk]))

    assert "Undo takes back all of these: Information requested · Declined." in page.text


def test_bulk_page_takes_as_many_queries_to_offer_undo_for_three_members_as_for_one():
    request = RequestFactory().get("/")
    request.user = UserFactory(is_superuser=True)

    def queries(number):
        members = asked_for_information(number)
        with CaptureQueriesContext(connection) as found:
            undo = undo_of(request, MEMBERS, members, at=timezone.now())
        assert len(undo.rows) == number
        return len(found)

    assert queries(3) == queries(1)


def test_member_page_takes_no_query_for_undo_once_the_decision_has_settled():
    client = signed_in(UserFactory(is_superuser=True))
    [settled] = asked_for_information(at=timezone.now() - timedelta(minutes=3))
    [recent] = asked_for_information()

    def queries(member):
        return queries_of(client, reverse("admin:members_member_change", args=[member.pk]))

    queries(settled)
    # Its entries and their letters.
    assert queries(recent) - queries(settled) == 2
