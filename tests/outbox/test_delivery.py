import re
import smtplib
import uuid
from datetime import timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import get_connection

from outbox.models import NO_PRIVATE_VALUES, CancelReason, Message, MessageStatus
from outbox.services.delivery import (
    ATTEMPTS,
    LEASE,
    claim,
    deliver_message,
    kept_connection,
    load_messages,
)
from outbox.services.rendering import PRIVATE_CODE, PRIVATE_PAGE, PRIVATE_UNSUBSCRIBE
from outbox.services.return_addresses import unsubscribe_mailbox
from tests.factories import NOON, MessageFactory
from tests.outbox.delivering import Backend, refused, state

MINUTE = timedelta(minutes=1)


def sent_by(message):
    backend = Backend()
    deliver_message(message_pk=message.pk, connection=backend, at=NOON)
    [sent] = backend.sent
    return message_from_bytes(sent.as_bytes(), policy=policy.default)


def sent_mail(**facts):
    return sent_by(MessageFactory(**facts))


def test_deliver_sends_and_keeps_the_answer(caplog):
    backend = Backend()
    page, no_more = "https://p2c.example/w/a_b:c/", "https://p2c.example/u/x/"
    message = MessageFactory(
        recipient="ada@example.org",
        body=f"{PRIVATE_PAGE} {PRIVATE_UNSUBSCRIBE} {PRIVATE_CODE}",
        private_page=page,
        private_unsubscribe=no_more,
        private_code="7K3M-Q9XY",
        expires_at=NOON + MINUTE,
    )

    deliver_message(message_pk=message.pk, connection=backend, at=NOON)

    assert state(message) == (MessageStatus.SENT, 1, "250 2.0.0 Ok: queued as 4F1A2", None)
    assert (message.sent_at, message.keys) == (NOON, NO_PRIVATE_VALUES)
    assert not backend.is_closed
    assert caplog.records == []
    [mail] = backend.sent
    text, html = message_from_bytes(mail.as_bytes(), policy=policy.default).iter_parts()
    assert (mail["To"], mail.get_content_type()) == ("ada@example.org", "multipart/alternative")
    assert text.get_content() == f"{page} {no_more} 7K3M-Q9XY\n"
    assert html.get_content_type() == "text/html"
    assert f'href="{page}"' in html.get_content()
    assert f'href="{no_more}"' in html.get_content()


def test_mail_has_the_headers_of_an_automatic_mail(settings):
    settings.DEFAULT_FROM_EMAIL = "Partner2Connect <partner2connect@p2c.example>"
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
    assert mail["From"] == "Partner2Connect <partner2connect@p2c.example>"
    assert mail["Reply-To"] == "coalition@p2c.example"
    assert [(to.display_name, to.addr_spec) for to in mail["To"].addresses] == [
        ('Ada "Countess" Lovelace, Dr', "ada@example.org")
    ]
    assert mail["Message-ID"] == "<00000000-0000-0000-0000-000000000007@p2c.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    # Not "All", which would suppress reports of non-delivery too.
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply, RN, NRN"
    assert mail["Content-Language"] == "fr"
    names = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post")
    assert [mail[name] for name in names] == [None, None, None]


def test_mail_of_a_list_names_it_and_an_address_that_unsubscribes(settings):
    settings.MAIL_RETURN_DOMAIN = "return.example"
    settings.SITE_URL = "https://portal.example:8443"
    link = "https://portal.example:8443/bulletins/a_b:c/"
    message = MessageFactory(private_unsubscribe=link)

    mail = sent_by(message)

    assert mail["List-Id"] == "Partner2Connect bulletins <bulletins.portal.example>"
    mailbox = unsubscribe_mailbox(message.message_id)
    assert re.fullmatch(r"unsubscribe\+[a-z2-7]{13}\.[a-z2-7]{8}@return\.example", mailbox)
    assert mail["List-Unsubscribe"] == f"<{link}>, <mailto:{mailbox}?subject=unsubscribe>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] is None


