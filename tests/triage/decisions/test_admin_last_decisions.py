"""The last decisions of a person on other pages, and all of today."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Member, MemberStatus
from members.services.decisions import (
    admit_to_focus_area,
    close_without_letter,
    decline,
    request_information,
)
from members.services.undo import undo_decision
from tests.factories import FocalPointFactory, FocusAreaFactory, UserFactory
from tests.queries import queries_of
from tests.triage.staff import QUEUE, coordinator, may, observer, officer, signed_in

pytestmark = pytest.mark.usefixtures("undo_is_on")
MINE = reverse("admin:members_member_my_decisions")
UNDO = reverse("admin:members_member_undo")


@pytest.fixture
def me():
    return officer(name="Amina Diallo")


def declined(by, *, minutes_ago=0, **facts):
    """Return a member that was declined so many minutes ago."""
    member = FocalPointFactory(**{f"member__{name}": value for name, value in facts.items()}).member
    decline(member=member, by=by, at=timezone.now() - timedelta(minutes=minutes_ago))
    return member


def shown(client, address=QUEUE):
    return client.get(address).context["last_decisions"]


def test_list_shows_the_last_three_and_how_many_there_are_today(me):
    members = [declined(me, minutes_ago=number) for number in (3, 2.5, 1, 0)]
    declined(UserFactory())

    response = signed_in(me).get(QUEUE)

    last = response.context["last_decisions"]
    assert [each.member for each in last] == [members[3], members[2], members[1]]
    assert [each.words for each in last] == ["Declined"] * 3
    assert [bool(each.undo) for each in last] == [True, True, False]
    assert 118 <= last[0].seconds_left <= 120
    assert 58 <= last[1].seconds_left <= 60
    assert ">4 today</a>" in response.text


def test_only_the_latest_that_can_be_undone_has_the_key(me):
    older = declined(me, minutes_ago=1)
    latest = declined(me)
    # A colleague has decided after her: an undo would take back that decision too.
    latest.refresh_from_db()
    undo_decision(member=latest, by=me, at=timezone.now())
    request_information(member=latest, missing="More.", by=me, at=timezone.now())
    decline(member=latest, by=officer(), at=timezone.now())

    last = shown(signed_in(me))

    assert [(each.member, each.undo.key) for each in last] == [(older, "z")]


def test_decisions_that_an_undo_takes_back_together_are_one(me):
    member = FocalPointFactory().member
    request_information(member=member, missing="More.", by=me, at=timezone.now())
    decline(member=member, by=me, at=timezone.now())

    [last] = shown(signed_in(me))

    assert last.words == "Information requested · Declined"
    assert [(row.pk, row.version) for row in last.undo.rows] == [(member.pk, member.version)]


def test_decision_without_a_letter_says_until_when_it_can_be_undone(me):
    member = FocalPointFactory().member
    close_without_letter(member=member, reason="not_genuine", by=me, at=timezone.now())
    with_letter = declined(me)

    response = signed_in(me).get(QUEUE)

    assert [(each.member, each.has_letter) for each in response.context["last_decisions"]] == [
        (with_letter, True),
        (member, False),
    ]
    assert "until " in response.text
    assert "sent at " in response.text


def test_strip_undoes_from_the_list_and_leads_to_the_decision(me):
    member, client = declined(me), signed_in(me)
    [last] = shown(client)
    posted = {"decided": [f"{row.pk}-{row.version}" for row in last.undo.rows]}

    response = client.post(last.undo.address, posted)

    assert response.url == reverse("admin:members_member_decline", args=[member.pk])
    assert Member.objects.get(pk=member.pk).status == MemberStatus.PENDING
    assert shown(client) == []


def test_page_of_a_member_offers_the_undo_of_a_colleague_or_of_an_older_decision_at_its_top(me):
    theirs = declined(officer())
    older, *_newer = (declined(me) for _number in range(4))
    client = signed_in(me)

    pages = [
        client.get(reverse("admin:members_member_change", args=[member.pk])).context
        for member in (theirs, older, _newer[-1])
    ]

    assert [page["undo"].rows if page["undo"] else None for page in pages] == [
        [theirs],
        [older],
        None,
    ]
    assert [page["undo"].key for page in pages[:2]] == ["", ""]


def test_my_decisions_lists_those_of_today_that_were_not_undone(me):
    declined(me, minutes_ago=26 * 60)
    settled = declined(me, minutes_ago=4, organisation_name="Settled")
    undone, held = declined(me), declined(me)
    undo_decision(member=undone, by=me, at=timezone.now())
    client = signed_in(me)

    response = client.get(MINE)

    assert [each.member for each in response.context["decisions"]] == [held, settled]
    assert response.text.count(">Undo") == 1
    assert "Settled" in response.text
    assert "You have decided nothing today." in signed_in(officer()).get(MINE).text


def test_my_decisions_leave_out_a_member_that_one_no_longer_sees():
    area = FocusAreaFactory(number=1)
    person = may(coordinator(area), "admit_member")
    member = FocalPointFactory().member
    admit_to_focus_area(
        member=member, focus_area=area, role="observer", by=person, at=timezone.now()
    )
    client = signed_in(person)
    before = len(client.get(MINE).context["decisions"])
    Member.objects.filter(pk=member.pk).update(focus_area=FocusAreaFactory(number=2))

    after = client.get(MINE).context["decisions"]

    assert (before, after) == (1, [])


@pytest.mark.parametrize("page", [QUEUE, MINE])
def test_last_decisions_take_as_many_queries_for_three_as_for_one(me, page):
    client = signed_in(me)
    declined(me)
    client.get(page)
    one = queries_of(client, page)
    declined(me)
    declined(me)

    assert queries_of(client, page) == one


def test_who_decides_nothing_is_not_asked_about(me):
    reader = observer()
    declined(reader)

    assert shown(signed_in(reader)) == []
