"""Post letters; cancel, retry and resend messages."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock, lock_rows
from outbox.models import (
    CANCEL_REASON_TEXTS,
    CANCELLED_BY,
    NO_PRIVATE_VALUES,
    CancelReason,
    Message,
    MessageAction,
    MessageActionKind,
    MessageQuerySet,
    MessageStatus,
    Queue,
)
from outbox.services.letters import (
    Addressee,
    EditableLetter,
    KeyMakers,
    keys_in,
    render_letter,
)
from outbox.services.publishing import breaker, publish_after_commit
from outbox.services.rendering import MARKERS, Keys, one_line, without_private_links

logger = logging.getLogger(__name__)

CHANGED_AT_ONCE = 1000
# What a message has in common with its copy to a corrected address.
COPIED_FIELDS = (
    "language",
    "preferred_language",
    "subject",
    "anonymous_body",
    "reference",
    "conversations",
    "attachment_name",
    "attachment_type",
    "attachment",
    "expires_at",
)
# Messages that did not arrive and are not tried again: they bounced, or were held back.
IS_BOUNCED_OR_SUPPRESSED = Q(bounced_at__isnull=False) | Q(suppressed_by__isnull=False)


class Attachment(NamedTuple):
    """A text file to send with a message.

    `content_type` is a MIME type of text, and may have parameters: with the method REQUEST or
    CANCEL, a calendar is an invitation, and is sent beside the text instead.
    """

    name: str
    content_type: str
    content: str


NO_ATTACHMENT = Attachment("", "", "")


class AlreadyQueued(Refused):
    """A message with this topic exists already: the same message is never queued twice."""

    def __init__(self) -> None:
        super().__init__(_("This message already exists."))


@dataclass(frozen=True)
class Envelope:
    """A letter to one person, ready to be posted.

    `topic` says what the message is about and to whom, and must be unique. Only the private links
    in `keys` that have a marker in the letter are created. `anonymous_body` is the whole text
    without the name of a person who has not given consent yet, if it names one. `conversations`
    name, without spaces, what mail programs show together: by default the letters with the same
    reference, but no mailings. A mailing is in the queue BULK, so that it does not delay letters.
    It is sent at `due_at`, by default at once, and not after `expires_at`.
    """

    letter: EditableLetter
    to: Addressee
    topic: str
    reference: str = ""
    keys: KeyMakers = field(default_factory=dict)
    anonymous_body: str = ""
    conversations: Sequence[str] = ()
    attachment: Attachment = NO_ATTACHMENT
    queue: Queue = Queue.MAIL
    due_at: datetime | None = None
    expires_at: datetime | None = None


def post(envelope: Envelope, *, at: datetime) -> Message:
    """Queue one letter, in the transaction of its cause.

    Raises Refused (private_link_missing), and AlreadyQueued; the transaction can still be used.
    """
    return post_all([envelope], at=at)[0]


def post_all(
    envelopes: Iterable[Envelope], *, at: datetime, may_repeat: bool = True
) -> list[Message]:
    """Queue letters together, in the transaction of their cause.

    They are delivered after the commit if they are due. With `may_repeat=False`, no savepoint is
    used: the cause is new, so the messages cannot exist already.

    Raises Refused (private_link_missing), and AlreadyQueued if one of them exists already. Then
    none is queued, and the transaction can still be used, thanks to the savepoint.
    """
    return _store([_message(each, at) for each in envelopes], may_repeat=may_repeat)


def _message(envelope: Envelope, at: datetime) -> Message:
    to, attachment = envelope.to, envelope.attachment
    mail = render_letter(to, envelope.letter)
    message = Message(
        topic=envelope.topic,
        recipient=to.email,
        recipient_name=one_line(to.name)[:500],
        language=mail.language,
        preferred_language=to.language if to.language != mail.language else "",
        subject=one_line(mail.subject)[:300],
        body=mail.body,
        anonymous_body=envelope.anonymous_body,
        reference=envelope.reference,
        conversations=" ".join(_conversations_of(envelope)),
        attachment_name=attachment.name,
        attachment_type=attachment.content_type,
        attachment=attachment.content,
        queue=envelope.queue,
        queued_at=at,
        first_due_at=envelope.due_at or at,
        due_at=envelope.due_at or at,
        expires_at=envelope.expires_at,
        **keys_in(mail.body, envelope.keys),
    )
    _check_links(message)
    return message


def _conversations_of(envelope: Envelope) -> Sequence[str]:
    # A mailing to many is no part of the letters with one of them.
    is_letter = envelope.reference and envelope.queue != Queue.BULK
    return envelope.conversations or ([envelope.reference] if is_letter else [])


def _store(messages: Sequence[Message], *, may_repeat: bool = True) -> list[Message]:
    for message in messages:
        # Set in advance, since publishing nearly always succeeds; this saves an update. The sweep
        # publishes the messages of a mailing, in batches.
        is_due = message.due_at <= message.queued_at and message.queue != Queue.BULK
        if is_due and not breaker.is_open:
            message.published_at = message.queued_at
    try:
        with transaction.atomic(savepoint=may_repeat):
            queued = Message.objects.bulk_create(messages)
    except IntegrityError as refused:
        topics = [message.topic for message in messages]
        if may_repeat and Message.objects.filter(topic__in=topics).exists():
            raise AlreadyQueued from refused
        raise
    publish_after_commit(queued)
    return queued


@transaction.atomic
def resend_message(
    *,
    message: Message,
    recipient: str,
    recipient_name: str = "",
    by: User,
    at: datetime,
    **keys: Unpack[Keys],
) -> Message:
    """Send the same text again to a corrected address, as a new message linked to the first.

    Without `private_links` in `keys`, the paragraphs that need them are left out: these links only
    save the recipient a sign-in.

    Raises Refused (expired, private_link_missing), and AlreadyQueued if a colleague did so at the
    same time.
    """
    _check_is_relevant(message, at)
    number = Message.objects.filter(resent_from=message).count() + 1
    again = Message(
        **{name: getattr(message, name) for name in COPIED_FIELDS},
        topic=f"{message.topic}/again-{number}",
        recipient=recipient,
        recipient_name=one_line(recipient_name)[:500],
        body=message.body if "private_links" in keys else without_private_links(message.body),
        queued_at=at,
        first_due_at=at,
        due_at=at,
        resent_from=message,
        **keys,
    )
    _check_links(again)
    _store([again])
    _record(MessageActionKind.RESENT, message, by, at)
    logger.info("Message %s written again as %s by user %s", message.pk, again.pk, by.pk)
    return again


def cancel(*, reference: str = "", topic: str = "", at: datetime) -> int:
    """Cancel the unsent messages of a reference, or of a topic and its subtopics.

    A subtopic begins with the topic and a slash. A message that a worker is sending at this moment
    may still be sent; if not, it is not tried again. Returns how many were cancelled.

    Raises ValueError if neither a reference nor a topic is given.
    """
    if not reference and not topic:
        raise ValueError("Name the reference or the topic to cancel.")
    concerned = Q()
    if reference:
        concerned &= Q(reference=reference)
    if topic:
        concerned &= Q(topic=topic) | Q(topic__startswith=f"{topic.rstrip('/')}/")
    return _cancel(Message.objects.filter(concerned), CancelReason.CAUSE_GONE, at)


def cancel_for_all(*, references: Sequence[str], segment: str, at: datetime) -> int:
    """Cancel the unsent messages of many references that have the same segment in their topic.

    Returns how many were cancelled.
    """
    concerned = Message.objects.filter(reference__in=references, topic__contains=f"/{segment}/")
    return _cancel(concerned, CancelReason.CAUSE_GONE, at)


def cancel_private_links(*, reference: str, segment: str, at: datetime) -> int:
    """Cancel the unsent messages to a person that have private links, after these were revoked.

    The person is identified by a segment of the topic, since several people may share an address.
    Failed messages stay failed, but lose their links, so that they can only be resent with new
    ones. Messages with nothing but `private_links` are not cancelled: these only save the recipient
    a sign-in. Returns how many were cancelled.
    """
    to_them = Q(topic__endswith=f"/{segment}") | Q(topic__contains=f"/{segment}/")
    needed = {name: "" for name in NO_PRIVATE_VALUES if name != "private_links"}
    concerned = Message.objects.filter(to_them, reference=reference).exclude(**needed)
    return _cancel(concerned, CancelReason.LINKS_REVOKED, at)


def cancel_for_recipient(*, reference: str, segment: str, at: datetime) -> int:
    """Cancel the unsent messages to a person whom they no longer concern, like `cancel()`.

    The person is identified by a segment of the topic. Returns how many were cancelled.
    """
    to_them = Q(topic__endswith=f"/{segment}") | Q(topic__contains=f"/{segment}/")
    return _cancel(
        Message.objects.filter(to_them, reference=reference), CancelReason.CAUSE_GONE, at
    )


@transaction.atomic
def _cancel(messages: MessageQuerySet, because: CancelReason, at: datetime) -> int:
    """Set `cancel_reason` on messages, cancel those that no worker is sending, and count these.

    It is set on failed, bounced and held-back messages too, so that staff need not look at them.
    """
    unfinished = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.FAILED)
    # By primary key, so that both updates see the same rows even if a worker changes a status.
    locked = lock_rows(messages.filter(Q(status__in=unfinished) | IS_BOUNCED_OR_SUPPRESSED))
    if not locked:
        return 0
    concerned = Message.objects.filter(pk__in=locked)
    concerned.update(cancel_reason=because, **NO_PRIVATE_VALUES)
    return concerned.unsent(at).update(**cancelled_facts(CANCEL_REASON_TEXTS[because]))


def cancel_for_erased(*, messages: MessageQuerySet, at: datetime) -> int:
    """Cancel the unsent messages of a person or an organisation that is being erased.

    Failed and bounced ones need no attention any more. A message that a worker is sending at this
    moment may still be accepted. Returns how many were cancelled.
    """
    return _cancel(messages, CancelReason.CAUSE_GONE, at)


@transaction.atomic
def cancel_unsent(*, messages: MessageQuerySet, at: datetime) -> int:
    """Cancel the unsent messages in a queryset. Failed messages are left for staff to try again.

    A message that a worker is sending at this moment may still be sent; if not, it is not tried
    again. Works in batches of a thousand. Returns how many were cancelled.
    """
    unsent = messages.waiting().filter(cancel_reason="")
    held_back = 0
    while chunk := list(unsent.order_by("pk").values_list("pk", flat=True)[:CHANGED_AT_ONCE]):
        held_back += _cancel(Message.objects.filter(pk__in=chunk), CancelReason.CAUSE_GONE, at)
    return held_back


@transaction.atomic
def move_to_mail_queue(*, messages: MessageQuerySet, at: datetime) -> int:
    """Publish due messages that wait in the queue of mailings again, in the queue of letters.

    A letter that is queued afterwards does not overtake them. Returns how many were moved.
    """
    in_bulk = messages.filter(queue=Queue.BULK, status=MessageStatus.QUEUED, due_at__lte=at)
    moved = Message.objects.filter(pk__in=lock_rows(in_bulk.filter(cancel_reason="")))
    number = moved.update(queue=Queue.MAIL, published_at=at)
    publish_after_commit(moved.order_by("pk"))
    return number


@transaction.atomic
def cancel_message(*, message: Message, by: User, at: datetime) -> Message:
    """Cancel one message for a staff member.

    Raises Refused (not_queued) if the message is not waiting, or is being sent at this moment.
    """
    lock(message)
    if not message.is_unsent(at):
        raise Refused(_("Only a queued message can be cancelled."), code="not_queued")
    facts = cancelled_facts(CANCELLED_BY + by.get_full_name())
    for name, value in facts.items():
        setattr(message, name, value)
    message.save(update_fields=list(facts))
    _record(MessageActionKind.CANCELLED, message, by, at)
    return message


@transaction.atomic
def retry_message(*, message: Message, by: User, at: datetime) -> Message:
    """Queue a failed or deferred message again, with as many attempts as a new one.

    Raises Refused (not_retriable, expired), and private_link_missing if its links were revoked.
    """
    lock(message)
    has_failed = message.status == MessageStatus.FAILED
    if not has_failed and not message.is_deferred(at):
        raise _not_retriable(message)
    _check_is_relevant(message, at)
    _check_links(message)
    message.status = MessageStatus.QUEUED
    # A deferred message has been due all the time.
    message.first_due_at = at if has_failed else message.first_due_at
    message.due_at = at
    message.attempts = 0
    message.published_at = None if breaker.is_open else at
    message.save(update_fields=["status", "first_due_at", "due_at", "attempts", "published_at"])
    publish_after_commit([message])
    _record(MessageActionKind.RETRIED, message, by, at)
    logger.info("Message %s tried again by user %s", message.pk, by.pk)
    return message


@transaction.atomic
def retry_deferred(*, by: User, at: datetime) -> int:
    """Make every deferred message due now, and return how many there were.

    The sweep publishes their tasks. Raises Refused (nothing_deferred).
    """
    deferred = Message.objects.deferred(at).filter(cancel_reason="")
    retried = 0
    while chunk := list(
        deferred.select_for_update().order_by("pk").values_list("pk", flat=True)[:CHANGED_AT_ONCE]
    ):
        Message.objects.filter(pk__in=chunk).update(due_at=at, attempts=0, published_at=None)
        MessageAction.objects.bulk_create(
            _action(MessageActionKind.RETRIED, pk, by, at) for pk in chunk
        )
        retried += len(chunk)
    if not retried:
        raise Refused(_("There are no deferred messages to retry."), code="nothing_deferred")
    logger.info("%d messages tried again by user %s", retried, by.pk)
    return retried


def _not_retriable(message: Message) -> Refused:
    reasons = {
        MessageStatus.SENT: _("This message was already sent."),
        MessageStatus.SENDING: _("This message is being sent now."),
    }
    otherwise = _("Only a failed or deferred message can be retried.")
    return Refused(reasons.get(MessageStatus(message.status), otherwise), code="not_retriable")


def _record(kind: MessageActionKind, message: Message, by: User, at: datetime) -> None:
    _action(kind, message.pk, by, at).save()


def _action(kind: MessageActionKind, message_pk: int, by: User, at: datetime) -> MessageAction:
    return MessageAction(message_id=message_pk, kind=kind, at=at, by=by, by_name=by.get_full_name())


def _check_links(message: Message) -> None:
    """Refuse a body that has a marker for a private link that is missing."""
    if any(MARKERS[column] in message.body and not key for column, key in message.keys.items()):
        raise Refused(
            _("This message needs a private link and cannot be sent without one."),
            code="private_link_missing",
        )


def _check_is_relevant(message: Message, at: datetime) -> None:
    has_expired = message.expires_at and message.expires_at <= at
    if has_expired or message.cancel_reason == CancelReason.CAUSE_GONE:
        raise Refused(
            _("This message is no longer relevant. Nothing is sent in its place."), code="expired"
        )


def cancelled_facts(reason: str) -> dict[str, object]:
    """Return the field values of a cancelled message, which needs no private links any more."""
    return {
        "status": MessageStatus.CANCELLED,
        "server_response": reason,
        "leased_until": None,
        "lease": None,
        "server_trouble_at": None,
        **NO_PRIVATE_VALUES,
    }
