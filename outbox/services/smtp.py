"""An SMTP backend that keeps the server's answer and replaces connections that a server closes."""

import smtplib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

from core.addresses import needs_smtputf8

# Servers close idle connections, so a connection is checked if it was last used this long ago.
IDLE_SECONDS = 5.0
# "Requested mail action okay, completed" and "service not available, closing transmission
# channel" (RFC 5321, section 4.2.3).
SMTP_OK = 250
CLOSING = 421


class DisconnectedAtMessage(smtplib.SMTPServerDisconnected):
    """The server disconnected at a message, after the command for its recipient."""


class NoSMTPUTF8(smtplib.SMTPNotSupportedError):
    """The mail server cannot send to an address with letters beyond ASCII before the @ sign."""


class RecordingConnection(smtplib.SMTP):
    """An SMTP connection that keeps the server's answer to the last message."""

    answer = ""
    # The number of messages that the server accepted on this connection.
    accepted = 0

    def rcpt(self, recip: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        with over_one_message():
            return super().rcpt(recip, options)

    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            with over_one_message():
                code, words = super().data(msg)
        except smtplib.SMTPDataError as refused:
            # smtplib closes the connection on 421 at every other command. The next message needs
            # a new one.
            if refused.smtp_code == CLOSING:
                self.close()
            raise
        self.answer = in_words(code, words)
        if code == SMTP_OK:
            self.accepted += 1
        return code, words


class AnsweringConnectionOverTLS(RecordingConnection, smtplib.SMTP_SSL):
    """A RecordingConnection over implicit TLS."""


class RecordingSMTPBackend(smtp.EmailBackend):
    """Django's SMTP backend with an `answer`.

    It replaces a connection that the server closed, or that carried MAIL_PER_CONNECTION messages.
    """

    connection: RecordingConnection | None
    used_at = 0.0

    @property
    def connection_class(self) -> type[RecordingConnection]:
        return AnsweringConnectionOverTLS if self.use_ssl else RecordingConnection

    @property
    def answer(self) -> str:
        """The server's answer to the last message."""
        return self.connection.answer if self.connection else ""

    def open(self) -> bool | None:
        if self.connection and not self._is_alive(self.connection):
            self._drop()
        elif self.connection and 0 < settings.MAIL_PER_CONNECTION <= self.connection.accepted:
            self.close()
        self.used_at = time.monotonic()
        return super().open()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        handed_over = super().send_messages(email_messages)
        self.used_at = time.monotonic()
        return handed_over

    def _send(self, email_message: EmailMessage) -> bool:
        """Send one message, if necessary on a new connection.

        Servers limit the messages of a connection, and close it at the next one. That is no trouble
        with the server unless a new connection has it too. The server did not accept the message,
        so it is not sent twice.
        """
        used = self.connection is not None and self.connection.accepted > 0
        try:
            return self._transmit(email_message)
        except OSError as trouble:
            if not used or not closes_connection(trouble):
                raise
        self._drop()
        self.open()
        return self._transmit(email_message)

    def _transmit(self, email_message: EmailMessage) -> bool:
        """Transmit one message, with SMTPUTF8 (RFC 6531) if an address needs it.

        Raises NoSMTPUTF8 if the setting is off or the server does not offer the extension.
        Without it, Django would send to another address: it encodes the part before the @ sign.
        """
        recipients = email_message.recipients()
        if self.connection is None or not any(map(needs_smtputf8, recipients)):
            return bool(super()._send(email_message))  # type: ignore[misc]  # not in the stubs
        if not settings.MAIL_SMTPUTF8:
            raise NoSMTPUTF8("MAIL_SMTPUTF8 is off")
        self.connection.ehlo_or_helo_if_needed()
        if not self.connection.has_extn("smtputf8"):
            raise NoSMTPUTF8("the mail server does not offer it")
        mail = message_from_bytes(email_message.message().as_bytes(), policy=policy.SMTPUTF8)
        del mail["To"]
        mail["To"] = email_message.extra_headers.get("To", ", ".join(email_message.to))
        self.connection.sendmail(
            parseaddr(email_message.from_email)[1],
            recipients,
            mail.as_bytes(),
            mail_options=["SMTPUTF8", "BODY=8BITMIME"],
        )
        return True

    def _drop(self) -> None:
        """Close the connection without a word to the server."""
        if self.connection:
            self.connection.close()
        self.connection = None

    def _is_alive(self, connection: RecordingConnection) -> bool:
        """Return whether the connection is open; after a pause, check it with NOOP."""
        if time.monotonic() - self.used_at <= IDLE_SECONDS:
            return connection.sock is not None
        try:
            return connection.noop()[0] == SMTP_OK
        except OSError:
            return False


def closes_connection(trouble: OSError) -> bool:
    """Return whether a server closed the connection, and certainly did not accept the message."""
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        return any(code == CLOSING for code, _words in trouble.recipients.values())
    if isinstance(trouble, smtplib.SMTPResponseException):
        return trouble.smtp_code == CLOSING
    return isinstance(trouble, smtplib.SMTPServerDisconnected) and not isinstance(
        trouble, DisconnectedAtMessage
    )


@contextmanager
def over_one_message() -> Iterator[None]:
    """Turn a connection error at one message into DisconnectedAtMessage.

    This distinguishes it from a server that accepts no mail at all.
    """
    try:
        yield
    except smtplib.SMTPResponseException:
        raise
    except OSError as trouble:
        raise DisconnectedAtMessage(str(trouble)) from trouble


def in_words(code: int, words: bytes | str) -> str:
    """Return a server's answer as it is stored with a message: its code, then its text."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"
