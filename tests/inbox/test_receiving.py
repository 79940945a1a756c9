"""Receiving a mail: what is stored of it, what it proves, and what it never does."""

from datetime import timedelta

import pytest

from inbox.models import IncomingFile, IncomingKind, IncomingMail, Source
from inbox.services.parsing import MAX_SIZE
from inbox.services.receiving import HELD_ABOVE, receive
from outbox.models.delivery_event import DeliveryEvent, EventKind, SuppressedAddress
from outbox.services.rendering import as_text
from papers.services.file_scans import breaker, scan_waiting_files
from tests.clamd import MALWARE
from tests.factories import NOON, MessageFactory
from tests.inbox.mails import (
    ONE_PDF,
    bounce_address,
    complaint,
    dsn,
    message_id,
    reply,
    reply_address,
    sent_message,
)
from tests.inbox.rubbish import (
    MALFORMED,
    MANY_HEADERS,
    TOO_LARGE,
    WRONG_CHARSETS,
    bomb,
    deep,
    too_many_parts,
)


@pytest.fixture(autouse=True)
def with_return_addresses(settings):
    settings.MAIL_RETURN_DOMAIN = "return.example"


def received(mail, *, envelope_to="", at=NOON):
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    return receive(raw=raw, envelope_to=envelope_to, source=Source.IMAP, at=at)


def events():
    return list(DeliveryEvent.objects.values_list("kind", "response"))


def test_receive_stores_a_reply_with_what_its_sender_says(media):
    message = sent_message()

    mail = received(reply(reply_address(message), "We are 40 people.\n"))

    assert (mail.kind, mail.message, mail.is_proved) == (IncomingKind.REPLY, message, True)
    assert (mail.reference, mail.text, mail.quoted) == ("P2C-K7M4Q2", "We are 40 people.", "")
    assert (mail.sender, mail.sender_name) == ("ada@example.org", "Ada Lovelace")
    assert not mail.is_from_other_address
    assert events() == []


def test_receive_stores_the_same_mail_once(media):
    raw = reply(reply_address(sent_message())).as_bytes()

    first, second = received(raw), received(raw)

    assert first == second
    assert IncomingMail.objects.count() == 1
    assert len(list(media.rglob("*"))) == 2  # The folder and the file.


def test_reply_is_matched_by_the_message_that_it_names(media):
    message = sent_message()

    by_header = received(reply("Partner2Connect@itu.int", In_Reply_To=message_id(message)))
    by_subject = received(reply("Partner2Connect@itu.int", Subject="Your letter P2C-K7M4Q2"))
    by_nothing = received(reply("Partner2Connect@itu.int", Subject="Hello P2C-222222"))

    assert (by_header.message, by_header.is_proved) == (message, False)
    assert (by_subject.message, by_subject.reference) == (None, "P2C-K7M4Q2")
    assert list(IncomingMail.objects.unmatched()) == [by_nothing]


def test_reply_from_another_address_says_so(media):
    mail = received(reply(reply_address(sent_message()), sender="eve@example.com"))

    assert mail.is_from_other_address


def test_hard_bounce_at_the_address_of_the_message_suppresses_its_recipient(media):
    message = sent_message()

    mail = received(dsn(bounce_address(message)))

    assert (mail.kind, mail.message) == (IncomingKind.BOUNCE, message)
    assert events() == [(EventKind.HARD_BOUNCE, "550 5.1.1 <ada@example.org>: User unknown")]
    assert SuppressedAddress.objects.get().address == "ada@example.org"
    message.refresh_from_db()
    assert message.bounced_at == NOON


@pytest.mark.parametrize(
    ("forged", "recipient"),
    [
        ("bounce+aaaaaaaaaaaaa.aaaaaaaa@return.example", "ada@example.org"),
        ("", "eve@example.com"),
    ],
    ids=["without the code", "of another recipient"],
)
def test_bounce_that_proves_nothing_suppresses_nobody(media, forged, recipient):
    message = sent_message()
    headers = f"Message-ID: {message_id(message)}"

    mail = received(dsn(forged or bounce_address(message), recipient, original=headers))

    assert (mail.kind, mail.message) == (IncomingKind.BOUNCE, message)
    assert events() == []
    assert not SuppressedAddress.objects.exists()


