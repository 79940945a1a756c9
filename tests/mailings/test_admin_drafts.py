"""The admin page on which a mailing is written, and its preview."""

import pytest

from mailings.models import Mailing, MailingKind
from mailings.services.drafts import DraftText, save_draft
from outbox.models import Message
from tests.factories import NOON, MailingTextFactory, UserFactory
from tests.mailings.desk import page_of, typed
from tests.mailings.mailings import begun, confirmed, fresh, person
from tests.triage.staff import told


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


@pytest.mark.parametrize("then", ["preview", "recipients"])
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
