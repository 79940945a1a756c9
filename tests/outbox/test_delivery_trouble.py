"""A mail server that refuses messages: when they are tried again, and which ones wait."""

import smtplib
import ssl
from datetime import timedelta

import pytest
from anymail.exceptions import AnymailRecipientsRefused

from outbox.models import Message, MessageStatus, Queue
from outbox.services.delivery import (
    ATTEMPTS,
    FIRST_DELAY,
    LONGEST_DELAY,
    delay_after,
    deliver_message,
    deliver_next,
    load_messages,
    probe_server,
)
from outbox.services.smtp import DisconnectedAtMessage, NoSMTPUTF8
from tests.factories import NOON, MessageFactory
from tests.outbox.delivering import Backend, of_an_interface, refused, state

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("trouble", "answer", "is_closed"),
    [
        (refused(450, b"4.2.0 Greylisted"), "450 4.2.0 Greylisted", False),
        (refused(421, b"Busy"), "421 Busy", False),
        (smtplib.SMTPDataError(451, b"Later"), "451 Later", False),
        (DisconnectedAtMessage("closed"), "SMTPServerDisconnected: closed", True),
        (of_an_interface(422), "AnymailRequestsAPIError: ", True),
    ],
)
def test_deliver_tries_a_message_later_that_may_be_taken_then(trouble, answer, is_closed):
    message = MessageFactory(published_at=NOON)
    backend = Backend(trouble)

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    status, attempts, kept, lease = state(message)
    assert (status, attempts, lease) == (MessageStatus.QUEUED, 1, None)
    assert kept.startswith(answer)
    assert NOON + FIRST_DELAY <= message.due_at <= NOON + FIRST_DELAY * 1.25
    assert (message.first_due_at, message.published_at) == (NOON, None)
    assert message.server_trouble_at is None
    assert backend.is_closed == is_closed


SERVER_TROUBLES = [
    (smtplib.SMTPSenderRefused(550, b"Not you", "x"), "550 Not you"),
    (smtplib.SMTPAuthenticationError(535, b"No"), "535 No"),
    (smtplib.SMTPConnectError(554, b"No service"), "554 No service"),
    (smtplib.SMTPServerDisconnected("closed"), "SMTPServerDisconnected: closed"),
    (ConnectionRefusedError(111, "refused"), "ConnectionRefusedError: [Errno 111] refused"),
    (TimeoutError("timed out"), "TimeoutError: timed out"),
    # If messages are written to files.
    (FileNotFoundError(2, "No such folder"), "FileNotFoundError: [Errno 2]"),
    # This is also a ValueError, but not an error in the message.
    (ssl.SSLCertVerificationError(1, "unknown"), "SSLCertVerificationError: "),
    (of_an_interface(401), "AnymailRequestsAPIError: "),
    (of_an_interface(503), "AnymailRequestsAPIError: "),
]


@pytest.mark.parametrize(("trouble", "answer"), SERVER_TROUBLES)
def test_trouble_with_the_server_uses_up_no_attempt(trouble, answer):
    message = MessageFactory(published_at=NOON, attempts=ATTEMPTS - 1)
    backend = Backend(trouble)

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    status, attempts, kept, lease = state(message)
    assert (status, attempts, lease) == (MessageStatus.QUEUED, ATTEMPTS - 1, None)
    assert kept.startswith(answer)
    assert (message.first_due_at, message.due_at) == (NOON, NOON + LONGEST_DELAY)
    assert (message.server_trouble_at, message.published_at) == (NOON, None)
    assert backend.is_closed


def test_server_in_trouble_is_asked_once_for_the_messages_of_a_task():
    messages = [MessageFactory(published_at=NOON) for _number in range(3)]
    cancelled = MessageFactory(status=MessageStatus.CANCELLED)
    not_due = MessageFactory(due_at=NOON + MINUTE)
    left = load_messages([message.pk for message in (*messages, cancelled, not_due)], at=NOON)
    tries = []
    backend = Backend(
        smtplib.SMTPAuthenticationError(535, b"No"), meanwhile=lambda: tries.append(1)
    )

    deliver_next(left, backend, NOON)

    assert (left, tries) == ([], [1])
    assert [state(message) for message in messages] == [
        (MessageStatus.QUEUED, 0, "535 No", None)
    ] * 3
    assert {
        (message.server_trouble_at, message.due_at, message.published_at) for message in messages
    } == {(NOON, NOON + LONGEST_DELAY, None)}
    assert set(Message.objects.filter(server_response="")) == {cancelled, not_due}


def waiting_for_server(**facts):
    return MessageFactory(
        **{
            "first_due_at": NOON - 3 * MINUTE,
            "due_at": NOON + LONGEST_DELAY,
            "server_trouble_at": NOON - MINUTE,
            "server_response": "535 No",
            **facts,
        }
    )