def test_bounce_to_one_mailbox_is_proved_by_the_original_that_it_returns(media):
    message = sent_message()
    headers = f"Message-ID: {message_id(message)}\nReply-To: {reply_address(message)}"

    received(dsn("portal@p2c.example", original=headers))

    assert [kind for kind, _response in events()] == [EventKind.HARD_BOUNCE]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        ("5.2.2", "552 5.2.2 Mailbox full", EventKind.SOFT_BOUNCE),
        ("5.7.1", "550 5.7.1 Message rejected as spam", EventKind.SOFT_BOUNCE),
        ("4.4.1", "451 4.4.1 Timed out: user unknown", EventKind.SOFT_BOUNCE),
        ("5.1.10", "550 5.1.10 Recipient not found", EventKind.HARD_BOUNCE),
    ],
)
def test_only_a_permanent_fault_of_the_address_is_a_hard_bounce(media, status, code, kind):
    message = sent_message()

    received(dsn(bounce_address(message), status=status, code=code))

    assert events() == [(kind, code)]
    assert SuppressedAddress.objects.exists() == (kind == EventKind.HARD_BOUNCE)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("User unknown", EventKind.HARD_BOUNCE),
        ("Unrouteable address", EventKind.HARD_BOUNCE),
        ("retry timeout exceeded", EventKind.SOFT_BOUNCE),
        ("mailbox is full (MTA-imposed quota exceeded)", EventKind.SOFT_BOUNCE),
    ],
)
def test_reason_that_only_the_text_of_a_bounce_gives_counts(media, reason, kind):
    message = sent_message()
    text = f"The following address failed:\n\n  ada@example.org\n    {reason}\n"

    received(dsn(bounce_address(message), status="5.0.0", code=None, text=text))

    assert events() == [(kind, f"500 5.0.0 {reason}")]


def test_delay_is_noted_and_the_message_has_not_bounced(media):
    message = sent_message()

    mail = received(dsn(bounce_address(message), action="delayed", status="4.4.1"))

    assert mail.kind == IncomingKind.DELAYED
    assert [kind for kind, _response in events()] == [EventKind.DELAYED]
    message.refresh_from_db()
    assert message.bounced_at is None


def test_bounce_in_an_older_form_counts_too(media):
    message = sent_message()
    text = (
        "Hi. This is the qmail-send program at mx.example.org.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<ada@example.org>:\n550 5.1.1 no such user here\n\n--- Below this line is a copy.\n"
    )

    received(reply(bounce_address(message), text, sender="MAILER-DAEMON@mx.example.org"))

    assert events() == [(EventKind.HARD_BOUNCE, "550 5.1.1 no such user here")]


def test_complaint_suppresses_the_recipient_of_its_message(media):
    message = sent_message()

    mail = received(complaint("abuse@p2c.example", f"Reply-To: {reply_address(message)}"))

    assert mail.kind == IncomingKind.COMPLAINT
    assert SuppressedAddress.objects.get().reason == "complaint"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<all.example.org>"},
        {"X_Autoreply": "yes"},
    ],
)
def test_automatic_reply_is_noted_at_its_message_and_changes_nothing(media, headers):
    message = sent_message()

    mail = received(reply(reply_address(message), "I am away.", **headers))

    assert (mail.kind, mail.text) == (IncomingKind.AUTOMATIC, "")
    assert [kind for kind, _response in events()] == [EventKind.AUTOMATIC_REPLY]
    assert not IncomingMail.objects.replies_of("P2C-K7M4Q2").exists()
    message.refresh_from_db()
    assert message.bounced_at is None


def test_own_mail_that_comes_back_is_no_reply(media, settings):
    message = sent_message()

    mail = received(reply(reply_address(message), sender=settings.DEFAULT_FROM_EMAIL))

    assert mail.kind == IncomingKind.AUTOMATIC


