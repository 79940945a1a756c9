"""Read the mailbox to which bounces and replies come back, by IMAP.

A mail is stored first and then moved to the folder *Done* or *Unmatched*; nothing is deleted. If
the process dies in between, the mail is found again, and stored once. A copy of the portal reads no
mailbox: it would move the mail of the real one.
"""

import imaplib
import logging
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import requests
from django.conf import settings
from django.db import transaction
from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted

from inbox.models import IncomingMail, MailboxReading, Source
from inbox.services.parsing import MAX_SIZE
from inbox.services.receiving import receive
from outbox.services.installation import current_hold
from papers.services.stored_files import NotStored

logger = logging.getLogger(__name__)

# How many mails are read at once. The next ones are read a minute later.
BATCH_SIZE: Final = 100
# In seconds, for each answer of the server.
TIMEOUT: Final = 20
# In seconds. A task that takes longer than its limit is interrupted.
READING_TIME: Final = 30
DONE: Final = "Done"
UNMATCHED: Final = "Unmatched"
# How an address of a mailbox begins, and how it is connected.
SCHEMES: Final = {
    "imaps": (MailBox, 993),
    "imap+tls": (MailBoxStartTls, 143),
    # Without encryption: for a server on the same machine.
    "imap": (MailBoxUnencrypted, 143),
}
TROUBLE: Final = (
    ImapToolsError,
    imaplib.IMAP4.error,
    NotStored,
    OSError,
    requests.RequestException,
    ssl.SSLError,
    # The library cannot understand the answer of the server.
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def may_receive(*, at: datetime) -> bool:
    """Return whether mail may come to this portal: not to a copy, nor to one with an allow-list."""
    return not settings.MAIL_ALLOWLIST and current_hold(at=at) is None


def has_mailbox(*, at: datetime) -> bool:
    """Return whether this portal reads a mailbox."""
    return bool(settings.MAILBOX_URL) and may_receive(at=at)


def read_mailbox(*, at: datetime) -> int:
    """Receive the mails that are new in the mailbox, and return their number.

    An error is recorded for staff and monitors. The mails stay where they are, and are read again.
    """
    if not has_mailbox(at=at):
        return 0
    try:
        with open_mailbox() as mailbox:
            number = sum(1 for _mail in _received(mailbox, at))
    except TROUBLE as trouble:
        logger.warning("The mailbox cannot be read: %s", type(trouble).__name__)
        record_reading(at=at, trouble=type(trouble).__name__)
        return 0
    record_reading(at=at)
    return number


@transaction.atomic
def record_reading(*, at: datetime, trouble: str = "") -> None:
    """Record that the mailbox was read, or why it cannot be."""
    MailboxReading.objects.get_or_create(pk=1)
    reading = MailboxReading.objects.select_for_update().get(pk=1)
    if trouble:
        reading.failing_since = reading.failing_since or at
    else:
        reading.read_at, reading.failing_since = at, None
    reading.trouble = trouble
    reading.save(update_fields=["read_at", "failing_since", "trouble"])


@contextmanager
def open_mailbox() -> Iterator[BaseMailBox]:
    """Sign in to the mailbox of the settings, and sign out at the end.

    Raises one of TROUBLE.
    """
    url = urlsplit(settings.MAILBOX_URL)
    kind, port = SCHEMES[url.scheme]
    options: dict[str, Any] = {"timeout": TIMEOUT}
    if kind is not MailBoxUnencrypted:
        # By default, the library accepts any certificate.
        options["ssl_context"] = ssl.create_default_context()
    mailbox = kind(url.hostname or "", url.port or port, **options)
    folder = url.path.strip("/") or "INBOX"
    name = unquote(url.username or "")
    try:
        if settings.MAILBOX_OAUTH:
            mailbox.xoauth2(name, access_token(), initial_folder=folder)
        else:
            mailbox.login(name, unquote(url.password or ""), initial_folder=folder)
        # Many servers name MOVE only after the sign-in. Without it, other mail that somebody marked
        # as deleted would be deleted too.
        _status, named = mailbox.client.capability()
        mailbox.client.capabilities = tuple(named[-1].decode().upper().split())
        yield mailbox
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            mailbox.client.logout()
        with suppress(OSError):
            mailbox.client.shutdown()


def access_token() -> str:
    """Return a new token for the mailbox (RFC 6749, sections 4.4 and 6).

    Raises RequestException, or KeyError if the server returns no token.
    """
    asked = {"grant_type": "client_credentials", **settings.MAILBOX_OAUTH}
    response = requests.post(asked.pop("token_url"), data=asked, timeout=TIMEOUT)
    response.raise_for_status()
    token: str = response.json()["access_token"]
    return token


def _received(mailbox: BaseMailBox, at: datetime) -> Iterator[IncomingMail]:
    """Receive the new mails one by one, and move each once it is stored.

    A mail that the server cannot give holds up no other one. Raises its error at the end.
    """
    folders = {name: _folder(mailbox, name) for name in (DONE, UNMATCHED)}
    not_given: imaplib.IMAP4.error | None = None
    until = time.monotonic() + READING_TIME
    for uid in mailbox.uids("UNSEEN", charset=None)[:BATCH_SIZE]:
        if time.monotonic() > until:
            break
        try:
            raw = _fetch(mailbox, uid)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as trouble:
            not_given = trouble
            continue
        # Another process may have moved it in the meantime.
        if raw is None:
            continue
        mail = receive(raw=raw, envelope_to="", source=Source.IMAP, at=at)
        is_done = mail.reference or mail.message_id
        mailbox.move(uid, folders[DONE if is_done else UNMATCHED])
        yield mail
    if not_given:
        raise not_given


def _fetch(mailbox: BaseMailBox, uid: str) -> bytes | None:
    """Return a mail without marking it as seen; of one that is too large, only the beginning."""
    status, answer = mailbox.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MAX_SIZE + 1}>)")
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return next((part[1] for part in answer if isinstance(part, tuple)), None)


def _folder(mailbox: BaseMailBox, name: str) -> str:
    """Return the name of a folder, which is created if it is missing.

    Some servers have all folders below INBOX.
    """
    below = f"INBOX{_delimiter(mailbox)}{name}"
    for possible in (name, below):
        if mailbox.folder.exists(possible):
            return possible
    try:
        mailbox.folder.create(name)
    except ImapToolsError:
        mailbox.folder.create(below)
        return below
    return name


def _delimiter(mailbox: BaseMailBox) -> str:
    return next((folder.delim for folder in mailbox.folder.list("", "INBOX")), "/")
