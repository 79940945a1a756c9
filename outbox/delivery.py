"""Hands messages to the mail server, one at a time, and records what came of each."""

import functools
import logging
import random
import smtplib
import threading
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import quote
from typing import NamedTuple

from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Case, Value, When

from outbox.allowlist import NotOnAllowlist
from outbox.models import (
    ANSWERS,
    NO_KEYS,
    PROVIDER_REFUSED,
    SUPPRESSED,
    TOO_LATE,
    WORKERS_DIED,
    Message,
    MessageStatus,
    Void,
)
from outbox.providers import OUR_NUMBER, headers_for
from outbox.rendering import as_text_and_html, one_line
from outbox.reported import SuppressedAddress, SuppressionReason, address_as_kept
from outbox.smtp import in_words

logger = logging.getLogger(__name__)

# Longer than a worker may take for a task: when it runs out, the worker is dead.
LEASE = timedelta(minutes=5)
# The delays double up to the longest; all together they last about two days.
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
ATTEMPTS = 16
# From here on, an SMTP answer means: never (RFC 5321, section 4.2.1).
PERMANENT = 500


class Waiting(NamedTuple):
    """A message as it was read, and what keeps its address from being written to."""

    message: Message
    suppressed: SuppressedAddress | None


def read(message_pks: Sequence[int]) -> list[Waiting]:
    """Read messages that are to be delivered, in the order given, but for those that are gone."""
    messages = Message.objects.in_bulk(message_pks)
    addresses = [message.recipient for message in messages.values()]
    suppressed = SuppressedAddress.objects.in_force().by_address(*addresses)
    return [
        Waiting(message, suppressed.get(address_as_kept(message.recipient)))
        for pk in message_pks
        if (message := messages.get(pk))
    ]


def deliver_message(*, message_pk: int, connection: BaseEmailBackend, at: datetime) -> None:
    """Deliver one message, if it is due and nobody else has it, and record what came of it.

    The connection is left open, for the next message, unless something broke it.
    """
    for waiting in read([message_pk]):
        deliver(waiting, connection, at)


def deliver(waiting: Waiting, connection: BaseEmailBackend, at: datetime) -> None:
    """Deliver a message that was read a moment ago, as `deliver_message` does."""
    message, suppressed = waiting
    if claim(message, at) is None:
        return
    if message.void_because:
        record_cancelled(message, ANSWERS[Void(message.void_because)])
    elif message.not_after and message.not_after <= at:
        record_cancelled(message, TOO_LATE)
    elif message.attempts > ATTEMPTS:
        record(message, status=MessageStatus.FAILED, server_answer=WORKERS_DIED)
    elif suppressed:
        reason = SUPPRESSED[SuppressionReason(suppressed.reason)]
        record_cancelled(message, reason, suppressed_by=suppressed)
    else:
        attempt(message, connection, at)


def claim(message: Message, at: datetime) -> Message | None:
    """Take a message that may be sent now, or return None where it is not there to take.

    One conditional update decides who has it; nothing is locked while the server talks. Its words
    never change, and who sees the rest as it was read has read the row as it is: each claim
    counts an attempt.
    """
    lease, leased_until, attempts = uuid.uuid4(), at + LEASE, message.attempts + 1
    claimed = (
        Message.objects.claimable(at)
        .filter(pk=message.pk, attempts=message.attempts, void_because=message.void_because)
        .update(
            status=MessageStatus.SENDING,
            lease=lease,
            leased_until=leased_until,
            attempts=attempts,
        )
    )
    if not claimed:
        return None
    message.status, message.attempts = MessageStatus.SENDING, attempts
    message.lease, message.leased_until = lease, leased_until
    return message


def attempt(message: Message, connection: BaseEmailBackend, at: datetime) -> None:
    """Try to send a claimed message, and record what came of it."""
    try:
        answer, provider_id = send(message, connection)
    except NotOnAllowlist as refused:
        record_cancelled(message, str(refused))
    except AnymailRecipientsRefused:
        record(message, status=MessageStatus.FAILED, server_answer=PROVIDER_REFUSED)
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = next(iter(refused.recipients.values()))
        record_refusal(message, code, words, at)
    except smtplib.SMTPDataError as refused:
        record_refusal(message, refused.smtp_code, refused.smtp_error, at)
    except smtplib.SMTPResponseException as trouble:
        # The server does not take mail from us: no fault of this message.
        try_later(message, in_words(trouble.smtp_code, trouble.smtp_error), at)
    except OSError as trouble:
        try_later(message, f"{type(trouble).__name__}: {trouble}", at)
    except ValueError as unfit:
        # No mail can be made of it: a header that is none, an address that cannot be encoded.
        answer = f"{type(unfit).__name__}: {unfit}"
        record(message, status=MessageStatus.FAILED, server_answer=answer)
    else:
        record(
            message,
            status=MessageStatus.SENT,
            sent_at=at,
            server_answer=answer,
            provider_id=provider_id,
            **NO_KEYS,
        )