def test_away_note_at_the_address_for_bounces_is_no_bounce(media):
    message = sent_message()

    mail = received(reply(bounce_address(message), Auto_Submitted="auto-replied"))

    assert mail.kind == IncomingKind.AUTOMATIC
    message.refresh_from_db()
    assert message.bounced_at is None


def test_answer_of_a_calendar_is_no_automatic_reply(media):
    mail = reply(reply_address(sent_message()), Auto_Submitted="auto-generated")
    mail.add_attachment("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n", subtype="calendar")

    assert received(mail).kind == IncomingKind.CALENDAR


def test_reply_keeps_the_files_that_an_answer_may_have(media):
    mail = reply(reply_address(sent_message()))
    mail.add_attachment(ONE_PDF, maintype="application", subtype="pdf", filename="Statutes.pdf")
    mail.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="run.exe")
    mail.add_attachment(
        b"\x89PNG", maintype="image", subtype="png", filename="logo.png", cid="<a@b>",
        disposition="inline",
    )  # fmt: skip

    row = received(mail)

    kept, refused = row.files.order_by("pk")
    assert (kept.file_name, kept.content_type, kept.trouble) == (
        "Statutes.pdf",
        "application/pdf",
        "",
    )
    assert (media / kept.file.name).read_bytes() == ONE_PDF
    assert (refused.file_name, refused.file.name) == ("run.exe", "")
    assert "is a program" in refused.trouble


def test_quotation_of_the_letter_is_kept_apart(media):
    message = sent_message(body="Please send us the statutes of your organisation.")
    quoted = f"On 25 October 2021 the coalition wrote:\n> {as_text(message.body)}"

    mail = received(reply(reply_address(message), f"Here they are.\n\n{quoted}\n"))

    assert (mail.text, mail.quoted) == ("Here they are.", quoted.strip())


def test_many_replies_of_one_address_are_held(media):
    message = sent_message()
    for number in range(HELD_ABOVE):
        assert not received(reply(reply_address(message), f"Mail {number}")).is_held

    assert received(reply(reply_address(message), "One more")).is_held
    later = NOON + timedelta(hours=2)
    assert not received(reply(reply_address(message), "Later"), at=later).is_held


@pytest.mark.parametrize(
    "raw",
    [TOO_LARGE, too_many_parts(), deep(2000)],
    ids=["too large", "too many parts", "too deep"],
)
def test_mail_that_cannot_be_read_is_stored_as_refused(media, raw):
    mail = received(raw)

    assert (mail.kind, mail.text, mail.size) == (IncomingKind.REFUSED, "", len(raw))
    assert bool(mail.raw) == (len(raw) <= MAX_SIZE)


@pytest.mark.parametrize("raw", [b"", *MALFORMED, *WRONG_CHARSETS, MANY_HEADERS, bomb()])
def test_rubbish_is_stored_and_raises_nothing(media, raw):
    assert received(raw).pk


def test_return_address_of_a_deleted_message_matches_nothing(media):
    message = MessageFactory()
    address = reply_address(message)
    message.delete()

    mail = received(reply(address))

    assert (mail.message, mail.is_proved, mail.reference) == (None, False, "")
    assert not IncomingFile.objects.exists()


def test_reply_keeps_no_infected_file_and_says_so_at_the_desk(media, clamd):
    mail = reply(reply_address(sent_message()))
    content = ONE_PDF + MALWARE + ONE_PDF
    mail.add_attachment(content, maintype="application", subtype="pdf", filename="Statutes.pdf")

    file = received(mail).files.get()

    assert (file.file.name, file.is_available) == ("", False)
    assert file.trouble.startswith("Our virus scanner found harmful software in this file.")


def test_file_of_a_reply_waits_while_the_scanner_is_away(media, clamd):
    breaker.open()
    mail = reply(reply_address(sent_message()))
    mail.add_attachment(ONE_PDF, maintype="application", subtype="pdf", filename="Statutes.pdf")
    row = received(mail)

    waits = row.files.get().is_available
    scan_waiting_files(at=row.received_at)

    assert (waits, row.files.get().is_available) == (False, True)