def test_date_of_a_mail_has_the_offset_of_geneva():
    date = sent_mail()["Date"].datetime

    assert date.utcoffset() == date.astimezone(ZoneInfo("Europe/Zurich")).utcoffset()


def test_mail_of_a_list_is_left_by_one_click_and_its_key_is_blanked_once_it_is_sent():
    address = "https://p2c.example/bulletins/a_b:c/"
    message = MessageFactory(
        body=f"[Unsubscribe]({PRIVATE_UNSUBSCRIBE})", private_unsubscribe=address
    )

    mail = sent_by(message)

    assert mail["List-Unsubscribe"] == f"<{address}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = mail.iter_parts()
    assert text.get_content() == f"Unsubscribe <{address}>\n"
    assert f'href="{address}"' in html.get_content()
    message.refresh_from_db()
    assert (message.status, message.keys) == (MessageStatus.SENT, NO_PRIVATE_VALUES)


@pytest.mark.parametrize(
    "name",
    ["O'Brien", "王小明", "معالي الوزيرة " + "سارة " * 80, "x" * 500, "a\\b", "Ada <x@y.org>"],
)
def test_mail_is_addressed_to_any_name(name):
    mail = sent_mail(recipient="ada@example.org", recipient_name=name)

    assert [to.addr_spec for to in mail["To"].addresses] == ["ada@example.org"]
    # A long name is folded, and its words may be separated.
    assert mail["To"].addresses[0].display_name.replace(" ", "") == name.replace(" ", "")


@pytest.mark.parametrize(
    ("domain", "found"),
    # The second one by the standard of 2008.
    [("münchen.example", "xn--mnchen-3ya.example"), ("faß.de", "xn--fa-hia.de")],
)
def test_mail_reaches_an_internationalised_domain(domain, found):
    assert sent_mail(recipient=f"ada@{domain}")["To"] == f"ada@{found}"


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
        {"status": MessageStatus.SENDING, "lease": uuid.UUID(int=1), "leased_until": NOON + MINUTE},
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
        status=MessageStatus.SENDING, lease=uuid.UUID(int=1), leased_until=NOON, attempts=ATTEMPTS
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
    ("trouble", "line"),
    [
        (
            refused(550, b"5.1.1 <ada.lovelace@example.org>: user ada.lovelace unknown, Ada Byron"),
            "Message {pk}, attempt 1: failed: 550 5.1.1 <…>: user … unknown, …",
        ),
        (refused(450, b"4.2.0 Later"), "Message {pk}, attempt 1: deferred: 450 4.2.0 Later"),
        (
            smtplib.SMTPAuthenticationError(535, b"5.7.8 partner2connect@p2c.example: No"),
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


def test_deliver_keeps_no_private_link_that_a_server_repeats():
    message = MessageFactory(
        body=f"{PRIVATE_PAGE} {PRIVATE_UNSUBSCRIBE}",
        private_page="https://p2c.example/en/working-group/a-key/",
        private_unsubscribe="https://p2c.example/en/bulletins/b-key/",
    )
    words = (
        b"5.7.1 https://p2c.example/en/working-group/a-key/ and "
        b"https://p2c.example/en/bulletins/b-key/ are on a list"
    )

    deliver_message(
        message_pk=message.pk,
        connection=Backend(trouble=smtplib.SMTPDataError(554, words)),
        at=NOON,
    )

    assert state(message)[2] == (
        "554 5.7.1 https://p2c.example/en/working-group/…/ and "
        "https://p2c.example/en/bulletins/…/ are on a list"
    )


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
    (waiting,) = load_messages([MessageFactory().pk], at=NOON)
    Message.objects.update(**meanwhile)
    before = Message.objects.values().get()

    assert claim(waiting.message, NOON) is None

    assert Message.objects.values().get() == before


def test_kept_connection_is_one_for_all_messages_of_a_worker(settings):
    first, second = kept_connection(), kept_connection()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    third = kept_connection()

    assert first is second
    assert third is not first
