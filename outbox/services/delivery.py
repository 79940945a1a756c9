"""Send messages to the mail server, one at a time, and record the result of each.

Delivery is at least once: if a worker dies, its lease expires and the message is sent again, with
the same Message-ID.
"""

import functools
import logging
import random
import re
import smtplib
import threading
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.mime.text import MIMEText
from email.utils import quote
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import utf8_charset_qp
from django.db import transaction
from django.db.models import Case, Count, Exists, Max, Q, Value, When

from core.addresses import AUTOMATIC_MAIL_HEADERS, deliverable_address, normalise_address
from core.conflicts import lock_rows
from outbox.models import (
    CANCEL_REASON_TEXTS,
    EXPIRED_TEXT,
    NO_PRIVATE_VALUES,
    SUPPRESSED,
    WORKERS_DIED,
    CancelReason,
    Message,
    MessageQuerySet,
    MessageStatus,
)
from outbox.models.delivery_event import SuppressedAddress, SuppressionReason
from outbox.services.allowlist import NotOnAllowlist
from outbox.services.installation import advance, current_hold
from outbox.services.providers import MESSAGE_ID_KEY, headers_for
from outbox.services.refusals import TROUBLE, Verdict, judge
from outbox.services.rendering import as_text_and_html, one_line
from outbox.services.return_addresses import (
    envelope_sender,
    has_return_addresses,
    reply_addresses,
    unsubscribe_mailbox,
)
from outbox.services.smtp import NoSMTPUTF8

logger = logging.getLogger(__name__)

# Longer than the time limit of a task: when the lease expires, the worker is dead.
LEASE = timedelta(minutes=5)
# The delay doubles after each attempt, up to the longest. All delays add up to about two days.
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
ATTEMPTS = 16
# How often a mail server that accepts no mail is tried again, with one message of each queue.
PROBE_EVERY = timedelta(minutes=1)
# More would make a header line that is too long (RFC 5322, section 2.1.1).
MAX_PARENTS = 10
# Addresses in a server's answer, which are removed before it is logged.
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")


class PendingMessage(NamedTuple):
    """A message that was loaded for delivery, and what decides how it is delivered."""

    message: Message
    # The suppression of its address, if there is one.
    suppressed: SuppressedAddress | None
    # Whether messages are waiting until the mail server accepts mail again.
    is_server_in_trouble: bool


class ServerTrouble(Exception):
    """The mail server accepts no mail from the portal at all. The text is its answer."""


def load_messages(message_pks: Sequence[int], *, at: datetime) -> list[PendingMessage]:
    """Load the given messages that still wait for delivery, in the given order.

    While email is held, there are none: every message is loaded here before it is sent.
    """
    if current_hold(at=at):
        return []
    advance(at=at)
    waiting = Message.objects.waiting().annotate(
        is_server_in_trouble=Exists(Message.objects.waiting_for_server())
    )
    messages: dict[int, Any] = waiting.in_bulk(message_pks)
    if not messages:
        return []
    addresses = [message.recipient for message in messages.values()]
    suppressed = SuppressedAddress.objects.in_force().by_address(*addresses)
    return [
        PendingMessage(
            message,
            suppressed.get(normalise_address(message.recipient)),
            message.is_server_in_trouble,
        )
        for pk in message_pks
        if (message := messages.get(pk))
    ]


def deliver_message(*, message_pk: int, connection: BaseEmailBackend, at: datetime) -> None:
    """Deliver one message, if it is due and no other worker has claimed it, and record the result.

    The connection stays open for the next message, unless it is broken.
    """
    deliver_next(load_messages([message_pk], at=at), connection, at)


def deliver_next(left: list[PendingMessage], connection: BaseEmailBackend, at: datetime) -> None:
    """Remove the first message from `left`, and deliver it.

    If the mail server accepts no mail at all, the others wait for it too, without an attempt.
    """
    if not left:
        return
    try:
        deliver(left.pop(0), connection, at)
    except ServerTrouble as trouble:
        wait_for_server([waiting.message for waiting in left], answer=str(trouble), at=at)
        left.clear()


