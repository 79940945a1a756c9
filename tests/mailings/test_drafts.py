from datetime import timedelta

import pytest

from accounts.models import User
from core.conflicts import Refused
from core.rate_limits import TooManyAttempts
from mailings.models import Exclusion, Mailing, MailingKind, MailingStatus, Recipient
from mailings.services.drafts import (
    MAX_COLLEAGUES,
    MAX_TESTS_PER_HOUR,
    DraftText,
    copy_mailing,
    save_draft,
    send_test_copies,
    send_test_copy,
)
from mailings.services.exceptions import NoRecipients, NothingToSend, WrongStatus
from mailings.services.letters import MAX_BODY_LENGTH, MAX_SUBJECT_LENGTH, validate_mailing_text
from mailings.services.recipients import remove_recipients
from mailings.services.sending import send_due_mailings
from members.models import Member
from members.services.template_types import REFERENCE
from outbox.models import Message, Queue
from outbox.services.queue import AlreadyQueued
from outbox.services.rendering import as_text
from tests.factories import (
    NOON,
    MailingFactory,
    MailingTextFactory,
    UnsubscriptionFactory,
    UserFactory,
)
from tests.mailings.mailings import LATER, begun, confirmed, fresh, left_out, person
from tests.triage.staff import observer, officer

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


# Copying ---------------------------------------------------------------------------------------


def test_copy_mailing_copies_texts_kind_and_audience_and_nothing_of_the_sending():
    ada, alan = person(email="ada@example.org"), person(email="alan@example.org")
    mailing = begun(ada, alan, kind=MailingKind.BULLETIN, query="q=x", selection_in_words="Two")
    MailingTextFactory(mailing=mailing, language="ar", subject="أخبار", body="نص")
    alan_row = mailing.recipients.get(address="alan@example.org")
    remove_recipients(mailing=mailing, recipients=[alan_row.pk], by=UserFactory(), at=NOON)
    confirmed(mailing)
    send_due_mailings(at=NOON)
    before, by = texts_of(mailing), officer(name="Grace")

    members = Member.objects.filter(pk__in=[ada.member_id, alan.member_id])
    copy = copy_mailing(mailing=fresh(mailing), members=members, by=by, at=LATER)

    kept = fresh(copy)
    assert texts_of(kept) == before
    assert set(before) == {"en", "ar"}
    assert (kept.kind, kept.language) == (MailingKind.BULLETIN, "en")
    assert (kept.selection, kept.query, kept.selection_in_words) == ("chosen", "q=x", "Two")
    assert (kept.status, kept.created_by, kept.created_at) == (MailingStatus.DRAFT, by, LATER)
    assert (kept.confirmed_by, kept.confirmed_at, kept.scheduled_for) == (None, None, None)
    assert (kept.started_at, kept.stopped_at, kept.ended_at) == (None, None, None)
    assert (kept.recipient_count, kept.version) == (0, 1)
    assert left_out(kept) == [("ada@example.org", ""), ("alan@example.org", Exclusion.REMOVED)]
    assert {(row.message, row.queued_count) for row in kept.recipients.all()} == {(None, 0)}
    assert kept.recipients.get(exclusion=Exclusion.REMOVED).removed_by == by
    authors = [row.history.get().history_by_name for row in kept.texts.all()]
    assert authors == ["Grace", "Grace"]
    assert Message.objects.count() == 1


def test_copy_mailing_checks_everybody_again():
    ada = person(email="ada@example.org")
    mailing = begun(ada, kind=MailingKind.BULLETIN)
    UnsubscriptionFactory(address="ada@example.org")

    copy = copy_mailing(mailing=mailing, members=Member.objects.all(), by=officer(), at=NOON)

    assert left_out(mailing) == [("ada@example.org", "")]
    assert left_out(copy) == [("ada@example.org", Exclusion.UNSUBSCRIBED)]


def test_copy_mailing_refuses_an_audience_of_nobody_and_creates_nothing():
    mailing = begun(person())

    with pytest.raises(NoRecipients):
        copy_mailing(mailing=mailing, members=Member.objects.none(), by=officer(), at=NOON)

    assert list(Mailing.objects.all()) == [mailing]


# Test copies to colleagues ---------------------------------------------------------------------


def send_tests(mailing, *colleagues, languages=("en",), by=None, at=NOON):
    return send_test_copies(
        mailing=mailing,
        colleagues=colleagues,
        languages=languages,
        by=by or UserFactory(),
        at=at,
    )


