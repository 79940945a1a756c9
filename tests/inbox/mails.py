"""Mails as mail servers and people send them back."""

from email.message import EmailMessage
from email.utils import make_msgid

from django.conf import settings

from outbox.models import MessageStatus
from outbox.services.return_addresses import ReturnKind, return_address
from tests.factories import NOON, MessageFactory

OURS = "officer@portal.example"
ONE_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def sent_message(**facts):
    """A message that the mail server accepted."""
    facts = {"recipient": "ada@example.org", "reference": "P2C-K7M4Q2", **facts}
    return MessageFactory(status=MessageStatus.SENT, sent_at=NOON, **facts)


def reply_address(message):
    return return_address(ReturnKind.REPLY, message.message_id)


def bounce_address(message):
    return return_address(ReturnKind.BOUNCE, message.message_id)


def reply(to, text="We are 40 people.", *, sender="Ada Lovelace <ada@example.org>", **headers):
    """A mail that a person wrote."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = headers.pop("Subject", "Re: Information requested")
    mail["Message-ID"] = make_msgid(domain="example.org")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def dsn(
    to,
    recipient="ada@example.org",
    *,
    action="failed",
    status="5.1.1",
    code="",
    original=None,
    text="I could not deliver your mail.",
):
    """A bounce in the form of RFC 3464. It may return the headers of the original.

    With `code=None`, only its text says why.
    """
    mail = EmailMessage()
    mail["From"] = "MAILER-DAEMON@mx.example.org"
    mail["To"] = to
    mail["Return-Path"] = "<>"
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail["Auto-Submitted"] = "auto-replied"
    code = f"550 {status} <{recipient}>: User unknown" if code == "" else code
    report = (
        f"Reporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
    )
    if code is not None:
        report += f"Diagnostic-Code: smtp; {code}\n"
    parts = [("text/plain", text), ("message/delivery-status", report)]
    if original is not None:
        parts.append(("text/rfc822-headers", original))
    return as_report(mail, "delivery-status", parts)


def complaint(to, original):
    """A report of spam in the form of RFC 5965."""
    mail = EmailMessage()
    mail["From"] = "abuse@mx.example.org"
    mail["To"] = to
    fields = "Feedback-Type: abuse\nUser-Agent: Loop/1.0\nVersion: 1\n"
    parts = [
        ("text/plain", "This is a report."),
        ("message/feedback-report", fields),
        ("text/rfc822-headers", original),
    ]
    return as_report(mail, "feedback-report", parts)


def as_report(mail, kind, parts):
    """Return a mail with the given parts as bytes, as a mail server writes it."""
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = f'multipart/report; report-type={kind}; boundary="=-part"'
    head = "".join(f"{name}: {value}\n" for name, value in mail.items())
    body = "".join(f"--=-part\nContent-Type: {name}\n\n{text}\n" for name, text in parts)
    return f"{head}\n{body}--=-part--\n".encode()


def message_id(message):
    return f"<{message.message_id}@{settings.MAIL_DOMAIN}>"