def deliver(waiting: PendingMessage, connection: BaseEmailBackend, at: datetime) -> None:
    """Deliver a message that has just been loaded, and record the result.

    Raises ServerTrouble, after recording it.
    """
    message, suppressed, is_server_in_trouble = waiting
    if claim(message, at) is None:
        return
    if message.cancel_reason:
        record_cancelled(message, CANCEL_REASON_TEXTS[CancelReason(message.cancel_reason)])
    elif message.expires_at and message.expires_at <= at:
        record_cancelled(message, EXPIRED_TEXT)
    elif message.attempts > ATTEMPTS:
        record_failed(message, WORKERS_DIED)
    elif suppressed:
        reason = SUPPRESSED[SuppressionReason(suppressed.reason)]
        record_cancelled(message, reason, suppressed_by=suppressed)
    else:
        attempt_delivery(message, connection, at)
        if is_server_in_trouble and message.status == MessageStatus.SENT:
            release(at=at)


def claim(message: Message, at: datetime) -> Message | None:
    """Claim a message that may be sent now, or return None if it cannot be claimed.

    One conditional update decides which worker gets the message, so that no row is locked while
    the server is answering. The text of a message never changes, and the update checks that
    `attempts` and `cancel_reason` are as they were loaded.
    """
    lease, leased_until, attempts = uuid.uuid4(), at + LEASE, message.attempts + 1
    claimed = (
        Message.objects.claimable(at)
        .filter(pk=message.pk, attempts=message.attempts, cancel_reason=message.cancel_reason)
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


def attempt_delivery(message: Message, connection: BaseEmailBackend, at: datetime) -> None:
    """Try to send a claimed message, and record the result.

    Raises ServerTrouble, after recording it.
    """
    try:
        answer, provider_id = send(message, connection)
    except NotOnAllowlist as refused:
        record_cancelled(message, str(refused))
    except TROUBLE as trouble:
        record_trouble(message, *judge(trouble), at=at)
    else:
        message.status = MessageStatus.SENT
        record_sent(
            message,
            status=MessageStatus.SENT,
            sent_at=at,
            server_response=answer,
            provider_id=provider_id,
            **NO_PRIVATE_VALUES,
        )


def compose(message: Message) -> EmailMultiAlternatives:
    """Build the mail of a message, with the recipient's private links in it."""
    text, html = as_text_and_html(
        message.subject,
        message.body,
        language=message.language,
        **message.keys,
    )
    headers = {
        "Message-ID": f"<{message.message_id}@{settings.MAIL_DOMAIN}>",
        **AUTOMATIC_MAIL_HEADERS,
        "Content-Language": message.language,
        **headers_for(message.message_id),
    }
    # The beginning of a conversation is no message, only a common name. A message with several
    # parents has no References (RFC 5322, section 3.6.4).
    parents = [f"<{name}@{settings.MAIL_DOMAIN}>" for name in message.conversations.split()]
    if parents:
        headers["In-Reply-To"] = " ".join(parents[:MAX_PARENTS])
    if len(parents) == 1:
        headers["References"] = parents[0]
    if message.private_unsubscribe:
        headers |= _list_headers(message)
    address = deliverable_address(message.recipient)
    if message.recipient_name:
        headers["To"] = f'"{quote(one_line(message.recipient_name))}" <{address}>'
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        reply_to=reply_addresses(message.message_id),
        headers=headers,
    )
    # A relay that rewrites 8-bit text would break the signature of the mail server (DKIM).
    mail.encoding = utf8_charset_qp
    if has_return_addresses() and not settings.MAIL_BY_API:
        # The sender of the envelope; the header keeps the readable one.
        mail.from_email = envelope_sender(message.message_id)
        headers["From"] = settings.DEFAULT_FROM_EMAIL
    mail.attach_alternative(html, "text/html")
    if _is_invitation(message):
        # Calendar programs answer it. They look for it in the last alternative (RFC 6047).
        mail.attach_alternative(message.attachment, message.attachment_type)
    elif message.attachment:
        mail.attach(_attachment(message))
    # Anymail sends this if mail is sent by a provider's API. Other backends ignore it.
    mail.metadata = {MESSAGE_ID_KEY: str(message.message_id)}  # type: ignore[attr-defined]
    return mail


