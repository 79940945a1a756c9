"""Find the addresses of sign-in events in the security log of the proxy (deploy/nginx/p2c.conf).

The portal cannot read that log, and stores no address. Only people who may read it can do this.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.services.events import hash_of_network
from core.rate_limits import network_of_address


@dataclass
class FoundAddress:
    """An address in the log: the hash of its network, how many lines it has, and when."""

    address: str
    network: str
    number: int
    first_at: datetime
    last_at: datetime


def addresses_in(
    lines: Iterable[str],
    *,
    network: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[FoundAddress]:
    """Return the addresses in a log, those with the most lines first.

    `network` is the hash in a sign-in event; it may be of a former SECRET_KEY. What is no line of
    the log is left out, such as one that is being written.
    """
    found: dict[str, FoundAddress] = {}
    others: set[str] = set()
    for line in lines:
        try:
            facts = json.loads(line)
            address, at = str(facts["address"]), datetime.fromisoformat(facts["at"])
        except (KeyError, TypeError, ValueError):
            continue
        is_outside = (since and at < since) or (until and at > until)
        if is_outside or address in others:
            continue
        if network and address not in found and network not in _hashes_of(address):
            others.add(address)
            continue
        each = found.setdefault(address, FoundAddress(address, _hashes_of(address)[0], 0, at, at))
        each.number += 1
        each.first_at, each.last_at = min(each.first_at, at), max(each.last_at, at)
    return sorted(found.values(), key=lambda each: (-each.number, each.address))


def _hashes_of(address: str) -> list[str]:
    """Return the hash of the network of an address, with the present key first."""
    network = network_of_address(address)
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [hash_of_network(network, secret=secret) for secret in secrets]
