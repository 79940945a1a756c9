"""Rate limits: attempts are counted in a table, and refused above a limit."""

import ipaddress
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

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
    """Return the network that a request comes from: an IPv4 address, or an IPv6 /64.

    Only the part of X-Forwarded-For that the portal's own proxies wrote is used (TRUSTED_PROXIES).
    The result is empty if the address is not known.
    """
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < settings.TRUSTED_PROXIES <= len(forwarded):
        address = forwarded[-settings.TRUSTED_PROXIES].strip() or address
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and not ip.ipv4_mapped:
        return str(ipaddress.ip_network((ip, IPV6_NETWORK), strict=False))
    return str(getattr(ip, "ipv4_mapped", ip))


class Attempt(NamedTuple):
    """An attempt by one person at one thing. Attempts above the limit are refused.

    `meanwhile` is the part of the refusal that says what to do until then. Attempts with an empty
    `who` are not counted.
    """

    scope: str
    who: str
    limit: int | None = None
    meanwhile: str = ""

    @property
    def digest(self) -> str:
        """Return the key of the count. It is an HMAC, so that the table does not name anybody."""
        key = same_for_any_spelling(self.who)
        return self.who and salted_hmac(self.scope, key, algorithm="sha256").hexdigest()


def same_for_any_spelling(account: str) -> str:
    """Return the name of an account in the form that is counted, the same for any case."""
    # Converted to upper case first, as in the database's lookup of accounts: a Turkish ı is an I.
    return account.upper().casefold()


def count_attempt(
    scope: str, who: str, *, limit: int | None = None, within: timedelta, at: datetime
) -> int:
    """Count one attempt as `count_attempts` does, and return its number."""
    (number,) = count_attempts(Attempt(scope, who, limit), within=within, at=at)
    return number


def count_attempts(*attempts: Attempt, within: timedelta, at: datetime) -> list[int]:
    """Count several attempts in one statement, and return each count; 0 if `who` is empty.

    A count ends a fixed time after its first attempt; later attempts do not extend it.
    Raises TooManyAttempts if one of them is over its limit; all of them are counted even then.
    """
    digests = [attempt.digest for attempt in attempts]
    counts = AttemptCount.objects.count_one_more(
        {digest for digest in digests if digest}, at=at, ends_at=at + within
    )
    found = [counts.get(digest, (0, at)) for digest in digests]
    for attempt, (number, ends_at) in zip(attempts, found, strict=True):
        if attempt.limit is not None and number > attempt.limit:
            raise TooManyAttempts(ends_at - at, attempt.meanwhile)
    return [number for number, _ends_at in found]


def release_attempts(*attempts: Attempt) -> None:
    """Decrease the count of each attempt by one, because it should not have been counted."""
    digests = {attempt.digest for attempt in attempts}
    AttemptCount.objects.filter(digest__in=digests, number__gt=0).update(number=F("number") - 1)


def reset_attempts(scope: str, who: str) -> None:
    """Delete a count, because the person has proved their identity."""
    AttemptCount.objects.filter(digest=Attempt(scope, who).digest).delete()