@pytest.mark.parametrize(
    ("trouble", "becomes", "others_are_due_at"),
    [
        (None, MessageStatus.SENT, NOON),
        (refused(550, b"No"), MessageStatus.FAILED, NOON + LONGEST_DELAY),
        (smtplib.SMTPDataError(554, b"Spam"), MessageStatus.FAILED, NOON + LONGEST_DELAY),
        (refused(450, b"Later"), MessageStatus.QUEUED, NOON + LONGEST_DELAY),
    ],
)
def test_message_that_the_server_answers_waits_for_it_no_more_and_others_where_it_is_taken(
    trouble, becomes, others_are_due_at
):
    message, other = waiting_for_server(due_at=NOON), waiting_for_server(queue=Queue.BULK)
    put_off = MessageFactory(first_due_at=NOON - MINUTE, due_at=NOON + MINUTE, attempts=1)

    deliver_message(message_pk=message.pk, connection=Backend(trouble), at=NOON)

    for each in (message, other, put_off):
        each.refresh_from_db()
    assert (message.status, message.server_trouble_at) == (becomes, None)
    assert (other.status, other.due_at, other.attempts) == ("queued", others_are_due_at, 0)
    assert other.server_trouble_at == (NOON - MINUTE if trouble else None)
    assert put_off.due_at == NOON + MINUTE


def test_delivery_asks_no_more_questions_while_messages_wait_for_the_server(
    django_assert_num_queries,
):
    waiting_for_server()
    message = MessageFactory()
    backend = Backend(refused(550, b"No"))

    with django_assert_num_queries(5):
        deliver_message(message_pk=message.pk, connection=backend, at=NOON)


def test_probe_makes_one_message_of_each_queue_due():
    letters = [waiting_for_server(), waiting_for_server(server_trouble_at=NOON - 2 * MINUTE)]
    bulletin = waiting_for_server(queue=Queue.BULK)

    probe_server(at=NOON)

    assert set(Message.objects.claimable(NOON)) == {letters[1], bulletin}


@pytest.mark.parametrize(
    "latest",
    [
        # It was tried less than a minute ago.
        {"server_trouble_at": NOON - MINUTE + timedelta(seconds=1)},
        # It is due at this moment.
        {"due_at": NOON},
    ],
)
def test_probe_leaves_a_server_alone_that_was_tried_just_now(latest):
    waiting = waiting_for_server()
    waiting_for_server(**latest)

    probe_server(at=NOON)

    waiting.refresh_from_db()
    assert waiting.due_at == NOON + LONGEST_DELAY


def test_probe_asks_one_question_where_nothing_waits_for_the_server(django_assert_num_queries):
    MessageFactory()

    with django_assert_num_queries(1):
        probe_server(at=NOON)


TOO_BIG = smtplib.SMTPSenderRefused(552, b"5.3.4 Too big", "x")


@pytest.mark.parametrize(
    ("trouble", "answer", "attempts"),
    [
        (refused(550, b"5.1.1 No such\r\nuser"), "550 5.1.1 No such user", 1),
        (refused(500, b"What?"), "500 What?", 1),
        (refused(553, "Bad address"), "553 Bad address", 1),
        (smtplib.SMTPDataError(554, b"5.7.1 Spam"), "554 5.7.1 Spam", 1),
        # The message is too large for the server, so other messages are not affected.
        (TOO_BIG, "552 5.3.4 Too big", 1),
        (AnymailRecipientsRefused(), "The provider takes no mail to this address", 1),
        (NoSMTPUTF8("MAIL_SMTPUTF8 is off"), "NoSMTPUTF8: MAIL_SMTPUTF8 is off", 1),
        (refused(450, b"Later"), "450 Later", ATTEMPTS),
    ],
)
def test_deliver_fails_for_good_when_refused_or_after_the_last_attempt(trouble, answer, attempts):
    message = MessageFactory(private_page="https://p2c.example/page", attempts=attempts - 1)
    backend = Backend(trouble)

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert state(message) == (MessageStatus.FAILED, attempts, answer, None)
    assert message.private_page == "https://p2c.example/page"
    assert backend.is_closed == (trouble is TOO_BIG)


def test_delay_doubles_up_to_the_longest():
    shortest = [min(FIRST_DELAY * 2**n, LONGEST_DELAY) for n in range(ATTEMPTS - 1)]

    delays = [delay_after(attempts) for attempts in range(1, ATTEMPTS)]

    assert all(low <= delay <= low * 1.25 for low, delay in zip(shortest, delays, strict=True))
    assert timedelta(days=1) < sum(shortest, timedelta()) < timedelta(days=3)


def test_delay_differs_for_what_failed_together():
    delays = {delay_after(1) for _message in range(20)}

    assert len(delays) > 1
