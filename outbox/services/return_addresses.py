"""The addresses to which what belongs to a message comes back: bounces, replies, unsubscribing.

Each message has addresses of its own, such as `bounce+<id>.<mac>@return.example`. The ID is the
beginning of its Message-ID, which is random; the MAC proves that the portal made the address. With
one mailbox they are sub-addresses of it (RFC 5233), such as `portal+bounce.<id>.<mac>@p2c.example`.
If the mail server refuses sub-addresses, all messages have the address of the mailbox itself.

The organiser of the invitations of one person has an address of the same form, `meet+<id>.<mac>`,
with an ID of the person instead of a message.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from outbox.models import Message

# In bytes: those of the Message-ID, of which 60 bits are random, and those of the MAC.
ID_SIZE: Final = 8
MAC_SIZE: Final = 5
ADDRESS_RE: Final = re.compile(
    r"(?:^|\+)(?P<kind>bounce|reply|unsubscribe|meet)[+.]"
    r"(?P<id>[a-z2-7]{13})\.(?P<mac>[a-z2-7]{8})$"
)


class ReturnKind(StrEnum):
    """What comes back to an address."""

    BOUNCE = "bounce"
    REPLY = "reply"
    # A mail that unsubscribes the recipient of a bulletin, whatever it says.
    UNSUBSCRIBE = "unsubscribe"
    # What a calendar program sends to the organiser of an invitation.
    MEET = "meet"


@dataclass(frozen=True)
class ReturnAddress:
    """An address of a message that something was sent to, with a correct MAC."""

    kind: ReturnKind
    # The first bytes of the Message-ID; with MEET, of the ID of the organiser.
    beginning: bytes

    @property
    def ids(self) -> tuple[UUID, UUID]:
        """The first and the last ID that begin like this."""
        rest = 16 - ID_SIZE
        return (
            UUID(bytes=self.beginning + b"\x00" * rest),
            UUID(bytes=self.beginning + b"\xff" * rest),
        )

    def message(self) -> Message | None:
        """Return the message of this address, or None if there is none or it was deleted."""
        if self.kind is ReturnKind.MEET:
            return None
        return Message.objects.filter(message_id__range=self.ids).order_by("pk").first()


def has_return_addresses() -> bool:
    """Return whether bounces and replies come back to the portal."""
    return bool(settings.MAIL_RETURN_DOMAIN or settings.MAIL_RETURN_MAILBOX)


def envelope_sender(message_id: UUID) -> str:
    """Return the address to which mail servers send the bounces of a message."""
    return return_address(ReturnKind.BOUNCE, message_id) or settings.DEFAULT_FROM_EMAIL


def reply_addresses(message_id: UUID) -> list[str]:
    """Return the addresses of Reply-To: that of the message, and the one that people read.

    The second one keeps a copy of each reply that does not depend on the portal.
    """
    name, mailbox = parseaddr(settings.MAIL_REPLY_TO)
    own = return_address(ReturnKind.REPLY, message_id)
    if not own or own == mailbox:
        return [settings.MAIL_REPLY_TO]
    own = formataddr((name or parseaddr(settings.DEFAULT_FROM_EMAIL)[0], own))
    # The mailbox itself is read by people too, and needs no second copy.
    return [own] if mailbox == settings.MAIL_RETURN_MAILBOX else [own, settings.MAIL_REPLY_TO]


def unsubscribe_mailbox(message_id: UUID) -> str:
    """Return the address to which a mail unsubscribes the recipient of a message.

    There is none without addresses of its own: the mailbox alone does not say who writes.
    """
    own = return_address(ReturnKind.UNSUBSCRIBE, message_id)
    return "" if own == settings.MAIL_RETURN_MAILBOX else own


def organiser_mailbox(organiser_id: UUID) -> str:
    """Return the address of the organiser of the invitations of one person.

    There is none if answers would not come back to the portal with their address.
    """
    own = return_address(ReturnKind.MEET, organiser_id)
    return "" if settings.MAIL_ALLOWLIST or own == settings.MAIL_RETURN_MAILBOX else own


def return_address(kind: ReturnKind, message_id: UUID) -> str:
    """Return the address of a message for one kind, or nothing if the settings name none."""
    own = return_code(kind, message_id)
    if settings.MAIL_RETURN_DOMAIN:
        return f"{kind}+{own}@{settings.MAIL_RETURN_DOMAIN}"
    mailbox: str = settings.MAIL_RETURN_MAILBOX
    if not mailbox or not settings.MAIL_SUBADDRESSES:
        return mailbox
    local, _at, domain = mailbox.rpartition("@")
    return f"{local}+{kind}.{own}@{domain}"


def return_code(kind: ReturnKind, message_id: UUID) -> str:
    """Return the part of such an address that only the portal can make."""
    beginning = message_id.bytes[:ID_SIZE]
    return f"{_base32(beginning)}.{_mac(kind, beginning, settings.SECRET_KEY)}"


def read_return_address(address: str) -> ReturnAddress | None:
    """Return what an address says about a message; None if its MAC is not correct."""
    found = ADDRESS_RE.search(address.rpartition("@")[0].lower())
    if found is None:
        return None
    kind = ReturnKind(found["kind"])
    try:
        beginning = base64.b32decode(f"{found['id'].upper()}===")
    except binascii.Error:
        return None
    is_correct = any(
        constant_time_compare(found["mac"], _mac(kind, beginning, key)) for key in _keys()
    )
    return ReturnAddress(kind, beginning) if is_correct else None


def _keys() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS


def _mac(kind: ReturnKind, beginning: bytes, key: str) -> str:
    digest = salted_hmac(
        "outbox.return_addresses", f"{kind}:{beginning.hex()}", secret=key, algorithm="sha256"
    )
    return _base32(digest.digest()[:MAC_SIZE])


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=").lower()
