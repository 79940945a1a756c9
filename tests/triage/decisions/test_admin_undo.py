"""Undo from the last decisions, from the member's page and after a bulk action."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.dates import format_time
from focus_areas.models import FocusArea
from members.models import LetterDraft, Member, MemberStatus
from members.services.decisions import decline, request_information
from outbox.models import Message, MessageStatus
from tests.factories import FocalPointFactory, FocusAreaFactory, UserFactory
from tests.queries import queries_of
from tests.triage.decisions.decisions import a_file_for, address, as_shown, chosen, ticked
from tests.triage.staff import coordinator, observer, officer, signed_in, told
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


def test_member_page_says_when_the_letter_is_sent_and_leads_back_to_the_undone_decision():
    client, member, page = decided()
    time = format_time(timezone.localtime(member.settles_at))
    member_page = reverse("admin:members_member_change", args=[member.pk])
    to_read = signed_in(observer()).get(member_page)

    response = client.post(
        f"{UNDO}?_changelist_filters=status%3Ddeclined",
        {"decided": [f"{member.pk}-{member.version}"]},
        follow=True,
    )

    assert f"sent at {time}" in page.text
    assert f'name="decided" value="{member.pk}-{member.version}"' in page.text
    assert told(response) == ["The decision is undone. No letter is sent."]
    assert 'name="decided"' not in to_read.text
    assert response.redirect_chain == [
        (f"{address('decline', member)}?_changelist_filters=status%3Ddeclined", 302)
    ]
    assert statuses([member]) == {MemberStatus.PENDING}
    assert [each.status for each in Message.objects.all()] == [MessageStatus.CANCELLED]
    assert "sent at" not in response.text


def test_undo_restores_the_reasons_and_the_letter_without_asking_what_changed():
    client = signed_in(officer())
    member = a_file_for("decline")
    given = ticked("not-an-organisation", "principles")
    sent = as_shown(client, "decline", member, reasons=given)
    sent["body"] += "\n\nWith regret."
    client.post(address("decline", member), {**sent, "decide": 1})
    member.refresh_from_db()

    page = post(client, member)

    form, letter = page.context["form"], page.context["letter"]
    assert form["reasons"].value() == [str(pk) for pk in given]
    assert letter.shown.body.endswith("With regret.")
    assert page.context["refused"] is None
    assert form.version_seen == page.context["member"].version


def test_undo_restores_the_reason_for_closing_and_the_role():
    client = signed_in(officer())
    closed, admitted = a_file_for("close"), a_file_for("admit")
    chosen_role = {"focus_area": FocusArea.objects.get(number=3).pk, "role": "observer"}
    for page, member, choice in (
        ("close", closed, {"reason": "not_genuine"}),
        ("admit", admitted, chosen_role),
    ):
        sent = as_shown(client, page, member, **choice)
        client.post(address(page, member), {**sent, "decide": 1})
        member.refresh_from_db()

    pages = [post(client, member) for member in (closed, admitted)]

    assert [statuses([member]) for member in (closed, admitted)] == [{MemberStatus.PENDING}] * 2
    assert pages[0].redirect_chain == [(f"{address('close', closed)}?reason=not_genuine", 302)]
    assert pages[0].context["form"]["reason"].value() == "not_genuine"
    form = pages[1].context["form"]
    assert (form["role"].value(), form["focus_area"].value()) == (
        "observer",
        str(chosen_role["focus_area"]),
    )


def test_what_an_undo_would_restore_is_not_kept_if_the_decision_holds_at_once(settings):
    settings.UNDO_SECONDS = 0

    decided()

    assert not LetterDraft.objects.exists()


def test_last_decisions_on_the_page_of_the_next_member_undo_the_decision():
    client = signed_in(officer())
    a_file_for("decline")
    _client, member, page = decided(client=client, then="next")

    [notice] = page.context["messages"]

    assert "The applicant was declined." in notice.message
    # It is read aloud, and moves nothing on the screen.
    assert notice.tags == "visually-hidden success"
    assert f'value="{member.pk}-{member.version}"' in page.text
    assert page.text.count('data-keys="z"') == 1
    post(client, member)
    assert statuses([member]) == {MemberStatus.PENDING}


def test_decision_without_a_letter_says_so_and_one_that_cannot_be_undone_has_no_button(settings):
    _client, _member, without_letter = decided("close")
    settings.UNDO_SECONDS = 0
    _client, _member, page = decided()

    assert "until " in without_letter.text
    assert 'name="decided"' not in page.text


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


CAN_NO_LONGER = (
    "The decision can no longer be undone. Reopen the expression of interest, or decide again."
)


def nothing_is_held():
    """Return an officer and an applicant on whom nobody has decided."""
    return signed_in(officer()), FocalPointFactory().member


def was_undone():
    """Return an officer who has undone a decision, and the applicant as the page showed it."""
    client, member, _page = decided()
    post(client, member)
    return client, member


def seconds_ran_out():
    """Return an officer and an applicant on whom they decided three minutes ago."""
    me = officer()
    [member] = asked_for_information(at=timezone.now() - timedelta(minutes=3), by=me)
    return signed_in(me), member


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (nothing_is_held, CAN_NO_LONGER),
        (was_undone, "Decision undone: "),
        (seconds_ran_out, CAN_NO_LONGER),
    ],
)
def test_undo_of_what_is_not_held_says_so_and_changes_nothing(before, words):
    client, member = before()
    as_it_was = Member.objects.values().get(pk=member.pk)
    letters, entries = list(Message.objects.values()), member.timeline.count()

    response = post(client, member)

    [refusal] = told(response)
    assert words in refusal
    assert response.redirect_chain == [(address("change", member), 302)]
    assert Member.objects.values().get(pk=member.pk) == as_it_was
    assert (list(Message.objects.values()), member.timeline.count()) == (letters, entries)


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
    assert ">Undo all <kbd" in page.text
    [refused] = response.context["refused"]
    assert refused.member == third
    assert refused.refusal.startswith("The organisation has changed since you opened it.")
    assert response.context["said"] == "2 decisions undone. No letters are sent."
    assert statuses([first, second]) == {MemberStatus.PENDING}
    assert statuses([third]) == {MemberStatus.DECLINED}


def address_of_bulk(name):
    return reverse(f"admin:members_member_{name}_several")


def test_undo_of_several_decisions_names_them():
    client, colleague = signed_in(officer()), officer()
    [member] = asked_for_information(by=colleague)
    decline(member=member, by=colleague, at=timezone.now())

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
