"""Decide what an incoming mail is, and which of our messages it is about."""

import re
from dataclasses import dataclass
from email.message import Message as Mail
from email.utils import parseaddr
from typing import Final
from uuid import UUID

from django.conf import settings

from core.addresses import normalise_address
from inbox.models import IncomingKind
from inbox.services.bounces import Bounce, is_complaint, originals, read_bounces
from inbox.services.calendar_replies import (
    CalendarReply,
    is_calendar_reply,
    read_calendar_reply,
    reference_of,
)
from inbox.services.mailing_lists import list_of
from inbox.services.parsing import addresses, header
from outbox.models import Message
from outbox.models.delivery_event import EventKind
from outbox.services.return_addresses import ReturnAddress, ReturnKind, read_return_address

# Headers in which mail servers keep the address that a mail was delivered to.
DELIVERED_TO: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
# A mail with one of these headers was written by a program or came from a mailing list.
AUTOMATIC_HEADERS: Final = ("List-Id", "X-Autoreply", "X-Autorespond", "X-Auto-Reply")
AUTOMATIC_PRECEDENCES: Final = ("auto_reply", "bulk", "junk", "list")
# The references of members, commitments and drafts, as the subjects of our letters have them.
REFERENCE_RE: Final = re.compile(r"\b[A-Z0-9]{1,4}-[0-9A-Z]{6,10}\b")
MESSAGE_ID_RE: Final = re.compile(r"<([0-9a-f-]{36})@([^<>@\s]+)>")


@dataclass(frozen=True)
class SortedMail:
    """What a mail is. With `is_proved`, it came to an address that only its recipient knows.

    `organiser` is the address of an invitation that it came to, and `calendar_reply` the answer, if
    it can be understood.
    """

    kind: IncomingKind
    message: Message | None
    is_proved: bool
    reference: str = ""
    bounces: tuple[Bounce, ...] = ()
    organiser: ReturnAddress | None = None
    calendar_reply: CalendarReply | None = None


def sort_mail(mail: Mail, envelope_to: str) -> SortedMail:
    """Return what a mail is, by its parts and headers, and the message that it is about."""
    returned = _return_address(mail, envelope_to)
    message = (returned.message() if returned else None) or _message_of_ids(mail)
    is_proved = bool(returned and message)
    kind, bounces = _kind_of(mail, returned, message)
    organiser = returned if returned and returned.kind is ReturnKind.MEET else None
    return SortedMail(
        kind=kind,
        message=message,
        is_proved=is_proved,
        reference=_reference_of(mail, message, organiser),
        bounces=tuple(bounces),
        organiser=organiser,
        calendar_reply=read_calendar_reply(mail) if kind is IncomingKind.RSVP else None,
    )


def _reference_of(mail: Mail, message: Message | None, organiser: ReturnAddress | None) -> str:
    if message:
        return message.reference
    return (organiser and reference_of(organiser)) or _reference_in_subject(mail)


def _kind_of(
    mail: Mail, returned: ReturnAddress | None, message: Message | None
) -> tuple[IncomingKind, list[Bounce]]:
    if is_complaint(mail):
        return IncomingKind.COMPLAINT, []
    if bounces := read_bounces(mail):
        is_delay = all(bounce.kind == EventKind.DELAYED for bounce in bounces)
        return IncomingKind.DELAYED if is_delay else IncomingKind.BOUNCE, bounces
    # Mail programs send these by themselves, so they may be automatic too.
    if _is_unsubscribing(returned, message):
        return IncomingKind.UNSUBSCRIBE, []
    if is_calendar_reply(mail):
        is_to_organiser = returned is not None and returned.kind is ReturnKind.MEET
        return (IncomingKind.RSVP if is_to_organiser else IncomingKind.CALENDAR), []
    if _is_automatic(mail):
        return IncomingKind.AUTOMATIC, []
    is_to_bounces = returned is not None and returned.kind is ReturnKind.BOUNCE
    if is_to_bounces or header(mail, "Return-Path") == "<>":
        # A bounce that says nothing that can be understood.
        return IncomingKind.BOUNCE, []
    return IncomingKind.REPLY, []


def _return_address(mail: Mail, envelope_to: str) -> ReturnAddress | None:
    """Return the address of one of our messages that the mail was sent to, or that it returns."""
    named = [address for _name, address in addresses(mail, *DELIVERED_TO)]
    for original in originals(mail):
        # Only the recipient of the original knows this address.
        named += [address for _name, address in addresses(original, "Reply-To", "Return-Path")]
    for address in (envelope_to, *named):
        if returned := read_return_address(address):
            return returned
    return None


def _message_of_ids(mail: Mail) -> Message | None:
    """Return the message that a mail answers or returns, by the Message-IDs that it names."""
    values = [header(mail, "In-Reply-To"), header(mail, "References")]
    values += [header(original, "Message-ID") for original in originals(mail)]
    found = [match for value in values for match in MESSAGE_ID_RE.finditer(value.lower())]
    ids = [_uuid(match[1]) for match in found if match[2] == settings.MAIL_DOMAIN.lower()]
    messages = {
        message.message_id: message for message in Message.objects.filter(message_id__in=ids)
    }
    # The first one is in In-Reply-To, or else the last of References.
    return next((messages[each] for each in (ids[:1] + ids[::-1]) if each in messages), None)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _reference_in_subject(mail: Mail) -> str:
    found = REFERENCE_RE.findall(header(mail, "Subject").upper())
    known = Message.objects.filter(reference__in=found).order_by("pk")
    return known.values_list("reference", flat=True).first() or ""


def _is_unsubscribing(returned: ReturnAddress | None, message: Message | None) -> bool:
    """Return whether a mail came to the address that unsubscribes the recipient of a bulletin."""
    if returned is None or message is None:
        return False
    return returned.kind is ReturnKind.UNSUBSCRIBE and list_of(message) is not None


def _is_automatic(mail: Mail) -> bool:
    submitted = header(mail, "Auto-Submitted").lower()
    precedence = header(mail, "Precedence").lower()
    return (
        submitted.startswith("auto-")
        or precedence in AUTOMATIC_PRECEDENCES
        or any(header(mail, name) for name in AUTOMATIC_HEADERS)
        or _is_own(mail)
    )


def _is_own(mail: Mail) -> bool:
    """Return whether the portal sent the mail itself, so that it went round in a circle."""
    own = normalise_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    senders = [normalise_address(address) for _name, address in addresses(mail, "From", "Sender")]
    found = MESSAGE_ID_RE.search(header(mail, "Message-ID").lower())
    is_own_id = found is not None and found[2] == settings.MAIL_DOMAIN.lower()
    return own in senders or is_own_id
