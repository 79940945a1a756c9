import smtplib
import uuid
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from outbox.delivery import (
    ATTEMPTS,
    FIRST_DELAY,
    LEASE,
    LONGEST_DELAY,
    claim,
    delay_after,
    deliver_message,
    kept_connection,
    read,
)
from outbox.models import NO_KEYS, Message, MessageStatus, Void
from outbox.rendering import PRIVATE_CODE, PRIVATE_FEED, PRIVATE_PAGE, PRIVATE_UNSUBSCRIBE
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
    return (message.status, message.attempts, message.server_answer, message.lease)


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
    assert message.keys == NO_KEYS
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
    assert (message.status, message.keys) == (MessageStatus.SENT, NO_KEYS)


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
    assert message.server_answer == "The worker stopped in the middle, each time"


def test_deliver_cancels_what_is_pointless_by_now():
    backend = Backend()
    message = MessageFactory(not_after=NOON, private_page="https://p2c.example/page")

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert backend.sent == []
    assert state(message)[::2] == (MessageStatus.CANCELLED, "Pointless by now")
    assert Message.objects.get(pk=message.pk).private_page == ""


def test_deliver_sends_what_still_has_a_point():
    message = MessageFactory(not_after=NOON + MINUTE)

    deliver_message(message_pk=message.pk, connection=Backend(), at=NOON)

    assert state(message)[0] == MessageStatus.SENT


def test_deliver_cancels_what_is_not_on_the_allowlist(settings, mailoutbox):
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MAIL_ALLOWLIST = ["example.com"]
    message = MessageFactory(recipient="ada@example.org")

    deliver_message(
        message_pk=message.pk,
        connection=get_connection("outbox.allowlist.AllowlistBackend"),
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


@pytest.mark.parametrize(
    ("trouble", "answer", "is_closed"),
    [
        (refused(450, b"4.2.0 Greylisted"), "450 4.2.0 Greylisted", False),
        (refused(421, b"Busy"), "421 Busy", False),
        (smtplib.SMTPDataError(451, b"Later"), "451 Later", False),
        (smtplib.SMTPSenderRefused(550, b"Not you", "x"), "550 Not you", True),
        (smtplib.SMTPAuthenticationError(535, b"No"), "535 No", True),
        (smtplib.SMTPConnectError(554, b"No service"), "554 No service", True),
        (smtplib.SMTPServerDisconnected("closed"), "SMTPServerDisconnected: closed", True),
        (
            ConnectionRefusedError(111, "refused"),
            "ConnectionRefusedError: [Errno 111] refused",
            True,
        ),
        (TimeoutError("timed out"), "TimeoutError: timed out", True),
    ],
)
def test_deliver_tries_later_when_it_may_work_then(trouble, answer, is_closed):
    message = MessageFactory(published_at=NOON)
    backend = Backend(trouble)

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert state(message) == (MessageStatus.QUEUED, 1, answer, None)
    assert NOON + FIRST_DELAY <= message.due_at <= NOON + FIRST_DELAY * 1.25
    assert message.published_at is None
    assert backend.is_closed == is_closed


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
    assert message.server_answer.startswith("FileNotFoundError: [Errno 2]")


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
        {"void_because": Void.LINKS_REVOKED},
        {"status": MessageStatus.CANCELLED},
        {"due_at": NOON + timedelta(minutes=1)},
    ],
)
def test_claim_takes_nothing_that_changed_since_it_was_read(meanwhile):
    (waiting,) = read([MessageFactory().pk])
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
