"""The mail that came back in the demonstration: a reply, a bounce, and one of a stranger."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final

from inbox.models import Source
from inbox.services.receiving import receive
from members.models import Member, MemberStatus
from outbox.models import Message, MessageStatus
from outbox.services.rendering import as_text
from outbox.services.return_addresses import ReturnKind, return_code
from p2c_portal.demonstration.meetings import small_pdf
from p2c_portal.demonstration.texts import REPLY, STRANGER

REPLIED_BEFORE: Final = timedelta(hours=2)
ASKED_BY_STRANGER_BEFORE: Final = timedelta(hours=5)
BOUNCED_AFTER: Final = timedelta(minutes=1)
DOMAIN: Final = "return.example.org"


def load_incoming_mail(*, at: datetime) -> None:
    """Receive mails as they would have come by the time `at`."""
    with _not_logged():
        _load(at)


@contextmanager
def _not_logged() -> Iterator[None]:
    """Write no line to the log: it is for mail that really came."""
    before = logging.root.manager.disable
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(before)


def _load(at: datetime) -> None:
    _reply_to_a_request(at)
    _bounce_of_a_letter()
    mail = EmailMessage()
    mail["From"] = "Inés Okoro <ines.okoro@college.example.org>"
    mail["To"] = "Partner2Connect@itu.int"
    mail["Subject"] = STRANGER.subject
    mail.set_content(STRANGER.text)
    _receive(mail, "", at - ASKED_BY_STRANGER_BEFORE)


def _reply_to_a_request(at: datetime) -> None:
    """Let the focal point answer the latest request for information by mail, with a letter."""
    asked = Member.objects.filter(status=MemberStatus.INFORMATION_REQUESTED)
    letters = Message.objects.filter(
        status=MessageStatus.SENT,
        sent_at__lt=at - REPLIED_BEFORE,
        reference__in=asked.values("reference"),
    )
    letter = letters.latest("sent_at", "pk")
    mail = EmailMessage()
    mail["From"] = f"{letter.recipient_name} <{letter.recipient}>"
    mail["Subject"] = f"Re: {letter.subject}"
    quoted = [f"> {line}" for line in as_text(letter.body).splitlines() if "[[" not in line]
    introduction = "On the day of your letter, Partner2Connect wrote:"
    mail.set_content("\n".join([REPLY, "", introduction, *quoted]))
    mail.add_attachment(
        small_pdf("Letter of our director"),
        maintype="application",
        subtype="pdf",
        filename="Letter.pdf",
    )
    _receive(mail, _address(ReturnKind.REPLY, letter), at - REPLIED_BEFORE)


def _bounce_of_a_letter() -> None:
    """Let the first letter to a member that nobody has taken come back."""
    untaken = Member.objects.filter(status=MemberStatus.PENDING, assignee=None, spam_signal="")
    letters = Message.objects.filter(
        status=MessageStatus.SENT, reference__in=untaken.values("reference")
    )
    letter = letters.earliest("sent_at", "pk")
    mail = EmailMessage()
    mail["From"] = "MAILER-DAEMON@mx.example.org"
    mail["Return-Path"] = "<>"
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail["Auto-Submitted"] = "auto-replied"
    mail["Content-Type"] = 'multipart/report; report-type=delivery-status; boundary="part"'
    mail.set_payload(
        "--part\nContent-Type: text/plain\n\nYour mail could not be delivered.\n"
        "--part\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; {letter.recipient}\nAction: failed\nStatus: 5.1.1\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 <{letter.recipient}>: User unknown\n--part--\n"
    )
    sent_at = letter.sent_at or letter.due_at
    return _receive(mail, _address(ReturnKind.BOUNCE, letter), sent_at + BOUNCED_AFTER)


def _address(kind: ReturnKind, letter: Message) -> str:
    return f"{kind}+{return_code(kind, letter.message_id)}@{DOMAIN}"


def _receive(mail: EmailMessage, to: str, at: datetime) -> None:
    receive(raw=mail.as_bytes(), envelope_to=to, source=Source.PIPE, at=at)