def compose(message: Message) -> EmailMultiAlternatives:
    """Make the mail of a message, with the recipient's own keys in it."""
    text, html = as_text_and_html(
        message.subject,
        message.body,
        language=message.language,
        **message.keys,
    )
    headers = {
        "Message-ID": f"<{message.message_id}@{settings.MAIL_DOMAIN}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": message.language,
        **headers_for(message.message_id),
    }
    if message.private_unsubscribe:
        # By one click in the mail program, without a look at a page (RFC 8058).
        headers["List-Unsubscribe"] = f"<{message.private_unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if message.recipient_name:
        headers["To"] = f'"{quote(one_line(message.recipient_name))}" <{message.recipient}>'
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.recipient],
        reply_to=[settings.MAIL_REPLY_TO],
        headers=headers,
    )
    mail.attach_alternative(html, "text/html")
    # What anymail sends by a provider's interface, where that is how we send; others leave it.
    mail.metadata = {OUR_NUMBER: str(message.message_id)}  # type: ignore[attr-defined]
    return mail


def send(message: Message, connection: BaseEmailBackend) -> tuple[str, str]:
    """Hand a message to the mail server; raises what it refuses with.

    Returns its answer, and the number that a provider has given it, where these are known.
    """
    mail = compose(message)
    is_usable = False
    try:
        connection.open()
        connection.send_messages([mail])
        is_usable = True
    except (
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPDataError,
        NotOnAllowlist,
        AnymailRecipientsRefused,
    ):
        is_usable = True
        raise
    finally:
        # Whatever interrupted a conversation, also a time limit, leaves it without meaning.
        if not is_usable:
            hang_up(connection)
    status = getattr(mail, "anymail_status", None)
    return getattr(connection, "answer", ""), str(getattr(status, "message_id", None) or "")


def hang_up(connection: BaseEmailBackend) -> None:
    """Close a connection that may be broken."""
    try:
        connection.close()
    except OSError as trouble:
        logger.info("Closing a broken connection to the mail server: %s", trouble)


def record(message: Message, *, server_answer: str, **facts: object) -> None:
    """Record what became of a message, unless another worker has taken it over since.

    Without the answer where its recipient was erased meanwhile: servers repeat addresses.
    """
    answer = Value(without_private_links(message, server_answer))
    recorded = Message.objects.filter(pk=message.pk, lease=message.lease).update(
        **facts,
        server_answer=Case(When(recipient=message.recipient, then=answer), default=Value("")),
        lease=None,
        leased_until=None,
    )
    if not recorded:
        logger.warning("Message %s was taken over by another worker", message.pk)


def without_private_links(message: Message, answer: str) -> str:
    """Return a server's answer without the recipient's keys: one that judges links repeats them."""
    for own in message.keys.values():
        key = own.rstrip("/").removesuffix(".ics").rpartition("/")[2]
        if key:
            answer = answer.replace(key, "…")
    return answer


def record_cancelled(
    message: Message, reason: str, *, suppressed_by: SuppressedAddress | None = None
) -> None:
    """Record that a message is not sent; nobody needs its private links any more."""
    record(
        message,
        status=MessageStatus.CANCELLED,
        server_answer=reason,
        suppressed_by=suppressed_by,
        **NO_KEYS,
    )


def record_refusal(message: Message, code: int, words: bytes | str, at: datetime) -> None:
    """Record that the server refused this message: for good, or for now."""
    if code >= PERMANENT:
        record(message, status=MessageStatus.FAILED, server_answer=in_words(code, words))
    else:
        try_later(message, in_words(code, words), at)


def try_later(message: Message, answer: str, at: datetime) -> None:
    """Queue a message again for later, or give it up when it was tried often enough."""
    if message.attempts >= ATTEMPTS:
        record(message, status=MessageStatus.FAILED, server_answer=answer)
        return
    record(
        message,
        status=MessageStatus.QUEUED,
        due_at=at + delay_after(message.attempts),
        published_at=None,
        server_answer=answer,
    )


def delay_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts, up to a quarter more by chance.

    By chance, so that what failed together is not tried again together.
    """
    delay = min(FIRST_DELAY * (1 << (attempts - 1)), LONGEST_DELAY)
    return delay * random.SystemRandom().uniform(1, 1.25)


def kept_connection() -> BaseEmailBackend:
    """Return this worker's own connection to the mail server, the same for every message."""
    return _connection(
        settings.EMAIL_BACKEND,
        settings.MAIL_BACKEND,
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        threading.get_ident(),
    )


@functools.lru_cache(maxsize=1)
def _connection(backend: str, *_made_for: object) -> BaseEmailBackend:
    """Make a connection, which opens with its first message."""
    return get_connection(backend)
