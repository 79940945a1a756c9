"""The pages of a draft after the deadline: asking to send it late, and sending it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eoi.models import LateRequest
from eoi.services.late_requests import accept_late, refuse_late, request_late
from members.models import Call, Member, TimelineEntry, TimelineKind
from tests.eoi.drafts import DAY, form_of, page_of, saved
from tests.eoi.form import CHECK, FORM, carried_by, make_call, posted, words_of
from tests.factories import CallFactory, UserFactory

ASK = "Ask to send it late"
SAVE_FIRST = "Save it first"


@pytest.fixture
def draft():
    call = make_call(opens=-9, closes=-2, grace_ends=-1)
    return saved(call=call, at=timezone.now() - timedelta(days=3))


@pytest.fixture
def asked(draft):
    return request_late(draft=draft, organisation_name="Ministry", at=timezone.now())


def accepted(late_request, **facts):
    at = timezone.now()
    facts = {"until": at + DAY, "by": UserFactory(name="Ada Lovelace"), **facts}
    return accept_late(late_request=late_request, at=at, **facts)


def late_page(draft):
    return page_of(draft, "late/")


def checked(client, draft):
    """Open the check page from the page of the draft."""
    response = client.post(FORM, form_of(client, draft))
    return response, client.get(CHECK)


def test_page_of_a_draft_offers_to_ask_after_the_deadline(client, draft):
    words = words_of(client.get(page_of(draft)))

    assert "You can ask us to accept it after the deadline." in words
    assert ASK in words
    assert "Check your answers" not in words


def test_person_asks_with_the_name_and_reads_when_it_was_received(client, draft):
    page = client.get(late_page(draft))
    response = client.post(
        late_page(draft), {"organisation_name": " Ministry of Health "}, follow=True
    )

    assert page.context["form"]["organisation_name"].value() == "Ministry of Digital Affairs"
    assert "We write to wanjiku@example.org when it is decided." in words_of(page)
    assert response.redirect_chain == [(page_of(draft), 302)]
    words = words_of(response)
    assert "We have received your request." in words
    assert "You asked to send it late. We received your request on:" in words
    assert ASK not in words
    late_request = LateRequest.objects.get()
    assert (late_request.draft, late_request.organisation_name) == (draft, "Ministry of Health")


@pytest.mark.parametrize("typed", [{}, {"organisation_name": " "}, {"organisation_name": "…"}])
def test_request_without_a_name_comes_back(client, draft, typed):
    response = client.post(late_page(draft), typed)

    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert not LateRequest.objects.exists()


def test_there_is_nothing_to_ask_for_while_a_call_is_open(client):
    draft = saved()

    asked = client.post(late_page(draft), {"organisation_name": "Ministry"})

    assert (asked.status_code, asked["Location"]) == (302, page_of(draft))
    assert ASK not in words_of(client.get(page_of(draft)))
    assert not LateRequest.objects.exists()


def test_form_that_is_only_kept_says_how_to_ask(client):
    call = make_call()
    client.post(FORM, posted())
    Call.objects.filter(pk=call.pk).update(closes_at=timezone.now(), grace_ends_at=timezone.now())

    words = words_of(client.get(FORM))

    assert "You can then ask us to accept it after the deadline." in words
    assert SAVE_FIRST in words


def test_robot_is_not_offered_to_ask(client):
    call = make_call(opens=-9, closes=-2, grace_ends=-1)
    draft = saved(call=call, leave_empty="x")

    assert ASK not in words_of(client.get(page_of(draft)))
    assert client.get(late_page(draft)).status_code == 302


def test_draft_that_waits_cannot_be_sent(client, asked):
    response, check = checked(client, asked.draft)
    sent = client.post(CHECK, carried_by(client.get(page_of(asked.draft))))

    assert response["Location"] == page_of(asked.draft)
    assert check.status_code == 302
    assert sent.status_code == 302
    assert not Member.objects.exists()


def test_accepted_draft_is_sent_through_the_check_page(client, asked):
    late_request = accepted(asked)
    # A call that closed later does not get it.
    CallFactory(
        opens_at=timezone.now() - DAY, closes_at=timezone.now(), grace_ends_at=timezone.now()
    )

    shown = words_of(client.get(page_of(asked.draft)))
    response, check = checked(client, asked.draft)
    sent = client.post(CHECK, carried_by(check), follow=True)

    assert "We accept this form after the deadline if you send it by:" in shown
    assert response["Location"] == CHECK
    assert "Send it no later than:" in words_of(check)
    assert "We have received your expression of interest" in words_of(sent)
    member = Member.objects.get()
    assert member.call == asked.draft.call
    entry, received = TimelineEntry.objects.order_by("at", "pk")
    assert (entry.kind, received.kind) == (TimelineKind.ACCEPTED_LATE, TimelineKind.RECEIVED)
    assert (entry.member, entry.by_name, entry.is_public) == (member, "Ada Lovelace", True)
    assert (entry.by_user, entry.at) == (late_request.decided_by, late_request.decided_at)
    assert received.at == member.submitted_at > entry.at


def test_accepted_draft_is_not_sent_once_the_acceptance_has_ended(client, asked):
    accepted(asked)
    _response, check = checked(client, asked.draft)
    LateRequest.objects.update(
        decided_at=timezone.now() - DAY, accepted_until=timezone.now() - timedelta(seconds=1)
    )

    sent = client.post(CHECK, carried_by(check))

    assert (sent.status_code, sent["Location"]) == (302, page_of(asked.draft))
    assert not Member.objects.exists()
    assert ASK in words_of(client.get(page_of(asked.draft)))


def test_accepted_draft_goes_to_a_call_that_has_opened_since(client, asked):
    accepted(asked)
    opened = make_call()

    _response, check = checked(client, asked.draft)
    client.post(CHECK, carried_by(check))

    assert Member.objects.get().call == opened
    assert not TimelineEntry.objects.filter(kind=TimelineKind.ACCEPTED_LATE).exists()


def test_refused_person_reads_the_reason_and_cannot_ask_again(client, asked):
    refuse_late(
        late_request=asked, reason="Too late.\n<b>Sorry.</b>", by=UserFactory(), at=timezone.now()
    )

    response = client.get(page_of(asked.draft))
    again = client.post(late_page(asked.draft), {"organisation_name": "Ministry"})

    assert "Too late.<br>&lt;b&gt;Sorry.&lt;/b&gt;" in response.text
    assert ASK not in words_of(response)
    assert again["Location"] == page_of(asked.draft)
    assert LateRequest.objects.get().refusal


def test_open_call_needs_no_query_about_late_requests(client):
    draft = saved()

    with CaptureQueriesContext(connection) as queries:
        client.get(page_of(draft))

    assert [query for query in queries if "laterequest" in query["sql"]] == []
