"""Rate limits: attempts are counted in a table, and refused above a limit."""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import Final, NamedTuple

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import AttemptCount

# The size of network that one subscriber usually gets. Changing the rest of the address does not
# avoid the limit.
IPV6_NETWORK = 64
# Providers also give larger networks to one customer. Each may try as often as so many networks of
# the size above.
LARGER_IPV6_NETWORKS: Final = {56: 2, 48: 4}
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class TooManyAttempts(Exception):
    """The limit is reached. `wait` is the time to wait, `meanwhile` says what to do until then."""

    def __init__(self, wait: timedelta, meanwhile: str = "") -> None:
        self.wait = wait
        super().__init__(f"{_('Too many attempts.')} {retry_message(wait)} {meanwhile}".rstrip())


def retry_message(wait: timedelta) -> str:
    """Return the sentence that says when to try again. The time is rounded up."""
    if wait > HOUR - MINUTE:
        number = ceil(wait / HOUR)
        text = ngettext("Try again in %(hours)s hour.", "Try again in %(hours)s hours.", number)
        return text % {"hours": number}
    number = max(1, ceil(wait / MINUTE))
    text = ngettext("Try again in %(minutes)s minute.", "Try again in %(minutes)s minutes.", number)
    return text % {"minutes": number}


def network_of(request: HttpRequest) -> str:
    """Return the network that a request comes from, as `network_of_address` does.

    Only the part of X-Forwarded-For that the portal's own proxies wrote is used (TRUSTED_PROXIES).
    """
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < settings.TRUSTED_PROXIES <= len(forwarded):
        address = forwarded[-settings.TRUSTED_PROXIES].strip() or address
    return network_of_address(address)


def network_of_address(address: str) -> str:
    """Return the network of an address: the address itself, or an IPv6 /64.

    The proxy counts the same: deploy/nginx/p2c.conf. The result is empty if it is no address.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and not ip.ipv4_mapped:
        return str(ipaddress.ip_network((ip, IPV6_NETWORK), strict=False))
    return str(getattr(ip, "ipv4_mapped", ip))


class Attempt(NamedTuple):
    """An attempt by one person at one thing. Attempts above the limit are refused.

    With a `network`, as `network_of()` returns it, only attempts from there are counted together.
    An IPv6 network is counted with the larger networks around it too. `meanwhile` is the part of
    the refusal that says what to do until then. Attempts with neither `who` nor `network` are not
    counted.
    """

    scope: str
    who: str = ""
    limit: int | None = None
    meanwhile: str = ""
    network: str = ""

    @property
    def digests(self) -> dict[str, int]:
        """Return the keys of the counts, the smallest network first.

        The value says how many networks one counts as. A key is an HMAC, so that the table does
        not name anybody.
        """
        who = same_for_any_spelling(self.who)
        found = {}
        for network, size in sizes_of(self.network).items():
            if key := f"{network} {who}".strip():
                digest = salted_hmac(self.scope, key, algorithm="sha256").hexdigest()
                found[digest] = size
        return found


def sizes_of(network: str) -> dict[str, int]:
    """Return a network and the larger IPv6 networks around it, and as how many each counts."""
    sizes = {network: 1}
    if ":" in network:
        smallest = ipaddress.IPv6Network(network)
        sizes |= {
            str(smallest.supernet(new_prefix=prefix)): size
            for prefix, size in LARGER_IPV6_NETWORKS.items()
        }
    return sizes


def same_for_any_spelling(account: str) -> str:
    """Return the name of an account in the form that is counted, the same for any case."""
    # Converted to upper case first, as in the database's lookup of accounts: a Turkish ı is an I.
    return account.upper().casefold()


def count_attempt(
    scope: str,
    who: str = "",
    *,
    network: str = "",
    limit: int | None = None,
    within: timedelta,
    at: datetime,
) -> int:
    """Count one attempt as `count_attempts` does, and return its number."""
    (number,) = count_attempts(Attempt(scope, who, limit, network=network), within=within, at=at)
    return number


def count_attempts(*attempts: Attempt, within: timedelta, at: datetime) -> list[int]:
    """Count several attempts in one statement, and return each count; 0 if it is of nobody.

    The count of an attempt from a network is the highest of all sizes of network, each divided by
    the number of networks that it counts as. A count ends a fixed time after its first attempt;
    later attempts do not extend it.

    Raises TooManyAttempts if one of them is over its limit. All of them are counted even then, but
    not for the larger networks, so that one network does not use up the attempts of its neighbours.
    """
    digests = [attempt.digests for attempt in attempts]
    counts = AttemptCount.objects.count_one_more(
        {digest for sizes in digests for digest in sizes}, at=at, ends_at=at + within
    )
    found = []
    for attempt, sizes in zip(attempts, digests, strict=True):
        numbers = [(ceil(counts[key][0] / size), counts[key][1]) for key, size in sizes.items()]
        number, ends_at = max(numbers, default=(0, at))
        if attempt.limit is not None and number > attempt.limit:
            _release(key for sizes in digests for key in list(sizes)[1:])
            raise TooManyAttempts(ends_at - at, attempt.meanwhile)
        found.append(number)
    return found


def current_period(scope: str, who: str, *, within: timedelta, at: datetime) -> datetime:
    """Return when the current period of somebody ends. If there is none, one begins now."""
    [digest] = Attempt(scope, who).digests
    counts = AttemptCount.objects.count_one_more([digest], at=at, ends_at=at + within)
    return counts[digest][1]


def release_attempts(*attempts: Attempt) -> None:
    """Decrease the count of each attempt by one, because it should not have been counted."""
    _release(digest for attempt in attempts for digest in attempt.digests)


def _release(digests: Iterable[str]) -> None:
    if found := set(digests):
        AttemptCount.objects.filter(digest__in=found, number__gt=0).update(number=F("number") - 1)


def reset_attempts(scope: str, who: str = "", *, network: str = "") -> None:
    """Delete a count, because the person has proved their identity.

    The larger networks around theirs have one attempt less.
    """
    attempt = Attempt(scope, who, network=network)
    release_attempts(attempt)
    AttemptCount.objects.filter(digest=next(iter(attempt.digests), "")).delete()
