"""Recognise a restored or copied database, and hold its email until a person releases it.

An installation has an identity in the database and the same one in a file outside it. Both have a
time, which rises before anything is sent: in the database first. They tell a restored copy:

- The file has a later time than the database: the database is from a backup.
- The file is missing, or has another identity: the database was copied from elsewhere.

A crash between the two writes leaves the file behind the database, which is no alarm. A file that
was never written, because the disk is read-only, is no alarm when it is missing.
"""

import logging
import uuid
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from outbox.models import (
    CANCELLED_BY,
    HoldReason,
    Installation,
    MailHold,
    Message,
    MessageStatus,
)
from outbox.services.queue import cancelled_facts

logger = logging.getLogger(__name__)

# The smallest step of a time that rises.
TICK = timedelta(microseconds=1)
# Who cancelled or released something, if it was done by a command.
OPERATOR = "the operator"


class MailHeld(OSError):
    """No email leaves the portal at present. Mail that is tried is trouble with the server."""

    def __init__(self) -> None:
        super().__init__("Email is held, because the database was restored or copied")


class NotHeld(Refused):
    """Email is not held, or a colleague has released it."""

    def __init__(self) -> None:
        super().__init__(_("Email is not held."))


class OutsideIdentity(NamedTuple):
    """The identity in the file, and its time."""

    advanced_at: datetime
    key: str


def open_hold() -> MailHold | None:
    """Return the hold that nobody has released, without looking at the file."""
    return MailHold.objects.filter(released_at=None).first()


def current_hold(*, at: datetime) -> MailHold | None:
    """Return the hold that nobody has released. If this is a restored copy, begin one."""
    held = open_hold()
    if held is not None:
        logger.warning("Email is held since %s, until a person releases it", held.held_at)
    if not settings.INSTALLATION_FILE:
        return held
    installation = Installation.objects.first() or register_installation(at=at)
    outside = read_file()
    if held is None:
        reason = recognise(installation, outside)
        return begin_hold(reason=reason, at=at) if reason else None
    if outside and (held.outside_at is None or outside.advanced_at > held.outside_at):
        # The file of another machine.
        held.outside_at = outside.advanced_at
        held.save(update_fields=["outside_at"])
    return held


def advance(*, at: datetime) -> None:
    """Let the time rise in the database, then in the file. Call it before anything is sent.

    Call it outside a transaction: others must see the new time in the database first. From then on,
    a backup that was made before is recognised as older than the file.
    """
    if not settings.INSTALLATION_FILE:
        return
    later = Case(When(advanced_at__gte=at, then=F("advanced_at") + Value(TICK)), default=Value(at))
    Installation.objects.update(advanced_at=later)
    installation = Installation.objects.get()
    is_written = write_file(installation)
    facts = {
        "is_file_written": installation.is_file_written or is_written,
        "former_file_key": "" if is_written else installation.former_file_key,
        "secret_check": secret_check(installation, settings.SECRET_KEY),
    }
    if any(getattr(installation, name) != value for name, value in facts.items()):
        Installation.objects.filter(key=installation.key).update(**facts)


def register_installation(*, at: datetime) -> Installation:
    """Create the identity of a database without one, and its file. Several processes may do so.

    A database with messages, but without an identity, is an old backup if there is a file.
    """
    outside = read_file()
    is_new = outside is not None and not Message.objects.exists()
    installation, is_created = Installation.objects.get_or_create(
        defaults={
            "advanced_at": at,
            "former_file_key": outside.key if outside and is_new else "",
        },
    )
    if is_created and (outside is None or is_new):
        advance(at=at)
        installation.refresh_from_db()
    return installation


def recognise(installation: Installation, outside: OutsideIdentity | None) -> HoldReason | None:
    """Return why this database is a restored or copied one, or None if it is not."""
    if outside is None:
        return HoldReason.OTHER if installation.is_file_written else None
    if outside.key not in (str(installation.key), installation.former_file_key):
        return HoldReason.OTHER
    if outside.key == str(installation.key) and outside.advanced_at > installation.advanced_at:
        # Another process may have let both times rise after this row was read.
        installation.refresh_from_db(fields=["advanced_at"])
        return HoldReason.OLDER if outside.advanced_at > installation.advanced_at else None
    return None


