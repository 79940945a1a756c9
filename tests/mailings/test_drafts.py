from datetime import timedelta

import pytest

from mailings.models import Exclusion, MailingKind, MailingStatus, Recipient
from mailings.services.drafts import DraftText, save_draft, send_test_copy
from mailings.services.exceptions import NothingToSend, WrongStatus
from mailings.services.letters import MAX_BODY_LENGTH, MAX_SUBJECT_LENGTH, validate_mailing_text
from outbox.models import Message, Queue
from outbox.services.queue import AlreadyQueued
from tests.factories import NOON, MailingFactory, UserFactory
from tests.mailings.mailings import begun, fresh, left_out, person

NO_PLACEHOLDER = "{name!r} is not a placeholder. Write a name in braces, like {reference}."
NEWS = DraftText("News", "There is news.")


def save(mailing, texts, **facts):
    return save_draft(
        **{
            "mailing": mailing,
            "kind": MailingKind(mailing.kind),
            "language": "en",
            "texts": texts,
            "version": mailing.version,
            "by": UserFactory(name="Ada"),
            "at": NOON,
            **facts,
        }
    )


def texts_of(mailing):
    rows = mailing.texts.order_by("language")
    return {row.language: DraftText(row.subject, row.body) for row in rows}


def test_save_draft_keeps_what_was_typed_in_each_language_fit_or_not():
    mailing = MailingFactory()

    save(mailing, {"en": NEWS, "fr": DraftText("{", ""), "es": DraftText("", "")}, language="fr")

    assert texts_of(mailing) == {"en": NEWS, "fr": DraftText("{", "")}
    assert (fresh(mailing).language, fresh(mailing).version) == ("fr", 2)
    assert mailing.texts.get(language="en").history.get().history_by_name == "Ada"


def test_save_draft_changes_and_deletes_texts_with_their_history():
    mailing = MailingFactory()
    save(mailing, {"en": NEWS, "fr": NEWS})
    french = mailing.texts.get(language="fr")

    save(mailing, {"en": DraftText("Other news", "Other."), "fr": DraftText("", "")})

    assert texts_of(mailing) == {"en": DraftText("Other news", "Other.")}
    kept = mailing.texts.get().history.order_by("history_id").values_list("subject", flat=True)
    assert list(kept) == ["News", "Other news"]
    deleted = type(french).history.filter(id=french.pk).latest("history_id")
    assert (deleted.history_type, deleted.history_by_name) == ("-", "Ada")


def test_save_draft_once_more_is_the_same_draft_also_from_an_old_page():
    mailing = MailingFactory()
    save(mailing, {"en": NEWS})

    save(mailing, {"en": NEWS}, version=1)

    assert fresh(mailing).version == 2
    assert mailing.texts.get().history.count() == 1


@pytest.mark.parametrize("status", [each for each in MailingStatus if each != MailingStatus.DRAFT])
def test_save_draft_refuses_what_is_no_draft(status):
    mailing = MailingFactory(status=status)

    with pytest.raises(WrongStatus):
        save(mailing, {"en": NEWS})

    assert texts_of(mailing) == {}


def test_another_kind_is_another_list():
    ada = person(email="ada@example.org", newsletter=False)
    mailing = begun(ada)

    save(mailing, {"en": NEWS}, kind=MailingKind.BULLETIN)
    assert left_out(mailing) == [("ada@example.org", Exclusion.NOT_AGREED)]

    save(mailing, {"en": NEWS}, kind=MailingKind.LETTER)
    assert left_out(mailing) == [("ada@example.org", "")]


def not_replaced(marker):
    return (
        f"{marker} is not replaced by a private link here, and would be sent as it is. Remove it."
    )


@pytest.mark.parametrize(
    ("subject", "body", "complaints"),
    [
        ("News for {reference} in {focus_area}", "{name} of {organisation}, {reference}", {}),
        ("News", "Braces {{like these}}", {}),
        ("", "Text", {"subject": ["Enter a subject."]}),
        ("News", " \n", {"body": ["Enter a text."]}),
        ("News", "{nobody}", {"body": ["{nobody} is not available in this kind of message."]}),
        ("News", "{name!r}", {"body": [NO_PLACEHOLDER]}),
        ("{name}", "Text", {"subject": ["{name} cannot be used in the subject."]}),
        ("{oops}", "Text", {"subject": ["{oops} is not available in this kind of message."]}),
        ("x" * (MAX_SUBJECT_LENGTH + 1), "Text", {"subject": ["Use at most 200 characters."]}),
        ("News", "[[private-page]]", {"body": [not_replaced("[[private-page]]")]}),
        ("News", "[private-unsubscribe]]", {"body": [not_replaced("[private-unsubscribe]]")]}),
        ("[[private page]]", "Text", {"subject": [not_replaced("[[private page]]")]}),
        ("News", "x" * (MAX_BODY_LENGTH + 1), {"body": ["Use at most 50000 characters."]}),
    ],
)
def test_text_is_fit_to_go_or_it_is_said_at_the_field_why_not(subject, body, complaints):
    assert validate_mailing_text(subject, body) == complaints


def test_test_copy_goes_to_the_officer_alone_and_is_no_part_of_the_mailing():
    ada = person(email="ada@example.org", organisation_name="Ministry of Stars")
    mailing = begun(ada, kind=MailingKind.BULLETIN)
    row, by = mailing.recipients.get(), UserFactory(email="officer@itu.example", name="Grace")

    send_test_copy(mailing=mailing, recipient=row, by=by, at=NOON)

    message = Message.objects.get()
    assert (message.recipient, message.recipient_name) == ("officer@itu.example", "Grace")
    assert message.subject == f"[Test] News for {ada.member.reference}"
    assert "There is news for Ministry of Stars." in message.body
    # A link without a key, and not to a member.
    assert (message.private_unsubscribe, message.reference) == ("", "")
    assert "[[private-unsubscribe]]" not in message.body
    assert message.queue == Queue.MAIL
    row = Recipient.objects.get()
    assert (row.message, row.queued_count, row.exclusion) == (None, 0, "")
    assert (fresh(mailing).status, fresh(mailing).version) == (MailingStatus.DRAFT, mailing.version)


def test_test_copy_refuses_a_text_that_is_unfit():
    mailing = begun(person())
    mailing.texts.update(subject="")

    with pytest.raises(NothingToSend):
        send_test_copy(
            mailing=mailing, recipient=mailing.recipients.get(), by=UserFactory(), at=NOON
        )

    assert list(Message.objects.all()) == []


def test_test_copy_is_sent_once_for_two_clicks_and_again_a_minute_later_or_of_another_text():
    mailing, by = begun(person()), UserFactory()
    row = mailing.recipients.get()
    send_test_copy(mailing=mailing, recipient=row, by=by, at=NOON)

    with pytest.raises(AlreadyQueued):
        send_test_copy(mailing=mailing, recipient=row, by=by, at=NOON)
    send_test_copy(mailing=mailing, recipient=row, by=by, at=NOON + timedelta(minutes=1))
    save(mailing, {"en": DraftText("Other news", "There is other news.")})
    send_test_copy(mailing=mailing, recipient=row, by=by, at=NOON)

    subjects = list(Message.objects.order_by("pk").values_list("subject", flat=True))
    assert len(subjects) == 3
    assert subjects[2] == "[Test] Other news"