def _list_headers(message: Message) -> dict[str, str]:
    """Return the headers of a bulletin: its list, and how the mail program unsubscribes."""
    ways = [f"<{message.private_unsubscribe}>"]
    if mailbox := unsubscribe_mailbox(message.message_id):
        ways.append(f"<mailto:{mailbox}?subject=unsubscribe>")
    return {
        # In ASCII and in no language, so that filters of mail programs work (RFC 2919).
        "List-Id": f"Partner2Connect bulletins <bulletins.{urlsplit(settings.SITE_URL).hostname}>",
        "List-Unsubscribe": ", ".join(ways),
        # With one click, without opening a page (RFC 8058).
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _is_invitation(message: Message) -> bool:
    return message.attachment_type in (
        "text/calendar; method=REQUEST",
        "text/calendar; method=CANCEL",
    )


def _attachment(message: Message) -> MIMEText:
    """Return the attachment of a message, as quoted-printable text with all its parameters."""
    kind, *parameters = message.attachment_type.split("; ")
    part = MIMEText(message.attachment, kind.removeprefix("text/"), utf8_charset_qp)
    for parameter in parameters:
        name, _equals, value = parameter.partition("=")
        part.set_param(name, value)
    part.add_header("Content-Disposition", "attachment", filename=message.attachment_name)
    return part


def send(message: Message, connection: BaseEmailBackend) -> tuple[str, str]:
    """Send a message to the mail server, and raise its error if it refuses the message.

    Returns the server's answer and the provider's ID for the message, each empty if unknown.
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
        NoSMTPUTF8,
        AnymailRecipientsRefused,
    ):
        is_usable = True
        raise
    finally:
        # An SMTP session that was interrupted, also by a time limit, cannot be used any more.
        if not is_usable:
            close_connection(connection)
    status = getattr(mail, "anymail_status", None)
    return getattr(connection, "answer", ""), str(getattr(status, "message_id", None) or "")


def close_connection(connection: BaseEmailBackend) -> None:
    """Close a connection that may be broken."""
    try:
        connection.close()
    except OSError as trouble:
        logger.info("Closing a broken connection to the mail server: %s", trouble)


def record_sent(message: Message, *, server_response: str, **facts: object) -> None:
    """Record the result of a message, unless another worker has taken it over since.

    The answer is left out if the recipient was erased in the meantime: servers repeat addresses.
    """
    answer = Value(without_private_links(message, server_response))
    recorded = Message.objects.filter(pk=message.pk, lease=message.lease).update(
        **{"server_trouble_at": None, **facts},
        server_response=Case(When(recipient=message.recipient, then=answer), default=Value("")),
        lease=None,
        leased_until=None,
    )
    if not recorded:
        logger.warning("Message %s was taken over by another worker", message.pk)


def without_private_links(message: Message, answer: str) -> str:
    """Return a server's answer without the recipient's private links.

    A server that checks links may repeat them.
    """
    for own in " ".join(message.keys.values()).split():
        key = own.rstrip("/").removesuffix(".ics").rpartition("/")[2]
        if key:
            answer = answer.replace(key, "…")
    return answer


def record_cancelled(
    message: Message, reason: str, *, suppressed_by: SuppressedAddress | None = None
) -> None:
    """Record that a message is not sent, and clear its private links, which are not needed."""
    record_sent(
        message,
        status=MessageStatus.CANCELLED,
        server_response=reason,
        suppressed_by=suppressed_by,
        **NO_PRIVATE_VALUES,
    )


def record_trouble(message: Message, verdict: Verdict, answer: str, *, at: datetime) -> None:
    """Record that the server did not accept a message: it waits, is retried later, or failed.

    Raises ServerTrouble if the server accepts no mail at all.
    """
    if verdict == Verdict.SERVER_TROUBLE:
        log_attempt(message, "deferred by trouble with the mail server", answer)
        # This does not count as an attempt for the message.
        attempts = message.attempts - 1
        facts = _until_server_is_back(at)
        record_sent(message, server_response=answer, attempts=attempts, **facts)
        raise ServerTrouble(answer)
    if verdict == Verdict.FAILED:
        record_failed(message, answer)
    else:
        schedule_retry(message, answer, at)


def schedule_retry(message: Message, answer: str, at: datetime) -> None:
    """Queue a message again for later, or record it as failed after the last attempt."""
    if message.attempts >= ATTEMPTS:
        record_failed(message, answer)
        return
    log_attempt(message, "deferred", answer)
    record_sent(
        message,
        status=MessageStatus.QUEUED,
        due_at=at + delay_after(message.attempts),
        published_at=None,
        server_response=answer,
    )


def record_failed(message: Message, answer: str) -> None:
    """Record that a message failed and is not tried again."""
    log_attempt(message, "failed", answer)
    record_sent(message, status=MessageStatus.FAILED, server_response=answer)


def wait_for_server(messages: Sequence[Message], *, answer: str, at: datetime) -> None:
    """Make due messages wait, without an attempt, until the mail server accepts mail again."""
    due = Message.objects.filter(
        pk__in=[message.pk for message in messages], status=MessageStatus.QUEUED, due_at__lte=at
    )
    _update_in_order(due, server_response=answer, **_until_server_is_back(at))


def release(*, at: datetime) -> None:
    """Make the messages that wait for the mail server due now, since it accepts mail again."""
    waiting = Message.objects.waiting_for_server().filter(first_due_at__lte=at)
    _update_in_order(waiting, due_at=at, published_at=None, server_trouble_at=None)


def probe_server(*, at: datetime) -> None:
    """Make one waiting message of each queue due every minute, to try the mail server again.

    Each queue has its own, so that letters do not depend on the workers of mailings, or the other
    way round.
    """
    waiting = Message.objects.waiting_for_server()
    untried = waiting.values("queue").annotate(
        last=Max("server_trouble_at"), due=Count("pk", filter=Q(due_at__lte=at))
    )
    for row in untried.filter(due=0, last__lte=at - PROBE_EVERY).order_by("queue"):
        in_queue = waiting.filter(queue=row["queue"]).order_by("server_trouble_at", "pk")
        longest = in_queue.values_list("pk", flat=True)[:1]
        waiting.filter(pk__in=list(longest)).update(due_at=at, published_at=None)


def _until_server_is_back(at: datetime) -> dict[str, object]:
    """Return the field values of a message that waits for the mail server.

    It becomes due once another message is sent. `due_at` is for the case that none is.
    """
    return {
        "status": MessageStatus.QUEUED,
        "server_trouble_at": at,
        "due_at": at + LONGEST_DELAY,
        "published_at": None,
    }


@transaction.atomic
def _update_in_order(messages: MessageQuerySet, **facts: object) -> None:
    """Lock messages in a fixed order and update them, so that two updates cannot deadlock."""
    if lock_rows(messages):
        messages.update(**facts)


def log_attempt(message: Message, outcome: str, answer: str) -> None:
    """Log the result of an attempt, without names and addresses."""
    words = ADDRESS.sub("…", without_private_links(message, answer))
    local_part = message.recipient.rpartition("@")[0]
    for personal in filter(None, (message.recipient_name, local_part)):
        words = re.sub(rf"(?<!\w){re.escape(personal)}(?!\w)", "…", words, flags=re.IGNORECASE)
    logger.warning(
        "Message %s, attempt %s: %s: %s",
        message.pk,
        message.attempts,
        outcome,
        " ".join(words.split()),
    )


def delay_after(attempts: int) -> timedelta:
    """Return the delay after a number of attempts, with up to 25 % of random jitter.

    The jitter spreads the retries of messages that failed at the same time.
    """
    delay = min(FIRST_DELAY * (1 << (attempts - 1)), LONGEST_DELAY)
    return delay * random.SystemRandom().uniform(1, 1.25)


def kept_connection() -> BaseEmailBackend:
    """Return the worker's connection to the mail server, which is reused for every message."""
    return _connection(
        settings.EMAIL_BACKEND,
        settings.MAIL_BACKEND,
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        threading.get_ident(),
    )


@functools.lru_cache(maxsize=1)
def _connection(backend: str, *_made_for: object) -> BaseEmailBackend:
    return get_connection(backend)
