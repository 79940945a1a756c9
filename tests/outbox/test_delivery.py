import smtplib
import ssl
import uuid
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import requests
from anymail.exceptions import AnymailRequestsAPIError
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from outbox.models import NO_PRIVATE_VALUES, CancelReason, Message, MessageStatus, Queue
from outbox.services.delivery import (
    ATTEMPTS,
    FIRST_DELAY,
    LEASE,
    LONGEST_DELAY,
    claim,
    delay_after,
    deliver_message,
    deliver_next,
    kept_connection,
    load_messages,
    probe_server,
)
from outbox.services.rendering import PRIVATE_CODE, PRIVATE_FEED, PRIVATE_PAGE, PRIVATE_UNSUBSCRIBE
from outbox.services.smtp import DisconnectedAtMessage
from tests.factories import NOON, MessageFactory

MINUTE = timedelta(minutes=1)


class Backend(BaseEmailBackend):
    """Takes mail, unless it is made with what to raise instead; does first what it is told."""

    answer = "250 2.0.0 Ok: queued as 4F1A2"

    def __init__(self, trouble=None, meanwhile=None):
        super().__init__()
        self.trouble = trouble
        self.meanwhile = meanwhile
        self.sent = []
        self.is_closed = False

    def close(self):
        self.is_closed = True

    def send_messages(self, messages):
        if self.meanwhile:
            self.meanwhile()
        if self.trouble:
            raise self.trouble
        self.sent += [sent.message() for sent in messages]
        return len(messages)


def refused(code, words):
    return smtplib.SMTPRecipientsRefused({"ada@example.org": (code, words)})


def sent_mail(**facts):
    backend = Backend()
    message = MessageFactory(**facts)
    deliver_message(message_pk=message.pk, connection=backend, at=NOON)
    return message_from_bytes(backend.sent[0].as_bytes(), policy=policy.default)


def state(message):
    message.refresh_from_db()
    return (message.status, message.attempts, message.server_response, message.lease)


def test_deliver_sends_and_keeps_the_answer(settings):
    backend = Backend()
    message = MessageFactory(
        recipient="ada@example.org",
        body=f"{PRIVATE_PAGE} {PRIVATE_FEED} {PRIVATE_CODE}",
        private_page="https://p2c.example/page",
        private_feed="https://p2c.example/feed",
        private_code="7K3M-Q9XY",
    )

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert state(message) == (MessageStatus.SENT, 1, "250 2.0.0 Ok: queued as 4F1A2", None)
    assert message.sent_at == NOON
    assert message.keys == NO_PRIVATE_VALUES
    assert [mail["To"] for mail in backend.sent] == ["ada@example.org"]
    assert not backend.is_closed


def test_mail_has_the_headers_of_an_automatic_mail(settings):
    settings.DEFAULT_FROM_EMAIL = "Partner2Connect <noreply@p2c.example>"
    settings.MAIL_DOMAIN = "p2c.example"
    settings.MAIL_REPLY_TO = "coalition@p2c.example"

    mail = sent_mail(
        subject="P2C-AAAAAA: reçu",
        recipient="ada@example.org",
        recipient_name='Ada "Countess" Lovelace, Dr',
        language="fr",
        message_id=uuid.UUID(int=7),
    )

    assert mail["Subject"] == "P2C-AAAAAA: reçu"
    assert mail["From"] == "Partner2Connect <noreply@p2c.example>"
    assert mail["Reply-To"] == "coalition@p2c.example"
    assert [(to.display_name, to.addr_spec) for to in mail["To"].addresses] == [
        ('Ada "Countess" Lovelace, Dr', "ada@example.org")
    ]
    assert mail["Message-ID"] == "<00000000-0000-0000-0000-000000000007@p2c.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr"
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (None, None)


def test_mail_of_a_list_is_left_by_one_click_and_its_key_is_blanked_once_it_is_sent():
    backend = Backend()
    address = "https://p2c.example/bulletins/a_b:c/"
    message = MessageFactory(
        body=f"[Unsubscribe]({PRIVATE_UNSUBSCRIBE})", private_unsubscribe=address
    )

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    [sent] = backend.sent
    mail = message_from_bytes(sent.as_bytes(), policy=policy.default)
    assert mail["List-Unsubscribe"] == f"<{address}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = mail.iter_parts()
    assert text.get_content() == f"Unsubscribe <{address}>\n"
    assert f'href="{address}"' in html.get_content()
    message.refresh_from_db()
    assert (message.status, message.keys) == (MessageStatus.SENT, NO_PRIVATE_VALUES)


