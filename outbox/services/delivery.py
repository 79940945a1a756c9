"""Hands messages to the mail server, one at a time, and records what came of each."""

import functools
import logging
import random
import re
import smtplib
import threading
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import quote
from typing import Any, NamedTuple

from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Case, Count, Exists, Max, Q, Value, When

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
from outbox.models.delivery_event import SuppressedAddress, SuppressionReason, normalise_address
from outbox.services.allowlist import NotOnAllowlist
from outbox.services.providers import MESSAGE_ID_KEY, headers_for
from outbox.services.refusals import TROUBLE, Verdict, judge
from outbox.services.rendering import as_text_and_html, one_line

logger = logging.getLogger(__name__)

# Longer than a worker may take for a task: when it runs out, the worker is dead.
LEASE = timedelta(minutes=5)
# The delays double up to the longest; all together they last about two days.
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
ATTEMPTS = 16
# How often a mail server that takes no mail from us is tried again, by one message of each queue.
PROBE_EVERY = timedelta(minutes=1)
# Of what a server says, before it is written to the log.
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")


class PendingMessage(NamedTuple):
    """A message as it was read, with what bears on its delivery."""

    message: Message
    # What keeps its address from being written to.
    suppressed: SuppressedAddress | None
    # Whether messages wait until the mail server takes mail again.
    is_server_in_trouble: bool


class ServerTrouble(Exception):
    """The mail server takes no mail from us at all; says in what words."""


def load_messages(message_pks: Sequence[int]) -> list[PendingMessage]:
    """Read messages that are to be delivered, in the order given, but for those that are done."""
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
    """Deliver one message, if it is due and nobody else has it, and record what came of it.

    The connection is left open, for the next message, unless something broke it.
    """
    deliver_next(load_messages([message_pk]), connection, at)


def deliver_next(left: list[PendingMessage], connection: BaseEmailBackend, at: datetime) -> None:
    """Deliver the first of the messages that are left, and take it from them.

    Where the mail server takes no mail from us at all, the others wait for it too, untried.
    """
    if not left:
        return
    try:
        deliver(left.pop(0), connection, at)
    except ServerTrouble as trouble:
        wait_for_server([waiting.message for waiting in left], answer=str(trouble), at=at)
        left.clear()


def deliver(waiting: PendingMessage, connection: BaseEmailBackend, at: datetime) -> None:
    """Deliver a message that was read a moment ago, and record what came of it.

    Raises ServerTrouble, once that is recorded.
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
    """Take a message that may be sent now, or return None where it is not there to take.

    One conditional update decides who has it; nothing is locked while the server talks. Its words
    never change, and what else bears on its delivery is asked for as it was read.
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
    """Try to send a claimed message, and record what came of it.

    Raises ServerTrouble, once that is recorded.
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
    mail.metadata = {MESSAGE_ID_KEY: str(message.message_id)}  # type: ignore[attr-defined]
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
    """Record what became of a message, unless another worker has taken it over since.

    Without the answer where its recipient was erased meanwhile: servers repeat addresses.
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
    record_sent(
        message,
        status=MessageStatus.CANCELLED,
        server_response=reason,
        suppressed_by=suppressed_by,
        **NO_PRIVATE_VALUES,
    )


def record_trouble(message: Message, verdict: Verdict, answer: str, *, at: datetime) -> None:
    """Record what becomes of a message that the server did not take.

    Raises ServerTrouble where the server takes no mail from us at all.
    """
    if verdict == Verdict.SERVER_TROUBLE:
        log_attempt(message, "deferred by trouble with the mail server", answer)
        # That was no attempt of this message.
        attempts = message.attempts - 1
        facts = _until_server_is_back(at)
        record_sent(message, server_response=answer, attempts=attempts, **facts)
        raise ServerTrouble(answer)
    if verdict == Verdict.FAILED:
        record_failed(message, answer)
    else:
        schedule_retry(message, answer, at)


def schedule_retry(message: Message, answer: str, at: datetime) -> None:
    """Queue a message again for later, or give it up when it was tried often enough."""
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
    """Record that a message is given up."""
    log_attempt(message, "failed", answer)
    record_sent(message, status=MessageStatus.FAILED, server_response=answer)


def wait_for_server(messages: Sequence[Message], *, answer: str, at: datetime) -> None:
    """Have messages that are due wait until the mail server takes mail again, without a try."""
    due = Message.objects.filter(
        pk__in=[message.pk for message in messages], status=MessageStatus.QUEUED, due_at__lte=at
    )
    _update_in_order(due, server_response=answer, **_until_server_is_back(at))


def release(*, at: datetime) -> None:
    """Make what waits for the mail server due at once, since it takes mail again."""
    waiting = Message.objects.waiting_for_server().filter(first_due_at__lte=at)
    _update_in_order(waiting, due_at=at, published_at=None, server_trouble_at=None)


def probe_server(*, at: datetime) -> None:
    """Make one of the messages of each queue that wait for the mail server due, every minute.

    Letters do not wait for the workers of mailings to try it, nor the other way round.
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
    """Return what a message is like that waits for the mail server.

    One that goes through makes it due; the time that it has is for where none does.
    """
    return {
        "status": MessageStatus.QUEUED,
        "server_trouble_at": at,
        "due_at": at + LONGEST_DELAY,
        "published_at": None,
    }


@transaction.atomic
def _update_in_order(messages: MessageQuerySet, **facts: object) -> None:
    """Update messages in one order, so that two who do so at once do not block each other."""
    if lock_rows(messages):
        messages.update(**facts)


def log_attempt(message: Message, outcome: str, answer: str) -> None:
    """Write what came of an attempt to the log, without anybody's name or address."""
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
    return get_connection(backend)
