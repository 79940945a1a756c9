"""Reading the mailbox of a real IMAP server."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from inbox.models import IncomingMail, MailboxReading
from inbox.services import mailbox as module
from inbox.services.mailbox import BATCH_SIZE, read_mailbox
from inbox.services.mailbox_health import check_mailbox
from inbox.services.parsing import MAX_SIZE
from outbox.models import HoldReason
from outbox.services.installation import begin_hold
from tests.factories import NOON
from tests.inbox.mails import reply, reply_address, sent_message
from tests.mailbox_server import mailbox_server

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with mailbox_server(tmp_path_factory.mktemp("imap")) as started:
        yield started


@pytest.fixture(autouse=True)
def mailbox(server, settings, media):
    settings.MAIL_RETURN_DOMAIN = "return.example"
    settings.MAILBOX_URL = server.url
    server.empty()
    return server


def test_new_mail_is_stored_and_moved_to_where_it_belongs(mailbox):
    matched = reply(reply_address(sent_message()), Subject="Matched").as_bytes()
    mailbox.put(matched, reply("portal@p2c.example", Subject="Stranger").as_bytes())

    assert read_mailbox(at=NOON) == 2

    assert mailbox.subjects("INBOX") == []
    assert mailbox.subjects("Done") == ["Matched"]
    assert mailbox.subjects("Unmatched") == ["Stranger"]
    assert [mail.subject for mail in IncomingMail.objects.order_by("pk")] == ["Matched", "Stranger"]
    assert MailboxReading.objects.get().read_at == NOON


def test_mail_that_was_stored_but_not_moved_is_stored_once(mailbox):
    raw = reply("portal@p2c.example", Subject="Twice").as_bytes()
    mailbox.put(raw)
    read_mailbox(at=NOON)
    mailbox.put(raw)

    assert read_mailbox(at=NOON) == 1

    assert IncomingMail.objects.count() == 1
    assert mailbox.subjects("INBOX") == []


def test_mail_that_is_not_stored_stays_where_it_is(mailbox, settings, tmp_path):
    mailbox.put(reply("portal@p2c.example", Subject="Disk full").as_bytes())
    blocked = tmp_path / "file"
    blocked.touch()
    settings.MEDIA_ROOT = str(blocked)

    assert read_mailbox(at=NOON) == 0

    assert mailbox.subjects("INBOX") == ["Disk full"]
    assert not IncomingMail.objects.exists()
    assert MailboxReading.objects.get().trouble == "NotStored"


def test_what_somebody_has_opened_is_left_alone(mailbox):
    mailbox.put(reply("portal@p2c.example", Subject="Opened").as_bytes())
    with mailbox.open() as box:
        box.flag(box.uids("ALL", charset=None), r"\Seen", value=True)

    assert read_mailbox(at=NOON) == 0
    assert mailbox.subjects("INBOX") == ["Opened"]


def test_one_reading_takes_a_batch(mailbox, monkeypatch):
    monkeypatch.setattr(module, "BATCH_SIZE", 2)
    mailbox.put(*(reply("portal@p2c.example", str(number)).as_bytes() for number in range(3)))

    assert [read_mailbox(at=NOON) for _n in range(3)] == [2, 1, 0]
    assert BATCH_SIZE > 2


def test_of_a_mail_that_is_too_large_only_the_beginning_is_fetched(mailbox):
    mailbox.put(b"Subject: Large\r\n\r\n" + b"x" * (MAX_SIZE + 5))

    read_mailbox(at=NOON)

    mail = IncomingMail.objects.get()
    assert (mail.kind, mail.size, mail.raw.name) == ("refused", MAX_SIZE + 1, "")
    assert mailbox.subjects("Unmatched") == ["Large"]


@pytest.mark.parametrize("kind", ["held", "allowlist", "no mailbox"])
def test_copy_of_the_portal_reads_no_mailbox(mailbox, settings, kind):
    mailbox.put(reply("portal@p2c.example", Subject="Not for a copy").as_bytes())
    if kind == "held":
        begin_hold(reason=HoldReason.BY_HAND, at=NOON)
    elif kind == "allowlist":
        settings.MAIL_ALLOWLIST = ["p2c.example"]
    else:
        settings.MAILBOX_URL = ""

    assert read_mailbox(at=NOON) == 0

    assert mailbox.subjects("INBOX") == ["Not for a copy"]
    assert not MailboxReading.objects.exists()


def test_mailbox_that_cannot_be_read_is_reported_until_it_can(settings):
    good, settings.MAILBOX_URL = settings.MAILBOX_URL, "imap://portal:wrong@127.0.0.1:9"

    read_mailbox(at=NOON)
    read_mailbox(at=NOON + HOUR)

    assert check_mailbox(at=NOON).silent_since is None
    assert check_mailbox(at=NOON + HOUR).silent_since == NOON
    settings.MAILBOX_URL = good
    read_mailbox(at=NOON + HOUR)
    assert check_mailbox(at=NOON + HOUR).silent_since is None
    # Nothing reads it any more.
    assert check_mailbox(at=NOON + 2 * HOUR).silent_since == NOON + HOUR
    assert MailboxReading.objects.get().trouble == ""


def test_wrong_password_is_told_by_the_name_of_the_error_alone(settings, caplog):
    settings.MAILBOX_URL = settings.MAILBOX_URL.replace("secret", "wrong")

    read_mailbox(at=NOON)

    assert MailboxReading.objects.get().trouble == "MailboxLoginError"
    assert "wrong" not in caplog.text


def test_fault_of_the_database_is_not_taken_for_one_of_the_mailbox(mailbox, monkeypatch):
    mailbox.put(reply("portal@p2c.example").as_bytes())

    def fail(**_facts):
        raise DatabaseError

    monkeypatch.setattr(module, "receive", fail)
    with pytest.raises(DatabaseError):
        read_mailbox(at=NOON)
    assert len(mailbox.subjects("INBOX")) == 1
