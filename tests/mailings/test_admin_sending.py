"""The admin pages on which a mailing is written, previewed and sent, and for each later step."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inbox.models import IncomingKind
from mailings.models import Exclusion, Mailing, MailingKind, MailingStatus
from mailings.services.drafts import DraftText, save_draft
from mailings.services.letters import topic_of
from outbox.models import Message
from tests.factories import NOON, IncomingMailFactory, MailingTextFactory, UserFactory
from tests.mailings.desk import page_of, send, typed
from tests.mailings.mailings import begun, confirmed, fresh, going, person
from tests.triage.staff import told


def test_confirm_page_names_how_many_in_which_languages_and_who_is_left_out(client_of_officer):
    mailing = begun(
        person(), person(language="fr"), person(newsletter=False), kind=MailingKind.BULLETIN
    )

    typed_on_it = typed(mailing, kind="bulletin", body_en="Typed last.", then="send")
    response = client_of_officer.post(page_of(mailing), typed_on_it, follow=True)

    page = response.content.decode()
    assert mailing.texts.get().body == "Typed last."
    assert response.redirect_chain[-1][0] == page_of(mailing, "send")
    assert "Send to 2 people" in page
    assert "Schedule for 2 people" in page
    assert f"<bdi>{mailing.texts.get().subject}</bdi>" in page
    assert "1: English, for recipients who prefer French" in page
    assert "did not agree to receive bulletins" in page


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"when": "later"}, "Enter when the mailing is to be sent."),
        ({"when": "later", "day": "2035-03-25", "time": "02:30"}, "02:30 does not exist"),
        ({"when": "later", "day": "2035-10-28", "time": "02:30"}, "02:30 occurs twice"),
        ({"when": "later", "day": "2020-01-01", "time": "10:00"}, "This time has passed."),
        ({"number": 7}, "The mailing now has 1 recipient."),
        ({"version": 7}, "changed this mailing on Monday 25 October 2021, 12:00 Geneva"),
        ({"when": "soon"}, "Select a valid choice"),
    ],
)
def test_send_refuses_in_words_and_sends_nothing(client_of_officer, answers, words):
    mailing = begun(person())

    answer = send(client_of_officer, mailing, **answers)

    assert answer.status_code in (409, 422)
    assert words in answer.content.decode()
    assert fresh(mailing).status == MailingStatus.DRAFT


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("stop", MailingStatus.PAUSED, "The mailing is paused."),
        ("cancel", MailingStatus.CANCELLED, "The mailing is cancelled. Nothing was sent."),
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


def test_mailing_that_was_cancelled_has_no_delivery_results(client_of_officer):
    mailing = confirmed(begun(person()))
    page = client_of_officer.get(page_of(mailing)).content.decode()
    version = client_of_officer.get(page_of(mailing, "cancel")).context["form"]["version"].value()
    client_of_officer.post(page_of(mailing, "cancel"), {"version": version})

    after = client_of_officer.get(page_of(mailing)).content.decode()

    assert "Delivery results" in page
    assert "Delivery results" not in after
    assert "All selected recipients" in after


def test_step_is_refused_with_the_mailing_as_it_is_now(client_of_officer):
    mailing = going(person())

    answer = client_of_officer.post(page_of(mailing, "stop"), {"version": 1})

    assert answer.status_code == 409
    assert (
        "changed this mailing on Monday 25 October 2021, 14:00 Geneva (UTC+2), after you opened it"
    ) in answer.content.decode()
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


@pytest.mark.parametrize(("page", "no_more"), [("send", "Send to"), ("preview", "Dear")])
def test_page_of_what_cannot_go_out_leads_back_to_the_draft(client_of_officer, page, no_more):
    mailing = begun(person())
    unfit = typed(mailing, body_en="For {nobody}", then=page)

    response = client_of_officer.post(page_of(mailing), unfit, follow=True)

    assert response.redirect_chain[-1][0] == page_of(mailing, page)
    assert "The text cannot be sent yet" in response.text
    assert f'<a href="{page_of(mailing)}">Back to the mailing</a>' in response.text
    assert no_more not in response.text


def test_send_offers_no_button_where_nobody_gets_it(client_of_officer):
    mailing = begun(person())
    mailing.recipients.update(exclusion=Exclusion.NOT_AGREED)

    page = client_of_officer.get(page_of(mailing, "send")).content.decode()

    assert "No recipients." in page
    assert "Send to" not in page


@pytest.mark.parametrize(
    ("when", "scheduled_for", "words"),
    [
        ({"when": "now"}, None, "The mailing is being sent now."),
        # In Geneva time.
        ({"when": "later", "day": "2035-07-02", "time": "09:30"}, "2035-07-02T07:30:00+00:00", ""),
    ],
)
def test_send_schedules_it_for_whoever_was_shown(client_of_officer, when, scheduled_for, words):
    mailing = begun(person())

    answer = send(client_of_officer, mailing, **when)

    mailing = fresh(mailing)
    assert (mailing.status, mailing.recipient_count) == (MailingStatus.SCHEDULED, 1)
    assert scheduled_for in (None, mailing.scheduled_for.isoformat())
    assert words in told(answer)[0]


def test_draft_is_kept_as_typed_and_what_is_unfit_is_said_at_its_field(client_of_officer):
    mailing = begun(person())
    wrong = typed(mailing, body_en="For {nobody}", subject_fr="Nouvelles")

    answer = client_of_officer.post(page_of(mailing), wrong, follow=True)

    assert told(answer) == ["The draft is saved. Nothing was sent."]
    texts = {text.language: (text.subject, text.body) for text in mailing.texts.all()}
    assert texts == {"en": ("News", "For {nobody}"), "fr": ("Nouvelles", "")}
    errors = answer.context["form"].errors
    assert errors["body_en"] == ["{nobody} is not available in this kind of message."]
    assert errors["body_fr"] == ["Enter a text."]
    assert "For {nobody}" in answer.content.decode()


def test_draft_over_a_colleagues_shows_theirs_and_keeps_what_was_typed(client_of_officer):
    mailing = begun(person())
    opened = typed(mailing, body_en="Mine.")
    save_draft(
        mailing=fresh(mailing),
        kind=MailingKind.LETTER,
        language="en",
        texts={"en": DraftText("Theirs", "Their words.")},
        version=mailing.version,
        by=UserFactory(name="Grace"),
        at=NOON,
    )

    answer = client_of_officer.post(page_of(mailing), opened)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert (
        "Grace changed this mailing on Monday 25 October 2021, 14:00 Geneva (UTC+2), after you "
        "opened it. Your changes were not saved."
    ) in page
    assert "Their words." in page
    assert "Mine." in page
    assert mailing.texts.get().body == "Their words."

    again = {**opened, "version": answer.context["form"]["version"].value()}
    client_of_officer.post(page_of(mailing), again)

    assert mailing.texts.get().body == "Mine."


def test_draft_with_what_no_text_holds_is_not_kept(client_of_officer):
    mailing = begun(person())

    answer = client_of_officer.post(page_of(mailing), typed(mailing, body_en="a\0b"))

    assert answer.status_code == 422
    assert fresh(mailing).version == 1


def test_preview_shows_what_each_recipient_reads_and_leads_to_the_next(client_of_officer):
    ada = person(email="ada@example.org", organisation_name="Ministry of Stars")
    alan = person(email="alan@example.org", language="fr")
    mailing = begun(ada, alan)
    first, second = mailing.recipients.order_by("pk")

    page = client_of_officer.get(page_of(mailing, "preview"))
    other = client_of_officer.get(page_of(mailing, "preview"), {"recipient": second.pk})
    mail = client_of_officer.get(page_of(mailing, "mail"), {"recipient": first.pk})

    assert page.context["letter"].subject == f"News for {ada.member.reference}"
    assert (page.context["before"], page.context["after"]) == (None, second)
    assert "There is news for Ministry of Stars." in page.context["text"]
    assert (
        "Preferred language: French. There is no text in this language." in other.content.decode()
    )
    assert (other.context["before"], other.context["after"]) == (first, None)
    assert "There is news for Ministry of Stars." in mail.content.decode()
    assert client_of_officer.get(page_of(mailing, "mail"), {"recipient": 999}).status_code == 404


@pytest.mark.parametrize("then", ["preview", "recipients", "test_copies"])
def test_page_beside_a_draft_is_opened_after_every_word_of_it_is_saved(client_of_officer, then):
    mailing = begun(person())
    typed_on_it = typed(mailing, subject_fr="Des nouvelles", body_en="Typed last.", then=then)

    response = client_of_officer.post(page_of(mailing), typed_on_it, follow=True)

    assert response.redirect_chain == [(page_of(mailing, then), 302)]
    assert told(response) == ["The draft is saved. Nothing was sent."]
    kept = dict(mailing.texts.values_list("language", "body"))
    assert kept == {"en": "Typed last.", "fr": ""}
    assert mailing.texts.get(language="fr").subject == "Des nouvelles"


def test_what_was_typed_stays_on_the_page_where_a_colleague_sent_the_draft_meanwhile(
    client_of_officer,
):
    mailing = begun(person())
    typed_on_it = typed(mailing, body_en="Typed last.")
    confirmed(mailing)

    response = client_of_officer.post(page_of(mailing), typed_on_it)

    assert response.status_code == 409
    assert "Typed last." in response.text
    assert fresh(mailing).texts.get().body != "Typed last."


def test_texts_of_a_mailing_are_read_with_that_in_its_first_language_first(client_of_officer):
    mailing = begun(person())
    MailingTextFactory(mailing=mailing, language="fr")
    Mailing.objects.update(language="fr")
    confirmed(fresh(mailing))

    page = client_of_officer.get(page_of(mailing))

    assert [text.language for text in page.context["texts"]] == ["fr", "en"]


def test_test_copy_goes_to_oneself(client_of_officer):
    mailing = begun(person(email="ada@example.org"))

    answer = client_of_officer.post(page_of(mailing, "preview"), follow=True)

    assert told(answer) == ["A test copy is being sent to ada.officer@itu.example only."]
    assert Message.objects.get().recipient == "ada.officer@itu.example"


def test_replies_are_counted_and_listed_beside_the_results(client_of_officer):
    mailing, other = going(person(), person()), going(person())
    one, two = Message.objects.filter(topic__startswith=topic_of(mailing)).order_by("pk")
    IncomingMailFactory(message=one, subject="Re: Hello", text="We come.")
    IncomingMailFactory(message=two, kind=IncomingKind.AUTOMATIC, subject="Away")
    IncomingMailFactory(message=Message.objects.latest("pk"), subject="To another mailing")
    IncomingMailFactory(subject="Without a message")
    replies = f"{reverse('admin:inbox_incomingmail_changelist')}?of=all&cause={topic_of(mailing)}"

    page = client_of_officer.get(page_of(mailing)).text
    listed = client_of_officer.get(replies).context["cl"].result_list

    assert f'<a href="{replies.replace("&", "&amp;")}">1</a>' in page
    assert "Re: Hello" in page
    assert "We come." in page
    assert [mail.subject for mail in listed] == ["Re: Hello"]
    assert "To another mailing" in client_of_officer.get(page_of(other)).text
