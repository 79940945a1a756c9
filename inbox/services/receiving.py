"""Receive a mail: store it once, decide what it is, and act on what it proves.

A bounce suppresses an address only if it came to the address of its message and names the
recipient of that message. A reply is correspondence: it confirms, answers or withdraws nothing. The
exception is what a calendar program answers to the organiser of a person's invitations.
"""

import hashlib
import logging
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message as Mail
from typing import Final

from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, transaction

from core.addresses import normalise_address
from inbox.models import (
    IncomingFile,
    IncomingKind,
    IncomingMail,
    Source,
    name_of_incoming_file,
    name_of_raw_mail,
)
from inbox.services.bounces import Bounce
from inbox.services.calendar_replies import INVITATION_SYSTEMS
from inbox.services.mailing_lists import list_of
from inbox.services.parsing import (
    MAX_SIZE,
    Attachment,
    Unreadable,
    addresses,
    attachments,
    header,
    parse_mail,
    text_of,
)
from inbox.services.quotations import split_quotation
from inbox.services.replies import notify_assignee_of_reply
from inbox.services.sorting import SortedMail, sort_mail
from members.services.answer_files import MAX_FILES, validate_answer_file
from outbox.models import Message
from outbox.models.delivery_event import EventKind
from outbox.services.delivery_events import record_events
from outbox.services.providers import ProviderEvent
from outbox.services.rendering import as_text
from papers.services.file_types import InvalidFile, ValidFile
from papers.services.stored_files import stored_content, stored_file

logger = logging.getLogger(__name__)

# More replies of one address than this are stored, but nobody is notified of them.
HELD_ABOVE: Final = 20
HELD_PERIOD: Final = timedelta(hours=1)
# The name of this source of delivery events, beside those of the providers.
PROVIDER: Final = "mailbox"
# The kinds of event that a mail proves, by what the mail is.
EVENT_KINDS: Final = {
    IncomingKind.AUTOMATIC: EventKind.AUTOMATIC_REPLY,
    IncomingKind.COMPLAINT: EventKind.COMPLAINT,
}


@dataclass(frozen=True)
class ReadMail:
    """A mail as it was read. `parsed` is None if it could not be."""

    parsed: Mail | None
    sorted: SortedMail
    files: tuple[tuple[Attachment, ValidFile | str], ...] = ()


def receive(*, raw: bytes, envelope_to: str, source: Source, at: datetime) -> IncomingMail:
    """Store a mail and act on it, once; return its row, also if it was received before.

    Raises NotStored if the disk is full: the mail must stay where it is.
    """
    sha256 = hashlib.sha256(raw).hexdigest()
    known = IncomingMail.objects.filter(sha256=sha256)
    if earlier := known.first():
        return earlier
    read = _read(raw, envelope_to)
    try:
        return _store(raw, sha256, read, source, at)
    except IntegrityError:
        # Another process received the same mail at the same time.
        earlier = known.first()
        if earlier is None:
            raise
        return earlier


def _read(raw: bytes, envelope_to: str) -> ReadMail:
    try:
        mail = parse_mail(raw)
        read = sort_mail(mail, envelope_to)
        is_reply = read.kind is IncomingKind.REPLY
        return ReadMail(mail, read, tuple(_checked(attachments(mail))) if is_reply else ())
    except Unreadable:
        pass
    except (DatabaseError, SoftTimeLimitExceeded):
        # Not due to the mail.
        raise
    except Exception as trouble:  # noqa: BLE001 # No mail of a stranger may hold up the others.
        logger.warning("An incoming mail cannot be read: %s", type(trouble).__name__)
    return ReadMail(None, SortedMail(IncomingKind.REFUSED, None, is_proved=False))


def _checked(files: Iterable[Attachment]) -> Iterable[tuple[Attachment, ValidFile | str]]:
    """Yield each file with what it is, or with the reason why it is not kept."""
    for number, file in enumerate(files):
        if number == MAX_FILES:
            return
        try:
            yield file, validate_answer_file(file.content, typed_name=file.name)
        except InvalidFile as refused:
            yield file, str(refused)


