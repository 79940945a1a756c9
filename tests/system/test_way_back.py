"""What comes back to the mailbox: bounces, automatic replies, replies and rubbish."""

import hashlib
import os
import random
import time
from collections import Counter
from imaplib import MapCRLF

import pytest

from inbox.models import IncomingFile, IncomingKind, IncomingMail
from inbox.services.parsing import MAX_SIZE
from inbox.tasks import read_mailbox
from outbox.models.delivery_event import DeliveryEvent, EventKind, SuppressedAddress
from tests.broker import broker_at
from tests.inbox.mails import (
    ONE_PDF,
    bounce_address,
    dsn,
    message_id,
    reply,
    reply_address,
    sent_message,
)
from tests.inbox.rubbish import rubbish
from tests.mailbox_server import mailbox_server
from tests.portal import beat, worker
from tests.processes import PATIENCE, eventually
from tests.system.conftest import unless_missing
from tests.system.mail import all_sent, fill

# Each killed worker takes seconds to start again, so CI kills fewer.
MAILS, RUBBISH, KILLS = (300, 30, 2) if os.environ.get("CI") == "true" else (1_000, 100, 6)
# Of each kind of letter.
TENTH = (MAILS - RUBBISH) // 10
pytestmark = [pytest.mark.patient, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mailbox(tmp_path):
    with mailbox_server(tmp_path) as server:
        yield server


@pytest.fixture
def listening(given, mailbox, settings, tmp_path):
    """The environment of a portal that reads the mailbox."""
    settings.MAIL_RETURN_DOMAIN = "return.example"
    # Where the portal stores what it receives.
    settings.MEDIA_ROOT = str(tmp_path / "files")
    return {
        **given,
        "MAIL_RETURN_DOMAIN": settings.MAIL_RETURN_DOMAIN,
        "MAILBOX_URL": mailbox.url,
        "MEDIA_ROOT": settings.MEDIA_ROOT,
    }


def test_bounce_marks_its_message_within_two_minutes_and_nothing_else_does(
    listening, mailbox, own_sink, tmp_path
):
    unknown, away, forged, misused = messages = fill(4)
    with worker(listening, tmp_path), beat(listening, tmp_path):
        assert all_sent(within=PATIENCE)
        senders = dict(zip(own_sink.recipients, own_sink.senders, strict=True))
        mailbox.put(
            dsn(
                "bounce+aaaaaaaaaaaaa.aaaaaaaa@return.example",
                forged.recipient,
                original=f"Message-ID: {message_id(forged)}",
            ),
            dsn(senders[misused.recipient], "victim@example.org"),
            reply(senders[away.recipient], "I am away.", Auto_Submitted="auto-replied").as_bytes(),
            dsn(senders[unknown.recipient], unknown.recipient),
        )

        assert eventually(SuppressedAddress.objects.exists, within=120)
        assert eventually(lambda: mailbox.count("INBOX") == 0, within=PATIENCE)

    for message in messages:
        message.refresh_from_db()
    assert unknown.bounced_at is not None
    assert [away.bounced_at, forged.bounced_at, misused.bounced_at] == [None] * 3
    assert [row.address for row in SuppressedAddress.objects.all()] == [unknown.recipient]
    assert sorted(DeliveryEvent.objects.values_list("kind", "message")) == [
        (EventKind.AUTOMATIC_REPLY, away.pk),
        (EventKind.HARD_BOUNCE, unknown.pk),
    ]
    # The one without a right address is shown at the message that it names.
    assert mailbox.count("Done") == 4


def letters_of_all_kinds(count, messages):
    """Return replies, some with a file, bounces and notices of vacation, each another one."""
    for number in range(count):
        message = messages[number % len(messages)]
        subject = f"Number {number}"
        if number % 10 == 0:
            yield dsn(bounce_address(message), message.recipient, code=f"550 5.1.1 {subject}")
        elif number % 10 == 1:
            headers = {"Auto_Submitted": "auto-replied", "Subject": subject}
            yield reply(reply_address(message), "I am away.", **headers).as_bytes()
        elif number % 10 == 2:
            yield reply("portal@p2c.example", Subject=subject).as_bytes()
        else:
            mail = reply(reply_address(message), Subject=subject)
            if number % 10 == 3:
                mail.add_attachment(
                    ONE_PDF, maintype="application", subtype="pdf", filename="Statutes.pdf"
                )
            yield mail.as_bytes()


@pytest.mark.timeout(300)
@pytest.mark.postgresql_in_ci
def test_no_mail_is_lost_or_stored_twice_although_workers_are_killed(listening, mailbox, tmp_path):
    messages = [sent_message(recipient=f"ada-{number}@example.org") for number in range(TENTH)]
    letters = list(letters_of_all_kinds(MAILS - RUBBISH, messages))
    # As an IMAP server keeps them.
    mails = [MapCRLF.sub(b"\r\n", mail) for mail in (*letters, *rubbish(RUBBISH))]
    random.shuffle(mails)
    mailbox.put(*mails)
    moments = sorted(random.sample(range(MAILS * 9 // 10), KILLS))
    with unless_missing():
        workers = [
            worker(listening, tmp_path, queues="sweep", concurrency=1, name=name, clock=clock)
            for name, clock in (("right", None), ("ahead", "+1h"))
        ]

    with workers[0], workers[1], broker_at(listening["CELERY_BROKER_URL"]):
        for moment in moments:
            assert reads_until(lambda count=moment: IncomingMail.objects.count() >= count)
            victim = random.choice(workers)  # noqa: S311
            victim.kill()
            victim.start()
        assert reads_until(lambda: mailbox.count("INBOX") == 0)

    received = IncomingMail.objects.all()
    assert {row.sha256: row.size for row in received} == {
        hashlib.sha256(raw[: MAX_SIZE + 1]).hexdigest(): len(raw[: MAX_SIZE + 1]) for raw in mails
    }
    assert mailbox.count("Done") + mailbox.count("Unmatched") == len(mails)
    kinds = Counter(row.kind for row in received.filter(subject__startswith="Number"))
    assert kinds == {IncomingKind.REPLY: 8 * TENTH, IncomingKind.AUTOMATIC: TENTH}
    events = Counter(DeliveryEvent.objects.values_list("kind", flat=True))
    assert events == {EventKind.HARD_BOUNCE: TENTH, EventKind.AUTOMATIC_REPLY: TENTH}
    assert IncomingFile.objects.filter(file_name="Statutes.pdf").exclude(file="").count() == TENTH
    assert received.filter(raw="").count() == 1


def reads_until(happened):
    """Let the mailbox be read again and again, until a condition is true."""

    def read():
        read_mailbox.delay()
        time.sleep(0.5)
        return happened()

    return eventually(read, within=PATIENCE)
