"""Sending a confirmed mailing: recipients and texts, even after interruptions."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mailings.models import (
    Exclusion,
    Mailing,
    MailingKind,
    MailingStatus,
    MailingText,
    Recipient,
)
from mailings.services import sending
from mailings.services.exceptions import NothingToSend
from mailings.services.sending import send_due_mailings
from mailings.services.unsubscribe_links import unsubscribe_address
from members.models import FocalPoint, Member, MemberStatus
from members.services.decisions import withdraw
from outbox.models import Message, MessageStatus, Queue
from outbox.services.rendering import PRIVATE_UNSUBSCRIBE
from tests.factories import NOON, MailingTextFactory, UnsubscriptionFactory, UserFactory
from tests.mailings.mailings import (
    LATER,
    MINUTE,
    begun,
    confirmed,
    deliver,
    fresh,
    going,
    left_out,
    outbox,
    person,
    step,
    written,
)

# Sending ---------------------------------------------------------------------------------------


def test_mailing_goes_to_everybody_once_its_time_has_come():
    ada = person(email="ada@example.org", organisation_name="Ministry of *Stars*")
    mailing = begun(ada)
    confirmed(mailing, scheduled_for=LATER)

    assert send_due_mailings(at=LATER - MINUTE) == 0
    assert outbox() == []
    assert send_due_mailings(at=LATER) == 1

    [message] = outbox()
    row = mailing.recipients.get()
    assert message.topic == f"mailing-{mailing.pk}/{row.pk}/focal-point-{row.focal_point_id}"
    assert (message.recipient, message.recipient_name) == ("ada@example.org", ada.full_name)
    assert message.reference == ada.member.reference
    assert message.subject == f"News for {ada.member.reference}"
    assert message.body.startswith(f"Dear {ada.full_name},\n\nThere is news for Ministry of ")
    assert "Ministry of \\*Stars\\*" in message.body
    assert "The Partner2Connect team at ITU." in message.body
    assert (message.queue, message.status, message.due_at) == (Queue.BULK, "queued", LATER)
    assert message.published_at is None
    assert (row.message, row.queued_count) == (message, 1)
    mailing = fresh(mailing)
    assert (mailing.status, mailing.started_at) == (MailingStatus.SENDING, LATER)
    assert mailing.history.latest("history_id").history_by_name == ""


def test_mailing_is_done_once_nothing_waits():
    mailing = going(person(), person())
    first, second = outbox()

    deliver(first)
    send_due_mailings(at=LATER)
    assert fresh(mailing).status == MailingStatus.SENDING
    Message.objects.filter(pk=second.pk).update(status=MessageStatus.FAILED)
    send_due_mailings(at=LATER)

    assert (fresh(mailing).status, fresh(mailing).ended_at) == (MailingStatus.SENT, LATER)


def test_run_goes_on_where_one_died_in_the_middle(monkeypatch):
    monkeypatch.setattr(sending, "BATCH_SIZE", 2)
    people = [person(email=f"person-{number}@example.org") for number in range(5)]
    confirmed(begun(*people))

    class Killed(BaseException):
        pass

    chunks = iter([None, Killed])
    original = sending.post_all

    def killed_in_the_second(*args, **facts):
        made = original(*args, **facts)
        if (end := next(chunks)) is not None:
            raise end
        return made

    with monkeypatch.context() as patch:
        patch.setattr(sending, "post_all", killed_in_the_second)
        with pytest.raises(Killed):
            send_due_mailings(at=NOON)
    assert written() == [each.email for each in people[:2]]

    send_due_mailings(at=NOON + MINUTE)

    assert written() == [each.email for each in people]


def test_run_is_bounded_in_rows_and_in_time(monkeypatch):
    monkeypatch.setattr(sending, "BATCH_SIZE", 2)
    monkeypatch.setattr(sending, "MAX_ROWS_PER_RUN", 4)
    confirmed(begun(*(person() for _number in range(7))))

    assert send_due_mailings(at=NOON) == 4

    monkeypatch.setattr(sending, "MAX_SECONDS_PER_RUN", -1.0)
    assert send_due_mailings(at=NOON) == 0
    monkeypatch.undo()
    assert send_due_mailings(at=NOON) == 3


def test_each_reads_it_in_their_language_or_in_the_first():
    english, french = person(email="en@example.org"), person(email="fr@example.org", language="fr")
    spanish = person(email="es@example.org", language="es")
    mailing = begun(english, french, spanish)
    MailingTextFactory(mailing=mailing, language="fr", subject="Nouvelles", body="Bonjour.")
    MailingTextFactory(mailing=mailing, language="es", subject="Sin terminar", body="")

    confirmed(mailing)
    send_due_mailings(at=NOON)

    found = Message.objects.order_by("pk").values_list(
        "recipient", "language", "preferred_language"
    )
    assert list(found) == [
        ("en@example.org", "en", ""),
        ("fr@example.org", "fr", ""),
        ("es@example.org", "en", "es"),
    ]
    assert Message.objects.get(language="fr").subject == "Nouvelles"


def test_bulletin_carries_each_recipients_own_way_out_and_a_letter_none():
    ada = person(email="ada@example.org")
    going(ada, kind=MailingKind.BULLETIN)
    going(ada)

    bulletin, letter = outbox()
    recipient = Recipient.objects.get(message=bulletin)
    token = bulletin.private_unsubscribe.split("/")[-2]
    assert bulletin.private_unsubscribe == unsubscribe_address(recipient)
    assert f"[Unsubscribe from the bulletins]({PRIVATE_UNSUBSCRIBE})" in bulletin.body
    assert token not in bulletin.body
    assert (letter.private_unsubscribe, PRIVATE_UNSUBSCRIBE in letter.body) == ("", False)


@pytest.mark.parametrize(
    ("kind", "has_way_out"), [(MailingKind.LETTER, False), (MailingKind.BULLETIN, True)]
)
def test_end_of_a_mailing_is_short_and_says_each_thing_once(kind, has_way_out):
    going(person(), kind=kind)

    [message] = outbox()
    body, _rule, end = message.body.rpartition("\n\n---\n\n")
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", end)
    numbers = [
        words.count("The Partner2Connect team at ITU."),
        words.count("You get this as a focal point"),
        words.count("Your organisation agreed to these bulletins"),
        words.count("Unsubscribe from the bulletins"),
        words.count("Privacy"),
    ]
    assert numbers == [1, not has_way_out, has_way_out, has_way_out, 1]
    assert words.endswith(" Privacy")
    assert len(words.split()) <= 45
    assert "---" not in body


def test_what_holds_when_it_goes_is_what_counts():
    quiet, corrected = person(email="quiet@example.org"), person(email="old@example.org")
    gone = person(email="gone@example.org")
    mailing = confirmed(begun(quiet, corrected, gone, kind=MailingKind.BULLETIN))
    UnsubscriptionFactory(address="quiet@example.org")
    FocalPoint.objects.filter(pk=corrected.pk).update(email="new@example.org")
    Member.objects.filter(pk=gone.member_id).update(
        status=MemberStatus.WITHDRAWN, withdrawn_at=NOON
    )

    send_due_mailings(at=NOON)

    assert written() == ["new@example.org"]
    assert [because for _email, because in left_out(mailing)] == [
        Exclusion.UNSUBSCRIBED,
        "",
        Exclusion.ENDED,
    ]


def test_address_that_became_anothers_since_is_written_to_once(monkeypatch):
    monkeypatch.setattr(sending, "BATCH_SIZE", 1)
    first, second = person(email="first@example.org"), person(email="second@example.org")
    mailing = confirmed(begun(first, second))
    FocalPoint.objects.filter(pk=second.pk).update(email="First@example.org")

    send_due_mailings(at=NOON)

    assert written() == ["first@example.org"]
    assert left_out(mailing)[1] == ("First@example.org", Exclusion.SAME_ADDRESS)


# Pausing and resuming --------------------------------------------------------------------------


def test_stop_cancels_what_waits_and_go_on_goes_to_exactly_those_who_did_not_get_it():
    mailing = going(*(person(email=f"{name}@example.org") for name in ("a", "b", "c", "d")))
    sent, failed, waiting, sending_now = outbox()
    deliver(sent)
    Message.objects.filter(pk=failed.pk).update(status=MessageStatus.FAILED)
    Message.objects.filter(pk=sending_now.pk).update(
        status=MessageStatus.SENDING,
        lease="0b5e7c3a-6d1f-4a57-9a86-5d2b8a1f3c4e",
        leased_until=LATER,
    )

    step("stop", mailing, at=NOON + MINUTE)

    statuses = [message.status for message in outbox()]
    assert statuses == ["sent", "failed", "cancelled", "sending"]
    send_due_mailings(at=NOON + 2 * MINUTE)
    assert len(outbox()) == 4

    deliver(sending_now)
    step("go on", mailing, at=NOON + 3 * MINUTE)
    send_due_mailings(at=NOON + 3 * MINUTE)

    *before, again = outbox()
    assert before == [sent, failed, waiting, sending_now]
    row = mailing.recipients.get(address="c@example.org")
    assert again.recipient == "c@example.org"
    assert again.topic == f"mailing-{mailing.pk}/{row.pk}/focal-point-{row.focal_point_id}/2"
    assert (row.message, row.queued_count) == (again, 2)
    # Staff can still send a failed message again.
    assert Message.objects.get(pk=failed.pk).cancel_reason == ""


def test_who_shares_an_address_with_a_file_that_ends_on_the_way_gets_the_mail_in_its_place():
    first, second = person(email="ada@example.org"), person(email="ada@example.org")
    mailing = going(first, second)
    withdraw(member=first.member, by=UserFactory(), at=NOON + MINUTE)

    send_due_mailings(at=NOON + 2 * MINUTE)

    gone, instead = outbox()
    assert (gone.status, gone.reference) == ("cancelled", first.member.reference)
    assert (instead.status, instead.reference) == ("queued", second.member.reference)
    assert left_out(mailing) == [("ada@example.org", Exclusion.ENDED), ("ada@example.org", "")]


def test_mailing_whose_text_is_fit_no_more_is_stopped_and_holds_up_no_other(caplog):
    unfit, fit = confirmed(begun(person())), confirmed(begun(person()))
    # An earlier release used another name.
    unfit.texts.update(body="Dear {who_was_once_known_here},")

    send_due_mailings(at=NOON)

    unfit, fit = fresh(unfit), fresh(fit)
    assert (unfit.status, unfit.stopped_at) == (MailingStatus.PAUSED, NOON)
    assert list(unfit.recipients.values_list("message", flat=True)) == [None]
    assert fit.recipients.filter(message__isnull=False).count() == 1
    assert f"Mailing {unfit.pk} stopped" in caplog.text


def test_what_was_being_sent_when_it_was_stopped_and_did_not_arrive_goes_out_again():
    mailing = going(person(email="ada@example.org"))
    [message] = outbox()
    under_way = {"status": "sending", "lease": "0b5e7c3a-6d1f-4a57-9a86-5d2b8a1f3c4e"}
    Message.objects.filter(pk=message.pk).update(**under_way, leased_until=LATER)
    step("stop", mailing, at=NOON + MINUTE)
    step("go on", mailing, at=NOON + 2 * MINUTE)
    send_due_mailings(at=NOON + 2 * MINUTE)
    assert (len(outbox()), fresh(mailing).status) == (1, MailingStatus.SENDING)

    # Delivery records invalid messages that could not be sent like this.
    Message.objects.filter(pk=message.pk).update(
        status=MessageStatus.CANCELLED, lease=None, leased_until=None
    )
    send_due_mailings(at=NOON + 3 * MINUTE)

    assert [each.status for each in outbox()] == ["cancelled", "queued"]


def test_what_staff_cancelled_in_the_outbox_stays_cancelled():
    mailing = going(person())
    Message.objects.update(status=MessageStatus.CANCELLED)
    Mailing.objects.update(stopped_at=LATER)

    send_due_mailings(at=LATER)

    assert (len(outbox()), fresh(mailing).status) == (1, MailingStatus.SENT)


# Queries ---------------------------------------------------------------------------------------


def queries_of_a_run(number):
    for _number in range(number):
        person()
    mailing = begun(*FocalPoint.objects.all(), kind=MailingKind.BULLETIN)
    confirmed(mailing)
    with CaptureQueriesContext(connection) as queries:
        assert send_due_mailings(at=NOON) == number
    Recipient.objects.all().delete()
    Message.objects.all().delete()
    mailing.delete()
    FocalPoint.objects.all().delete()
    return len(queries)


def test_run_takes_as_many_queries_for_9_as_for_3():
    for_three, for_nine = queries_of_a_run(3), queries_of_a_run(9)

    assert for_three <= 25
    assert for_nine == for_three


@pytest.mark.parametrize(
    ("change", "recipients", "because"),
    [
        (
            lambda first: Member.objects.filter(pk=first.member_id).update(newsletter=False),
            ["office@example.org"],
            Exclusion.NOT_AGREED,
        ),
        (
            lambda first: FocalPoint.objects.filter(pk=first.pk).update(email="new@example.org"),
            ["new@example.org", "office@example.org"],
            "",
        ),
    ],
)
def test_who_shared_an_address_gets_it_where_the_first_is_not_written_to_there(
    change, recipients, because
):
    first, second = person(email="office@example.org"), person(email="office@example.org")
    mailing = confirmed(begun(first, second, kind=MailingKind.BULLETIN))
    change(first)

    send_due_mailings(at=NOON)

    assert sorted(written()) == recipients
    assert [reason for _email, reason in left_out(mailing)] == [because, ""]
    shared = Message.objects.get(recipient="office@example.org")
    assert shared.reference == second.member.reference


def test_mailing_confirmed_before_its_markdown_was_refused_is_still_sent():
    draft, scheduled = begun(person()), confirmed(begun(person(email="ada@example.org")))
    MailingText.objects.update(body="![Picture](https://example.org/x.png)")

    with pytest.raises(NothingToSend):
        confirmed(draft)
    send_due_mailings(at=NOON)

    assert written() == ["ada@example.org"]
    assert fresh(scheduled).status == MailingStatus.SENDING
