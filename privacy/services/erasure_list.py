"""The signed list of erasures outside the database, by which a restored portal repeats them.

Each line is a JSON object about one erasure: keyed hashes of the addresses, but no address. It has
the digest of the line before, and a MAC. The MAC of the last line proves that no line before it was
altered, added or removed. The database has the same erasures: it shows which lines were cut off at
the end, and writes again what the list lacks.

Hashes and MACs are made with SECRET_KEY. A former key is needed for as long as there are backups
that are older than its last erasure.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fcntl import LOCK_EX, flock
from hashlib import sha256
from os import fsync
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from privacy.models import ErasureKind, ListedErasure

SALT: Final = "privacy.services.erasure_list"
# The kind of a line that only signs those before it, after a change of SECRET_KEY.
NEW_KEY: Final = "new_key"


class ListAltered(Exception):
    """The list is not as the portal wrote it, or was signed with a key that is not known."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Line {number} of the list of erasures, or a line before it, was altered, added or "
            "removed, or its SECRET_KEY is unknown here."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLine:
    """One erasure as it is in the list. `number` is that of its line."""

    number: int
    key: UUID
    kind: ErasureKind
    reference: str
    digests: frozenset[str]
    at: datetime


def list_erasure(addresses: Iterable[str], *, reference: str, at: datetime) -> None:
    """Store an erasure, and write it to the list after the commit.

    If the list cannot be written, the periodic task tries again.
    """
    digests = sorted(digest_of(address, settings.SECRET_KEY) for address in addresses)
    ListedErasure.objects.create(
        kind=ErasureKind.ORGANISATION if reference else ErasureKind.PERSON,
        reference=reference,
        digests="\n".join(digests),
        at=at,
    )
    transaction.on_commit(write_list, robust=True)


def write_list() -> int:
    """Write the erasures of the database that the list lacks, and return how many.

    Raises ListAltered: nothing is added to a list that proves nothing.
    """
    if not settings.ERASURES_FILE:
        return 0
    path = Path(settings.ERASURES_FILE)
    path.touch(mode=0o640)
    with path.open("r+b") as file:
        # Until the file is closed.
        flock(file, LOCK_EX)
        data = file.read()
        # A crash may have left a line that does not end.
        whole = data[: data.rfind(b"\n") + 1]
        listed = {line.key for line in _erasures(whole)}
        missing = [
            row for row in ListedErasure.objects.order_by("pk").iterator() if row.key not in listed
        ]
        facts = [_facts(row) for row in missing]
        last = whole.splitlines()[-1] if whole else b""
        if last and not _is_signed(last, [settings.SECRET_KEY]):
            facts.insert(0, {"kind": NEW_KEY})
        file.seek(len(whole))
        file.truncate()
        for each in facts:
            last = _signed(each, previous=last)
            file.write(last + b"\n")
        file.flush()
        fsync(file.fileno())
    return len(missing)


def read_list(path: Path) -> list[ListedLine]:
    """Return the erasures in a list, without a last line that does not end.

    Raises ListAltered, and OSError.
    """
    return list(_erasures(path.read_bytes()))


def digest_of(address: str, secret: str) -> str:
    """Return the keyed hash of a normalised address."""
    return _hmac(f"address:{address}", secret)


def known_secrets() -> list[str]:
    """Return the keys with which lines may have been written."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _erasures(data: bytes) -> Iterator[ListedLine]:
    lines = data.split(b"\n")[:-1]
    previous = b""
    for number, line in enumerate(lines, start=1):
        try:
            facts = json.loads(line)
            if facts["previous"] != _digest(previous):
                raise ListAltered(number)
            if number == len(lines) and not _is_signed(line, known_secrets()):
                raise ListAltered(number)
            if facts["kind"] != NEW_KEY:
                yield _line(number, facts)
        except (KeyError, TypeError, ValueError) as broken:
            raise ListAltered(number) from broken
        previous = line


def _line(number: int, facts: dict[str, Any]) -> ListedLine:
    return ListedLine(
        number=number,
        key=UUID(facts["key"]),
        kind=ErasureKind(facts["kind"]),
        reference=facts["reference"],
        digests=frozenset(facts["addresses"]),
        at=datetime.fromisoformat(facts["at"]),
    )


def _facts(row: ListedErasure) -> dict[str, Any]:
    return {
        "key": str(row.key),
        "at": row.at.isoformat(),
        "kind": row.kind,
        "reference": row.reference,
        "addresses": row.digests.split(),
    }


def _signed(facts: dict[str, Any], *, previous: bytes) -> bytes:
    facts = {**facts, "previous": _digest(previous)}
    return json.dumps({**facts, "mac": _mac(facts, settings.SECRET_KEY)}).encode("ascii")


def _is_signed(line: bytes, secrets: Iterable[str]) -> bool:
    facts = json.loads(line)
    mac = str(facts.pop("mac"))
    return any(constant_time_compare(mac, _mac(facts, secret)) for secret in secrets)


def _mac(facts: dict[str, Any], secret: str) -> str:
    return _hmac(f"line:{json.dumps(facts)}", secret)


def _digest(line: bytes) -> str:
    return sha256(line).hexdigest() if line else ""


def _hmac(text: str, secret: str) -> str:
    made: str = salted_hmac(SALT, text, secret=secret, algorithm="sha256").hexdigest()
    return made
