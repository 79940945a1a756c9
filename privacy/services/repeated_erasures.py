"""Repeat the erasures of the signed list that a restored database does not have."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote_plus

from django.apps import apps
from django.db.models import CharField, JSONField, Model, Q, TextField
from django.db.models.functions import Cast

from core.addresses import normalise_address
from core.conflicts import Refused
from members.models import Member
from privacy.models import ErasureKind, ListedErasure
from privacy.services.erasure import erase_organisation, erase_person
from privacy.services.erasure_list import (
    ListedLine,
    digest_of,
    known_secrets,
    write_list,
)

# A text may have an address within others. What is too long or too short matches no digest.
ADDRESS_RES: Final = (
    re.compile(r"""[^\s<>()\[\]{}",;:|\\@]+@[\w.-]+"""),
    re.compile(r"""[\w.+-]+@[\w.-]+"""),
)


@dataclass(kw_only=True)
class Repetition:
    """The result: how many erasures were repeated, and why others could not be, by their line."""

    known: int = 0
    repeated: int = 0
    # The part of `repeated` about people and organisations of whom the database had nothing.
    not_found: int = 0
    refused: dict[int, Refused] = field(default_factory=dict)


def repeat_erasures(lines: Collection[ListedLine], *, clock: Callable[[], datetime]) -> Repetition:
    """Erase again what was erased after the backup, and write the list of this installation.

    An erasure that the backup has is not repeated: the person may have come back since. It may run
    again, after the reason of a refusal is gone.

    Raises ListAltered if the list of this installation is another file, and was altered.
    """
    known = set(ListedErasure.objects.values_list("key", flat=True))
    missing = [line for line in lines if line.key not in known]
    addresses = find_addresses({digest for line in missing for digest in line.digests})
    result = Repetition(known=len(lines) - len(missing))
    for line in missing:
        try:
            is_found = _repeat(line, addresses, at=clock())
        except Refused as refused:
            result.refused[line.number] = refused
        else:
            result.repeated += 1
            result.not_found += not is_found
    write_list()
    return result


def find_addresses(digests: Collection[str]) -> dict[str, set[str]]:
    """Return the addresses in any text of the database that have one of some digests, by digest."""
    found: dict[str, set[str]] = defaultdict(set)
    if not digests:
        return found
    secrets = known_secrets()
    seen: set[str] = set()
    for text in _texts_with_address():
        for address in _addresses_in(text) - seen:
            seen.add(address)
            normalised = normalise_address(address)
            for secret in secrets:
                digest = digest_of(normalised, secret)
                if digest in digests:
                    found[digest].add(normalised)
    return found


def _repeat(line: ListedLine, addresses: dict[str, set[str]], *, at: datetime) -> bool:
    """Erase what one line is about, and return whether anything was there.

    Raises Refused. What was erased until then stays erased.
    """
    is_found = False
    member = None
    if line.kind == ErasureKind.ORGANISATION:
        member = Member.objects.filter(reference=line.reference).first()
    if member is not None:
        is_found |= _is_erased(erase_organisation, member=member, by=None, at=at)
    for address in sorted({each for digest in line.digests for each in addresses.get(digest, ())}):
        is_found |= _is_erased(erase_person, address=address, by=None, at=at)
    ListedErasure.objects.create(
        key=line.key,
        kind=line.kind,
        reference=line.reference,
        digests="\n".join(sorted(line.digests)),
        at=line.at,
        repeated_at=at,
    )
    return is_found


def _is_erased(erase: Callable[..., Any], **facts: Any) -> bool:
    """Erase, and return whether there was something. An earlier step may have erased it."""
    try:
        erase(**facts)
    except Refused as refused:
        if refused.code != "nothing_found":
            raise
        return False
    return True


def _texts_with_address() -> Iterator[str]:
    """Return each text of the database that may have an address, without reading the others."""
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            for column in _text_columns(model):
                as_text = Cast(column, TextField())
                rows = model._base_manager.alias(as_text=as_text).filter(
                    Q(as_text__contains="@") | Q(as_text__contains="%40")
                )
                for value in rows.order_by().values_list(column, flat=True).iterator():
                    yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text_columns(model: type[Model]) -> list[str]:
    return [
        column.name
        for column in model._meta.concrete_fields
        if isinstance(column, (CharField, TextField, JSONField)) and not column.choices
    ]


def _addresses_in(text: str) -> set[str]:
    """Return what may be an address in a text. Drafts are stored as forms are sent."""
    found = {text.strip()}
    for form in {text, unquote_plus(text)}:
        for pattern in ADDRESS_RES:
            found.update(address.strip(".-'") for address in pattern.findall(form))
    return {address for address in found if "@" in address and len(address) <= 254}
