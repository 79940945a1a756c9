"""The preview of a mailing while it is being typed."""

import pytest

from mailings.models import Exclusion, MailingKind, MailingText
from outbox.models import Message
from tests.factories import FocalPointFactory, MemberFactory
from tests.mailings.desk import page_of, typed
from tests.mailings.mailings import begun, fresh
from tests.triage.staff import observer, officer, signed_in


def reader(given_name, language):
    member = MemberFactory(status="admitted", newsletter=True)
    return FocalPointFactory(
        member=member, given_name=given_name, family_name="Lovelace", language=language
    )


@pytest.fixture
def mailing():
    return begun(reader("Ada", "en"), reader("Alain", "fr"))


def type_text(client, mailing, language, **answers):
    page = page_of(mailing, "preview_typed")
    return client.post(page, typed(mailing, preview_language=language, **answers))


def test_typed_text_is_shown_to_a_reader_of_its_language_and_not_saved(client_of_officer, mailing):
    saved = list(mailing.texts.values_list("subject", "body"))

    shown = type_text(
        client_of_officer,
        mailing,
        "fr",
        subject_fr="Nouvelles",
        body_fr="Pour {name}",
    ).json()

    assert (shown["title"], shown["subject"]) == ("Email to Alain Lovelace", "Nouvelles")
    assert "Pour Alain Lovelace" in shown["text"]
    frame = client_of_officer.get(shown["frame"])
    assert "Pour Alain Lovelace" in frame.text
    assert "sandbox" in frame["Content-Security-Policy"]
    assert list(MailingText.objects.values_list("subject", "body")) == saved
    assert (fresh(mailing).language, Message.objects.count()) == ("en", 0)


def test_text_in_a_language_that_nobody_reads_is_shown_to_the_first(client_of_officer, mailing):
    shown = type_text(client_of_officer, mailing, "ar", subject_ar="أخبار", body_ar="{name}").json()

    assert (shown["title"], shown["direction"]) == ("Email to Ada Lovelace", "rtl")


def test_preview_ends_as_the_kind_that_was_chosen(client_of_officer, mailing):
    letter = type_text(client_of_officer, mailing, "en").json()
    bulletin = type_text(client_of_officer, mailing, "en", kind=MailingKind.BULLETIN).json()

    assert "Unsubscribe from the bulletins" not in letter["text"]
    assert "Unsubscribe from the bulletins" in bulletin["text"]
    assert fresh(mailing).kind == MailingKind.LETTER


def test_faults_of_the_typed_language_alone_are_said(client_of_officer, mailing):
    response = type_text(
        client_of_officer, mailing, "en", body_en="{colour}", subject_fr="", body_fr="{couleur}"
    )

    assert (response.status_code, response.json()) == (
        200,
        {"faults": ["Text: {colour} is not available in this kind of message."]},
    )


def test_nothing_is_shown_without_recipients(client_of_officer, mailing):
    mailing.recipients.update(exclusion=Exclusion.ENDED)

    response = type_text(client_of_officer, mailing, "en")

    assert (response.status_code, response.json()) == (200, {"faults": ["No recipients."]})


def test_unknown_language_is_the_first_of_the_mailing(client_of_officer, mailing):
    assert type_text(client_of_officer, mailing, "xx").json()["language"] == "en"


def test_typed_text_is_refused_to_who_may_not_change_it(mailing):
    assert type_text(signed_in(observer()), mailing, "en").status_code == 403


def test_typed_preview_is_its_own_persons_alone(client_of_officer, mailing):
    shown = type_text(client_of_officer, mailing, "en").json()

    assert signed_in(officer()).get(shown["frame"]).status_code == 404


def test_saved_mailing_is_previewed_as_a_computer_and_as_a_phone_show_it(
    client_of_officer, mailing
):
    page = client_of_officer.get(page_of(mailing, "preview")).text

    assert page.count("<iframe") == 2
    assert 'title="Email to Ada Lovelace, on a phone"' in page
