"""The admin pages on which one person requests to send a mailing, and a second one decides."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mailings.models import MailingStatus, SendRequest
from tests.factories import SendRequestFactory, UserFactory
from tests.mailings.desk import LIST, page_of, send, typed
from tests.mailings.mailings import begun, fresh, outbox, person
from tests.triage.staff import observer, officer, signed_in, told

WAITS = f"{LIST}?second_person=waits"


@pytest.fixture(autouse=True)
def _few_are_many(settings):
    settings.MAILING_SECOND_PERSON_ABOVE = 1


@pytest.fixture
def mailing():
    """A draft that needs a second person."""
    return begun(person(), person())


@pytest.fixture
def grace():
    return signed_in(officer(name="Grace", email="grace@itu.example"))


def decide(client, mailing, **answers):
    shown = {"number": mailing.recipients.included().count(), "version": mailing.version}
    return client.post(page_of(mailing, "second_person"), {**shown, **answers}, follow=True)


def test_send_page_requests_a_second_person_who_confirms_it(client_of_officer, grace, mailing):
    page = client_of_officer.get(page_of(mailing, "send")).text
    answer = send(client_of_officer, mailing)
    draft = grace.get(page_of(mailing)).text
    reviewed = grace.get(page_of(mailing, "send"), follow=True)
    done = decide(grace, mailing)

    assert "A mailing to more than 1 person needs a second person" in page
    assert "Request to send to 2 people" in page
    assert "Send to 2 people" not in page
    assert told(answer) == ["Requested. A second person must confirm it. Nothing was sent."]
    assert "<bdi>Ada Officer</bdi> requested on" in draft
    assert f'<a href="{page_of(mailing, "second_person")}">Read and confirm</a>' in draft
    assert reviewed.redirect_chain == [(page_of(mailing, "second_person"), 302)]
    assert ">Send to 2 people</button>" in reviewed.text
    assert mailing.texts.get().body in reviewed.text
    assert told(done) == ["The mailing is being sent now."]
    assert (fresh(mailing).status, str(fresh(mailing).confirmed_by)) == ("scheduled", "Grace")
    assert "Requested by" in done.text


def test_first_person_reads_that_a_second_one_must_confirm(client_of_officer, mailing):
    send(client_of_officer, mailing)

    draft = client_of_officer.get(page_of(mailing)).text
    page = client_of_officer.get(page_of(mailing, "second_person")).text
    answer = decide(client_of_officer, mailing)

    assert "View the request" in draft
    assert "You requested this yourself. A second person must confirm it." in page
    assert "Send to" not in page
    assert answer.status_code == 409
    assert fresh(mailing).status == MailingStatus.DRAFT


def test_return_needs_a_reason_which_the_draft_shows(client_of_officer, grace, mailing):
    send(client_of_officer, mailing)

    without = decide(grace, mailing, **{"return": "1"})
    answer = decide(grace, mailing, **{"return": "1", "reason": "<b>Too long.</b>"})

    assert without.status_code == 422
    assert "Enter a reason: your colleagues read it." in without.text
    assert told(answer) == ["The mailing is returned. Nothing was sent."]
    assert "<bdi>Grace</bdi> returned this mailing on" in answer.text
    assert "&lt;b&gt;Too long.&lt;/b&gt;" in answer.text
    assert outbox() == []


def test_second_person_reads_that_the_text_was_changed_meanwhile(client_of_officer, grace, mailing):
    send(client_of_officer, mailing)
    client_of_officer.post(page_of(mailing), typed(mailing, body_en="Other words."))

    answer = decide(grace, mailing)

    assert answer.status_code == 409
    assert "Ada Officer changed this mailing on" in answer.text
    assert "Nobody requests to send this mailing now." in answer.text
    assert "Send to" not in answer.text


def test_with_0_each_mailing_needs_a_second_person(client_of_officer, settings):
    settings.MAILING_SECOND_PERSON_ABOVE = 0

    answer = send(client_of_officer, begun(person()))

    assert told(answer) == ["Requested. A second person must confirm it. Nothing was sent."]


def test_confirm_page_of_a_request_for_later_offers_to_schedule_it(grace, mailing):
    SendRequestFactory(mailing=mailing, scheduled_for=timezone.now() + timedelta(days=3))

    page = grace.get(page_of(mailing, "second_person")).text
    answer = decide(grace, mailing)

    assert "It is to be sent on" in page
    assert ">Schedule for 2 people</button>" in page
    assert answer.status_code == 409
    assert "2 recipients, more than the request (1)" in answer.text


def test_list_says_what_waits_and_narrows_to_it(grace, mailing):
    SendRequestFactory(mailing=mailing, requested_by=UserFactory())
    begun(person())

    every, waiting = grace.get(LIST), grace.get(WAITS)

    assert len(every.context["cl"].result_list) == 2
    assert [each.pk for each in waiting.context["cl"].result_list] == [mailing.pk]
    assert every.text.count('<span class="chip is-new">Waits for a second person</span>') == 1


def test_front_page_counts_the_mailings_that_its_reader_may_confirm(mailing):
    me = officer()
    SendRequestFactory(mailing=mailing, requested_by=UserFactory())
    SendRequestFactory(mailing=begun(person(), person()), requested_by=me)

    mine, other, none = (
        signed_in(each).get("/admin/").text for each in (me, officer(), observer())
    )

    assert f'<a href="{WAITS}">1 mailing waits for a second person</a>' in mine
    assert "2 mailings wait for a second person" in other
    assert "second person" not in none


def test_observer_cannot_decide(mailing):
    SendRequestFactory(mailing=mailing)

    assert decide(signed_in(observer()), mailing).status_code == 403
    assert SendRequest.objects.waiting().count() == 1
