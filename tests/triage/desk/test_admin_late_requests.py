"""Requests to send late, in the admin."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from eoi.models import LateRequest, LateRequestState
from outbox.models import Message
from tests.eoi.form import make_call, words_of
from tests.factories import EoiDraftFactory, LateRequestFactory, MemberFactory
from tests.triage.staff import observer, officer, queries_of, read, signed_in

DAY = timedelta(days=1)
LIST = "/admin/eoi/laterequest/"


def make_request(**facts):
    """A request that was made an hour ago, three hours after the deadline."""
    now = timezone.now()
    call = facts.pop("call", None) or make_call(opens=-9, closes=-2, grace_ends=-1)
    call.closes_at = call.grace_ends_at = now - timedelta(hours=4)
    call.save()
    draft = EoiDraftFactory(
        call=call,
        started_at=now - DAY,
        saved_at=now - DAY,
        expires_at=now + 9 * DAY,
        form_data="organisation_name=Secret&motivation=Secret",
        **facts,
    )
    return LateRequestFactory(
        draft=draft, organisation_name="Ministry of Health", requested_at=now - DAY / 24
    )


def address(page, late_request):
    return reverse(f"admin:eoi_laterequest_{page}", args=[late_request.pk])


def state(late_request):
    late_request.refresh_from_db()
    return late_request.state_at(timezone.now())


def test_page_shows_who_asked_and_how_late_but_no_answer():
    late_request = make_request(email="ada@example.org", language="fr")
    client = signed_in(officer())

    for page in (LIST, *(address(name, late_request) for name in ("change", "accept", "refuse"))):
        words = words_of(client.get(page))
        assert "Ministry of Health" in words
        assert "ada@example.org" in words
        assert "3 hours" in words
        assert "Secret" not in words
    assert "in this language: French" in words
    accept = address("accept", late_request)
    pages = [
        signed_in(who).get(address("change", late_request)).text for who in (officer(), observer())
    ]
    assert [accept in page for page in pages] == [True, False]


def test_officer_accepts_until_the_end_of_a_day():
    late_request, by = make_request(email="ada@example.org"), officer()
    last_day = localdate() + DAY

    response = signed_in(by).post(
        address("accept", late_request), {"until": last_day.isoformat()}, follow=True
    )

    assert response.redirect_chain == [(LIST, 302)]
    assert "Decided. An email to ada@example.org is on its way." in words_of(response)
    assert state(late_request) == LateRequestState.ACCEPTED
    assert localdate(late_request.accepted_until) == last_day + DAY
    assert late_request.decided_by == by
    assert Message.objects.get().recipient == "ada@example.org"


@pytest.mark.parametrize(
    ("page", "typed", "said"),
    [
        ("accept", {}, "This field is required."),
        ("accept", {"until": "2021-10-25"}, "Choose a last day within the next 14 days."),
        ("accept", {"until": "2121-10-25"}, "Choose a last day within the next 14 days."),
        ("refuse", {"reason": " "}, "This field is required."),
    ],
)
def test_wrong_decision_comes_back(page, typed, said):
    late_request = make_request()

    response = signed_in(officer()).post(address(page, late_request), typed)

    assert response.status_code == 422
    assert said in words_of(response)
    assert state(late_request) == LateRequestState.WAITING
    assert not Message.objects.exists()


def test_officer_refuses_with_a_reason_which_a_second_one_reads_on_a_page_without_a_button():
    late_request, client = make_request(), signed_in(officer())
    ada = officer(name="Ada Lovelace")

    refused = signed_in(ada).post(address("refuse", late_request), {"reason": "Too late."})
    response = client.post(
        address("accept", late_request), {"until": (localdate() + DAY).isoformat()}
    )
    page = client.get(address("change", late_request))

    assert (refused.status_code, response.status_code) == (302, 409)
    assert state(late_request) == LateRequestState.REFUSED
    assert (late_request.decided_by, late_request.refusal) == (ada, "Too late.")
    assert "Ada Lovelace decided this request on" in words_of(response)
    assert '<button class="btn btn-main">' not in response.text
    assert Message.objects.count() == 1
    for words in ("Decided by Ada Lovelace", "Reason Too late."):
        assert words in words_of(page)
    assert address("accept", late_request) not in page.text


def test_list_of_what_waits_leaves_out_the_others():
    client = signed_in(officer())
    call = make_call(opens=-9, closes=-2, grace_ends=-1)
    refused, sent, waits = (make_request(call=call) for _number in range(3))
    client.post(address("refuse", refused), {"reason": "Too late."})
    MemberFactory(submission_key=sent.draft.submission_key)

    listed = client.get(LIST, {"state": "waiting"}).context["cl"].result_list

    assert [each.pk for each in listed] == [waits.pk]
    assert LateRequest.objects.count() == 3


def test_list_asks_as_often_for_three_as_for_one():
    client, counts = signed_in(officer()), []
    for number in (1, 2):
        for _request in range(number):
            make_request()
        counts.append(queries_of(client, LIST))

    assert counts[0] == counts[1]


def test_front_page_and_call_say_what_waits():
    client = signed_in(officer())
    late_request = make_request()

    front = read(client.get("/admin/"))
    call = read(client.get(f"/admin/members/call/{late_request.draft.call_id}/change/"))

    waiting = f'href="{LIST}?state=waiting"'
    assert f"<a {waiting}>1 organisation asks to send its form late</a>" in front
    assert "1 organisation asks to send its form after the deadline." in call
    assert waiting in call
