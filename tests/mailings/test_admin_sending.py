"""The desk's pages on which a mailing is sent, and on which each step after that is taken."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mailings.models import Exclusion, MailingKind, MailingStatus
from tests.mailings.desk import page_of, send, typed
from tests.mailings.mailings import begun, confirmed, fresh, going, person
from tests.triage.staff import told


def test_page_that_sends_a_mailing_names_its_subject(client_of_officer):
    mailing = begun(person())

    page = client_of_officer.get(page_of(mailing, "send"))

    assert page.context["subject"] == mailing.texts.get().subject
    assert f"<bdi>{mailing.texts.get().subject}</bdi>" in page.text


def test_confirm_page_names_how_many_in_which_languages_and_who_is_left_out(client_of_officer):
    mailing = begun(
        person(),
        person(language="fr"),
        person(newsletter=False),
        kind=MailingKind.BULLETIN,
    )

    typed_on_it = typed(mailing, kind="bulletin", body_en="Typed last.", then="send")
    response = client_of_officer.post(page_of(mailing), typed_on_it, follow=True)

    page = response.content.decode()
    assert mailing.texts.get().body == "Typed last."
    assert response.redirect_chain[-1][0] == page_of(mailing, "send")
    assert "Send to 2 people" in page
    assert "1: English, for readers of French" in page
    assert "did not agree to get news" in page


def test_confirm_page_of_what_cannot_go_out_leads_back_to_the_draft(client_of_officer):
    mailing = begun(person())
    unfit = typed(mailing, body_en="For {nobody}", then="send")

    response = client_of_officer.post(page_of(mailing), unfit, follow=True)

    page = response.content.decode()
    assert response.redirect_chain[-1][0] == page_of(mailing, "send")
    assert "The text cannot go out yet" in page
    assert f'<a href="{page_of(mailing)}">Back to the mailing</a>' in page
    assert "Send to" not in page


def test_send_at_once_schedules_it_for_now_and_for_whoever_was_shown(client_of_officer):
    mailing = begun(person())

    answer = send(client_of_officer, mailing)

    assert told(answer) == ["The mailing goes out now."]
    assert (fresh(mailing).status, fresh(mailing).recipient_count) == (MailingStatus.SCHEDULED, 1)


def test_send_at_a_time_takes_it_in_geneva(client_of_officer):
    mailing = begun(person())

    send(client_of_officer, mailing, when="later", day="2035-07-02", time="09:30")

    assert fresh(mailing).scheduled_for.isoformat() == "2035-07-02T07:30:00+00:00"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"when": "later"}, "Say when it is to go out."),
        ({"when": "later", "day": "2035-03-25", "time": "02:30"}, "02:30 does not exist"),
        ({"when": "later", "day": "2035-10-28", "time": "02:30"}, "02:30 comes twice"),
        ({"when": "later", "day": "2020-01-01", "time": "10:00"}, "This time is over."),
        ({"number": 7}, "it would go to 1 person now"),
        ({"version": 7}, "changed this mailing after you opened it"),
        ({"when": "soon"}, "Select a valid choice"),
    ],
)
def test_send_refuses_in_words_and_sends_nothing(client_of_officer, answers, words):
    mailing = begun(person())

    answer = send(client_of_officer, mailing, **answers)

    assert answer.status_code in (409, 422)
    assert words in answer.content.decode()
    assert fresh(mailing).status == MailingStatus.DRAFT


def test_send_offers_no_button_where_the_text_is_unfit_or_nobody_gets_it(client_of_officer):
    unfit, nobody = begun(person()), begun(person())
    unfit.texts.update(body="")
    nobody.recipients.update(exclusion=Exclusion.NOT_AGREED)

    pages = [
        client_of_officer.get(page_of(mailing, "send")).content.decode()
        for mailing in (unfit, nobody)
    ]

    assert "The text cannot go out yet" in pages[0]
    assert "Nobody gets it." in pages[1]
    assert not any("Send to" in page for page in pages)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("stop", MailingStatus.PAUSED, "The mailing is stopped."),
        ("cancel", MailingStatus.CANCELLED, "The mailing is cancelled. Nobody was written to."),
        ("take_back", MailingStatus.DRAFT, "The mailing is a draft again."),
    ],
)
def test_step_is_asked_for_on_a_page_and_then_taken(client_of_officer, name, status, words):
    mailing = going(person()) if name == "stop" else confirmed(begun(person()))

    asked = client_of_officer.get(page_of(mailing, name))
    answer = client_of_officer.post(
        page_of(mailing, name), {"version": asked.context["form"]["version"].value()}, follow=True
    )

    assert asked.status_code == 200
    assert told(answer) == [words]
    assert fresh(mailing).status == status


def test_step_is_refused_with_the_mailing_as_it_is_now(client_of_officer):
    mailing = going(person())

    answer = client_of_officer.post(page_of(mailing, "stop"), {"version": 1})

    assert answer.status_code == 409
    assert "changed this mailing after you opened it" in answer.content.decode()
    assert answer.context["form"]["version"].value() == mailing.version
    assert fresh(mailing).status == MailingStatus.SENDING


def test_reschedule_shows_the_time_in_geneva_and_takes_another(client_of_officer):
    mailing = confirmed(begun(person()), scheduled_for=timezone.now() + timedelta(days=3))

    page = client_of_officer.get(page_of(mailing, "reschedule"))
    client_of_officer.post(
        page_of(mailing, "reschedule"),
        {"version": mailing.version, "day": "2035-01-02", "time": "10:00"},
    )

    assert page.status_code == 200
    assert fresh(mailing).scheduled_for.isoformat() == "2035-01-02T09:00:00+00:00"