def begin_hold(*, reason: HoldReason, at: datetime) -> MailHold:
    """Hold all email, unless it is held already.

    Messages that the former portal was sending are no longer leased, so that they can be cancelled.
    """
    installation, outside = Installation.objects.first(), read_file()
    last = Message.objects.order_by("-pk").values_list("pk", flat=True).first()
    try:
        with transaction.atomic():
            held = MailHold.objects.create(
                reason=reason,
                held_at=at,
                backup_at=installation.advanced_at if installation else None,
                outside_at=outside.advanced_at if outside else None,
                last_message=last or 0,
                file_key=outside.key if outside else "",
            )
            if reason != HoldReason.BY_HAND:
                sending = Message.objects.filter(status=MessageStatus.SENDING)
                sending.filter(leased_until__gt=at).update(leased_until=at)
    except IntegrityError:
        # Another process began it at the same time.
        return MailHold.objects.get(released_at=None)
    logger.critical("Email is held until a person releases it: %s", reason.value)
    return held


def cancel_due_before(*, time: datetime, at: datetime) -> int:
    """Cancel the held messages that were first due before a time, and return how many.

    Raises NotHeld.
    """
    if open_hold() is None:
        raise NotHeld
    due = Message.objects.unsent(at).filter(first_due_at__lt=time)
    cancelled = due.update(**cancelled_facts(CANCELLED_BY + OPERATOR))
    logger.info("%d held messages cancelled", cancelled)
    return cancelled


@transaction.atomic
def release_mail(*, reason: str, by: User | None, at: datetime) -> MailHold:
    """Let email leave the portal again. The sweep publishes what is due.

    Raises NotHeld.
    """
    held = open_hold()
    if held is not None:
        lock(held)
    if held is None or held.released_at is not None:
        raise NotHeld
    held.released_at, held.released_by = at, by
    held.released_by_name = by.get_full_name() if by else OPERATOR
    held.release_reason = reason
    held.save(update_fields=["released_at", "released_by", "released_by_name", "release_reason"])
    settle_identity(held, at=at)
    Message.objects.waiting().filter(published_at__isnull=False).update(published_at=None)
    logger.warning("Email is released by %s", f"user {by.pk}" if by else OPERATOR)
    return held


def settle_identity(held: MailHold, *, at: datetime) -> None:
    """Make the identity right again after a hold: that of this database, and of its file.

    A copy of another installation gets an identity of its own. Each machine writes its file when it
    next sends something.
    """
    if not settings.INSTALLATION_FILE:
        return
    # A backup without an identity gets one, and so does the file, if it is missing.
    installation = Installation.objects.first() or register_installation(at=at)
    outside = read_file()
    file_key = outside.key if outside else held.file_key
    if file_key != str(installation.key):
        installation.key = uuid.uuid4()
        installation.former_file_key = file_key
    # This machine may have no file: the hold may have begun on the former one, before the backup.
    installation.is_file_written = False
    installation.advanced_at = max(
        at, installation.advanced_at + TICK, *([held.outside_at + TICK] if held.outside_at else [])
    )
    installation.save()


def secret_check(installation: Installation, secret: str) -> str:
    """Return the digest that a secret key makes of the identity."""
    salt = "outbox.services.installation"
    return salted_hmac(salt, str(installation.key), secret=secret, algorithm="sha256").hexdigest()


def has_its_secret(installation: Installation) -> bool:
    """Return whether the portal has the secret key with which its links were signed."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    checks = [secret_check(installation, secret) for secret in secrets]
    return installation.secret_check in ("", *checks)


def read_file() -> OutsideIdentity | None:
    """Return the identity in the file, or None if there is none that can be read."""
    try:
        return _parsed(Path(settings.INSTALLATION_FILE).read_bytes())
    except OSError:
        return None


def write_file(installation: Installation) -> bool:
    """Write the identity to the file, unless it has a later time. Return whether the file has it.

    The file is written in place and has always the same length, so that this works on a full disk.
    """
    path = Path(settings.INSTALLATION_FILE)
    ours = OutsideIdentity(installation.advanced_at, str(installation.key))
    try:
        path.touch(mode=0o640)
        with path.open("r+b") as file:
            # Until the file is closed. Two processes may write in another order than they advanced.
            flock(file, LOCK_EX)
            outside = _parsed(file.read())
            is_later = outside and outside.key == ours.key and outside >= ours
            if not is_later:
                file.seek(0)
                file.write(_line(ours))
                file.truncate()
    except OSError as trouble:
        logger.warning("The file of the installation cannot be written: %s", trouble)
    outside = read_file()
    return outside is not None and outside.key == ours.key


def _line(identity: OutsideIdentity) -> bytes:
    time = identity.advanced_at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{identity.key} {time}\n".encode("ascii")


def _parsed(line: bytes) -> OutsideIdentity | None:
    try:
        key, time = line.decode("ascii").split()
        return OutsideIdentity(datetime.fromisoformat(time), str(uuid.UUID(key)))
    except ValueError:
        return None