def test_mail_is_text_and_html_with_the_private_links():
    page, feed = "https://p2c.example/w/a_b:c/", "https://p2c.example/f/x.ics"

    mail = sent_mail(
        body=f"See {PRIVATE_PAGE} and {PRIVATE_FEED}.", private_page=page, private_feed=feed
    )

    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert text.get_content() == f"See {page} and {feed}.\n"
    assert html.get_content_type() == "text/html"
    assert f'href="{page}"' in html.get_content()
    assert f'href="{feed}"' in html.get_content()


@pytest.mark.parametrize(
    "name",
    ["O'Brien", "王小明", "معالي الوزيرة " + "سارة " * 80, "x" * 500, "a\\b", "Ada <x@y.org>"],
)
def test_mail_is_addressed_to_any_name(name):
    mail = sent_mail(recipient="ada@example.org", recipient_name=name)

    assert [to.addr_spec for to in mail["To"].addresses] == ["ada@example.org"]
    # Where a long name is folded, its words may come back apart.
    assert mail["To"].addresses[0].display_name.replace(" ", "") == name.replace(" ", "")


def test_mail_reaches_an_internationalised_domain():
    mail = sent_mail(recipient="ada@münchen.example")

    assert mail["To"] == "ada@xn--mnchen-3ya.example"


@pytest.mark.parametrize("field", ["subject", "recipient", "recipient_name"])
def test_mail_takes_no_header_from_a_line_break(field):
    backend = Backend()
    value = "a@example.org\r\nBcc: victim@example.org"
    message = MessageFactory(**{field: value})

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert [mail["Bcc"] for mail in backend.sent if mail["Bcc"]] == []
    message.refresh_from_db()
    if field == "recipient_name":
        assert message.status == MessageStatus.SENT
    else:
        assert message.status == MessageStatus.FAILED
        assert backend.sent == []


@pytest.mark.parametrize(
    "facts",
    [
        {"due_at": NOON + MINUTE},
        {"status": MessageStatus.SENT, "sent_at": NOON},
        {"status": MessageStatus.FAILED},
        {"status": MessageStatus.CANCELLED},
        {
            "status": MessageStatus.SENDING,
            "lease": uuid.UUID(int=1),
            "leased_until": NOON + MINUTE,
        },
    ],
)
def test_deliver_leaves_what_is_not_to_be_sent(facts):
    backend = Backend()
    message = MessageFactory(**facts)
    before = Message.objects.values().get()

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert backend.sent == []
    assert Message.objects.values().get() == before


def test_deliver_leaves_what_does_not_exist():
    backend = Backend()

    deliver_message(message_pk=1, connection=backend, at=NOON)

    assert backend.sent == []


def test_deliver_sends_once_when_its_task_comes_twice():
    backend = Backend()
    message = MessageFactory()

    for _time in range(2):
        deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert len(backend.sent) == 1


def test_deliver_takes_over_from_a_dead_worker_under_the_same_message_id(settings):
    settings.MAIL_DOMAIN = "p2c.example"
    backend = Backend()
    message = MessageFactory(
        status=MessageStatus.SENDING,
        lease=uuid.UUID(int=1),
        leased_until=NOON,
        attempts=1,
        message_id=uuid.UUID(int=7),
    )

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert state(message)[:2] == (MessageStatus.SENT, 2)
    assert [mail["Message-ID"] for mail in backend.sent] == [
        "<00000000-0000-0000-0000-000000000007@p2c.example>"
    ]


def test_deliver_gives_up_what_kills_its_workers():
    backend = Backend()
    message = MessageFactory(
        status=MessageStatus.SENDING,
        lease=uuid.UUID(int=1),
        leased_until=NOON,
        attempts=ATTEMPTS,
    )

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert backend.sent == []
    assert state(message)[0] == MessageStatus.FAILED
    assert message.server_response == "The worker stopped in the middle, each time"


def test_deliver_cancels_what_is_pointless_by_now():
    backend = Backend()
    message = MessageFactory(expires_at=NOON, private_page="https://p2c.example/page")

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert backend.sent == []
    assert state(message)[::2] == (MessageStatus.CANCELLED, "Pointless by now")
    assert Message.objects.get(pk=message.pk).private_page == ""


def test_deliver_sends_what_still_has_a_point():
    message = MessageFactory(expires_at=NOON + MINUTE)

    deliver_message(message_pk=message.pk, connection=Backend(), at=NOON)

    assert state(message)[0] == MessageStatus.SENT


def test_deliver_cancels_what_is_not_on_the_allowlist(settings, mailoutbox):
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MAIL_ALLOWLIST = ["example.com"]
    message = MessageFactory(recipient="ada@example.org")

    deliver_message(
        message_pk=message.pk,
        connection=get_connection("outbox.services.allowlist.AllowlistBackend"),
        at=NOON,
    )

    assert mailoutbox == []
    assert state(message)[::2] == (
        MessageStatus.CANCELLED,
        "ada@example.org is not on MAIL_ALLOWLIST",
    )