def test_test_copies_are_one_mail_for_each_colleague_and_language_with_samples():
    mailing = begun(person(organisation_name="Ministry of Stars"), kind=MailingKind.BULLETIN)
    MailingTextFactory(
        mailing=mailing, language="fr", subject="Nouvelles", body="{name}, {focus_area}."
    )
    ada, grace = officer(email="ada@itu.example"), observer(email="grace@itu.example")

    sent = send_tests(mailing, ada, grace, languages=("en", "fr"))

    assert [(each.recipient, each.language) for each in sent] == [
        ("ada@itu.example", "en"),
        ("ada@itu.example", "fr"),
        ("grace@itu.example", "en"),
        ("grace@itu.example", "fr"),
    ]
    english, french = sent[0], sent[1]
    assert (english.subject, french.subject) == (
        f"[Test] News for {REFERENCE.sample}",
        "[Test] Nouvelles",
    )
    assert "There is news for Ministry of Stars" not in english.body
    assert english.body.startswith("Dear Amina Diallo,\n\nThere is news for ")
    assert "Amina Diallo, " in french.body
    # The note stands for the link to unsubscribe, which would belong to somebody.
    assert "[[private-unsubscribe]]" not in english.body
    assert "(the recipient's private link)" in as_text(english.body)
    assert {(each.reference, each.queue, each.private_unsubscribe) for each in sent} == {
        ("", Queue.MAIL, "")
    }
    row = Recipient.objects.get()
    assert (row.message, row.queued_count, row.exclusion) == (None, 0, "")
    assert (fresh(mailing).status, fresh(mailing).version) == (MailingStatus.DRAFT, mailing.version)


def test_test_copies_refuse_who_may_not_read_mailings():
    mailing, no_staff = begun(person()), UserFactory()
    gone, able = officer(), officer()
    User.objects.filter(pk=gone.pk).update(is_active=False)

    for chosen in ([], [no_staff], [able, gone], [able, able]):
        with pytest.raises(Refused) as refused:
            send_tests(mailing, *chosen)
        assert refused.value.code == "may_not_read"

    assert list(Message.objects.all()) == []


@pytest.mark.parametrize("languages", [(), ("fr",), ("en", "es"), ("tlh",)])
def test_test_copies_refuse_a_language_without_a_text_that_can_be_sent(languages):
    mailing = begun(person())
    MailingTextFactory(mailing=mailing, language="es", body="![x](https://example.org/x.png)")

    with pytest.raises(NothingToSend):
        send_tests(mailing, officer(), languages=languages)

    assert list(Message.objects.all()) == []


def test_test_copies_go_to_ten_colleagues_at_most():
    mailing = begun(person())
    colleagues = [officer(email=f"c{number}@itu.example") for number in range(MAX_COLLEAGUES + 1)]

    with pytest.raises(Refused, match="Choose at most 10 colleagues") as refused:
        send_tests(mailing, *colleagues)
    sent = send_tests(mailing, *colleagues[1:])

    assert refused.value.code == "too_many_colleagues"
    assert len(sent) == Message.objects.count() == 10


def test_test_copies_are_sent_once_a_minute_or_of_another_text_or_none_of_them():
    mailing, ada, grace = begun(person()), officer(email="a@itu.example"), officer(email="g@x.org")
    send_tests(mailing, ada)

    with pytest.raises(Refused) as refused:
        send_tests(mailing, grace, ada)
    assert refused.value.code == "sent_already"
    assert Message.objects.count() == 1

    send_tests(mailing, grace, ada, at=NOON + timedelta(minutes=1))
    save(mailing, {"en": DraftText("Other news", "There is other news.")})
    send_tests(mailing, ada)
    assert Message.objects.count() == 4


def test_test_copies_are_limited_for_each_officer_in_an_hour():
    mailing, by, reader = begun(person()), UserFactory(), officer()
    for number in range(MAX_TESTS_PER_HOUR):
        send_tests(mailing, reader, by=by, at=NOON + timedelta(minutes=number))

    with pytest.raises(TooManyAttempts):
        send_tests(mailing, reader, by=by, at=NOON + timedelta(minutes=30))
    send_tests(mailing, reader, by=UserFactory(), at=NOON + timedelta(minutes=30))
    send_tests(mailing, reader, by=by, at=NOON + timedelta(minutes=61))

    assert Message.objects.count() == MAX_TESTS_PER_HOUR + 2