def _store(raw: bytes, sha256: str, read: ReadMail, source: Source, at: datetime) -> IncomingMail:
    """Store the row of a mail with its files, and act on it, in one transaction."""
    with ExitStack() as stack:
        # Storing may be slow, and no row must be locked meanwhile.
        name = ""
        if len(raw) <= MAX_SIZE:
            name = stack.enter_context(
                stored_content(
                    ContentFile(raw),
                    name_of_raw_mail(IncomingMail(), ""),
                    is_wanted=lambda stored: IncomingMail.objects.filter(raw=stored).exists(),
                )
            )
        stored = [_stored(stack, file, at) for _sent, file in read.files]
        stack.enter_context(transaction.atomic())
        mail = IncomingMail(
            sha256=sha256,
            size=len(raw),
            raw=name,
            source=source,
            kind=read.sorted.kind,
            received_at=at,
            message=read.sorted.message,
            is_proved=read.sorted.is_proved,
        )
        if read.parsed is not None:
            _describe(mail, read.parsed, read.sorted)
        mail.save(force_insert=True)
        IncomingFile.objects.bulk_create(
            _file_row(mail, sent, file, name)
            for (sent, file), name in zip(read.files, stored, strict=True)
        )
        record_events(_events(mail, read.sorted), at=at)
        notify_assignee_of_reply(mail)
        if mail.kind == IncomingKind.UNSUBSCRIBE:
            _unsubscribe(mail)
        if mail.kind == IncomingKind.RSVP:
            _record_rsvp(mail, read.sorted)
    logger.info("Incoming mail %s is a %s", mail.pk, mail.kind)
    return mail


def _stored(stack: ExitStack, file: ValidFile | str, at: datetime) -> str:
    """Store a file until the row that names it is there; return nothing for one that is refused."""
    if isinstance(file, str):
        return ""
    return stack.enter_context(
        stored_file(
            file,
            name_of_incoming_file(IncomingFile(), ""),
            is_wanted=lambda stored: IncomingFile.objects.filter(file=stored).exists(),
            at=at,
        )
    )


def _file_row(
    mail: IncomingMail, sent: Attachment, file: ValidFile | str, stored: str
) -> IncomingFile:
    longest = IncomingFile._meta.get_field("file_name").max_length
    if isinstance(file, str):
        trouble = file[: IncomingFile._meta.get_field("trouble").max_length]
        name = sent.name[:longest]
        return IncomingFile(mail=mail, file_name=name, size=len(sent.content), trouble=trouble)
    return IncomingFile(
        mail=mail,
        file=stored,
        file_name=file.name[:longest],
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
    )


def _describe(mail: IncomingMail, parsed: Mail, read: SortedMail) -> None:
    """Fill in what the mail says of itself. Nothing of it is trusted."""
    name, address = next(iter(addresses(parsed, "From")), ("", ""))
    mail.sender = normalise_address(address)[:254]
    mail.sender_name = name[:250]
    mail.subject = header(parsed, "Subject")[:300]
    mail.reference = read.reference
    if mail.kind != IncomingKind.REPLY:
        return
    mail.text, mail.quoted = split_quotation(text_of(parsed), _letter_text(read.message))
    lately = IncomingMail.objects.filter(
        sender=mail.sender, received_at__gt=mail.received_at - HELD_PERIOD
    )
    mail.is_held = lately.count() >= HELD_ABOVE


def _unsubscribe(mail: IncomingMail) -> None:
    """Unsubscribe the recipient of the message to whose address a mail came."""
    mailing_list = list_of(mail.message) if mail.message else None
    if mail.message and mailing_list:
        mailing_list.unsubscribe(mail.message, mail.received_at)


def _record_rsvp(mail: IncomingMail, read: SortedMail) -> None:
    """Hand an answer to the app that sent the invitation, and log in one word what became of it."""
    outcome = "not understood"
    if read.organiser and read.calendar_reply:
        for system in INVITATION_SYSTEMS:
            outcome = system.answer(read.organiser, read.calendar_reply, mail.received_at)
    logger.info("Answer to an invitation in mail %s: %s", mail.pk, outcome)


def _letter_text(message: Message | None) -> str:
    return as_text(message.body) if message else ""


def _events(mail: IncomingMail, read: SortedMail) -> list[ProviderEvent]:
    """Return the delivery events that a mail proves, for the recipient of its message."""
    message = read.message
    if message is None or not read.is_proved:
        return []
    ours = normalise_address(message.recipient)
    named = [bounce for bounce in read.bounces if ours in bounce.recipients]
    if kind := EVENT_KINDS.get(IncomingKind(mail.kind)):
        named = [Bounce(frozenset({ours}), kind, "")]
    return [
        ProviderEvent(
            key=hashlib.sha256(f"{mail.sha256} {bounce.kind}".encode()).hexdigest(),
            provider=PROVIDER,
            kind=bounce.kind,
            at=None,
            message_uuid=message.message_id,
            provider_id="",
            response=bounce.response,
        )
        for bounce in named[:1]
    ]