@pytest.mark.parametrize(
    ("trouble", "answer"),
    [
        (refused(550, b"5.1.1 No such\r\nuser"), "550 5.1.1 No such user"),
        (refused(500, b"What?"), "500 What?"),
        (refused(553, "Bad address"), "553 Bad address"),
        (smtplib.SMTPDataError(554, b"5.7.1 Spam"), "554 5.7.1 Spam"),
    ],
)
def test_deliver_fails_at_once_when_the_recipient_is_refused(trouble, answer):
    message = MessageFactory(private_page="https://p2c.example/page")
    backend = Backend(trouble)

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert state(message) == (MessageStatus.FAILED, 1, answer, None)
    assert message.private_page == "https://p2c.example/page"
    assert not backend.is_closed


def of_an_interface(code):
    response = requests.Response()
    response.status_code, response.reason, response._content = code, "Refused", b"{}"
    return AnymailRequestsAPIError(response=response)


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
    # Also a ValueError, and no fault of the message.
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


def test_message_larger_than_the_server_takes_fails_by_itself():
    message = MessageFactory()
    trouble = smtplib.SMTPSenderRefused(552, b"5.3.4 Too big", "x")

    deliver_message(message_pk=message.pk, connection=Backend(trouble), at=NOON)

    assert state(message) == (MessageStatus.FAILED, 1, "552 5.3.4 Too big", None)


def test_server_in_trouble_is_asked_once_for_the_messages_of_a_task():
    messages = [MessageFactory(published_at=NOON) for _number in range(3)]
    cancelled = MessageFactory(status=MessageStatus.CANCELLED)
    not_due = MessageFactory(due_at=NOON + MINUTE)
    left = load_messages([message.pk for message in (*messages, cancelled, not_due)])
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


def test_one_message_that_goes_through_makes_due_what_waits_for_the_server():
    waiting = [waiting_for_server(), waiting_for_server(queue=Queue.BULK)]
    put_off = MessageFactory(first_due_at=NOON - MINUTE, due_at=NOON + MINUTE, attempts=1)
    message = MessageFactory()

    deliver_message(message_pk=message.pk, connection=Backend(), at=NOON)

    for each in (*waiting, put_off):
        each.refresh_from_db()
    assert {
        (each.status, each.due_at, each.server_trouble_at, each.attempts) for each in waiting
    } == {(MessageStatus.QUEUED, NOON, None, 0)}
    assert put_off.due_at == NOON + MINUTE


@pytest.mark.parametrize(
    "trouble", [refused(550, b"No"), refused(450, b"Later"), smtplib.SMTPDataError(554, b"Spam")]
)
def test_message_that_is_refused_makes_nothing_due(trouble):
    waiting = waiting_for_server()

    deliver_message(message_pk=MessageFactory().pk, connection=Backend(trouble), at=NOON)

    waiting.refresh_from_db()
    assert (waiting.due_at, waiting.server_trouble_at) == (NOON + LONGEST_DELAY, NOON - MINUTE)


@pytest.mark.parametrize(
    ("trouble", "becomes"),
    [
        (None, MessageStatus.SENT),
        (refused(550, b"No"), MessageStatus.FAILED),
        (refused(450, b"Later"), MessageStatus.QUEUED),
    ],
)
def test_message_that_the_server_answers_waits_for_it_no_more(trouble, becomes):
    message = waiting_for_server(due_at=NOON)

    deliver_message(message_pk=message.pk, connection=Backend(trouble), at=NOON)

    message.refresh_from_db()
    assert (message.status, message.server_trouble_at) == (becomes, None)


def test_delivery_asks_no_more_questions_while_messages_wait_for_the_server(
    django_assert_num_queries,
):
    waiting_for_server()
    message = MessageFactory()
    backend = Backend(refused(550, b"No"))

    with django_assert_num_queries(4):
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
        # It is to be tried at this moment.
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


@pytest.mark.parametrize(
    ("trouble", "line"),
    [
        (
            refused(550, b"5.1.1 <ada.lovelace@example.org>: user ada.lovelace unknown, Ada Byron"),
            "Message {pk}, attempt 1: failed: 550 5.1.1 <…>: user … unknown, …",
        ),
        (refused(450, b"4.2.0 Later"), "Message {pk}, attempt 1: deferred: 450 4.2.0 Later"),
        (
            smtplib.SMTPAuthenticationError(535, b"5.7.8 noreply@p2c.example: No"),
            "Message {pk}, attempt 1: deferred by trouble with the mail server: 535 5.7.8 …: No",
        ),
        (
            UnicodeError("ada.lovelace@example.org"),
            "Message {pk}, attempt 1: failed: UnicodeError: …",
        ),
    ],
)
def test_each_attempt_that_does_not_go_through_is_a_line_of_the_log(caplog, trouble, line):
    message = MessageFactory(recipient="ada.lovelace@example.org", recipient_name="Ada Byron")

    deliver_message(message_pk=message.pk, connection=Backend(trouble), at=NOON)

    assert [record.getMessage() for record in caplog.records] == [line.format(pk=message.pk)]


def test_message_that_goes_through_is_no_line_of_the_log(caplog):
    deliver_message(message_pk=MessageFactory().pk, connection=Backend(), at=NOON)

    assert caplog.records == []


def test_deliver_tries_later_where_mail_is_files_and_none_can_be_written(tmp_path):
    folder = tmp_path / "mail"
    files = get_connection(
        "django.core.mail.backends.filebased.EmailBackend", file_path=str(folder)
    )
    folder.rmdir()
    message = MessageFactory(due_at=NOON)

    deliver_message(message_pk=message.pk, connection=files, at=NOON)

    message.refresh_from_db()
    assert message.status == MessageStatus.QUEUED
    assert message.due_at > NOON
    assert message.server_response.startswith("FileNotFoundError: [Errno 2]")


def test_deliver_keeps_no_private_link_that_a_server_repeats():
    message = MessageFactory(
        body=f"{PRIVATE_PAGE} {PRIVATE_FEED}",
        private_page="https://p2c.example/en/working-group/a-key/",
        private_feed="https://p2c.example/calendar/private/b-key.ics",
    )
    words = (
        b"5.7.1 https://p2c.example/en/working-group/a-key/ and "
        b"https://p2c.example/calendar/private/b-key.ics are on a list"
    )

    deliver_message(
        message_pk=message.pk,
        connection=Backend(trouble=smtplib.SMTPDataError(554, words)),
        at=NOON,
    )

    assert state(message)[2] == (
        "554 5.7.1 https://p2c.example/en/working-group/…/ and "
        "https://p2c.example/calendar/private/….ics are on a list"
    )


def test_deliver_gives_up_after_the_last_attempt():
    message = MessageFactory(attempts=ATTEMPTS - 1)

    deliver_message(message_pk=message.pk, connection=Backend(refused(450, b"Later")), at=NOON)

    assert state(message) == (MessageStatus.FAILED, ATTEMPTS, "450 Later", None)


def test_deliver_leaves_an_error_of_ours_to_the_lease_and_hangs_up():
    message = MessageFactory()
    backend = Backend(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert backend.is_closed
    assert state(message)[0] == MessageStatus.SENDING
    assert message.leased_until == NOON + LEASE


@pytest.mark.parametrize("trouble", [None, refused(550, b"No"), refused(450, b"Later")])
def test_deliver_does_not_overwrite_who_took_over(trouble):
    message = MessageFactory()

    def take_over():
        Message.objects.update(lease=uuid.UUID(int=9), leased_until=NOON + LEASE)

    deliver_message(
        message_pk=message.pk, connection=Backend(trouble, meanwhile=take_over), at=NOON
    )

    assert state(message) == (MessageStatus.SENDING, 1, "", uuid.UUID(int=9))
    assert message.sent_at is None


def test_claim_is_given_once():
    message = MessageFactory()

    first = claim(message, NOON)
    second = claim(message, NOON)

    assert first == message
    assert (first.status, first.leased_until) == (MessageStatus.SENDING, NOON + LEASE)
    assert second is None


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"attempts": 1},
        {"cancel_reason": CancelReason.LINKS_REVOKED},
        {"status": MessageStatus.CANCELLED},
        {"due_at": NOON + timedelta(minutes=1)},
    ],
)
def test_claim_takes_nothing_that_changed_since_it_was_read(meanwhile):
    (waiting,) = load_messages([MessageFactory().pk])
    Message.objects.update(**meanwhile)
    before = Message.objects.values().get()

    assert claim(waiting.message, NOON) is None

    assert Message.objects.values().get() == before


def test_delay_doubles_up_to_the_longest():
    shortest = [min(FIRST_DELAY * 2**n, LONGEST_DELAY) for n in range(ATTEMPTS - 1)]

    delays = [delay_after(attempts) for attempts in range(1, ATTEMPTS)]

    assert all(low <= delay <= low * 1.25 for low, delay in zip(shortest, delays, strict=True))
    assert timedelta(days=1) < sum(shortest, timedelta()) < timedelta(days=3)


def test_delay_differs_for_what_failed_together():
    delays = {delay_after(1) for _message in range(20)}

    assert len(delays) > 1


def test_kept_connection_is_one_for_all_messages_of_a_worker(settings):
    first, second = kept_connection(), kept_connection()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    third = kept_connection()

    assert first is second
    assert third is not first
