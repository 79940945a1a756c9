"""Limits on attempts, counted in Redis where the cache is one, else in a table.

Where the store is away nobody is kept out: the attempt is let through, and the log says so.
"""

import ipaddress
import logging
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from django.conf import settings
from django.db import Error
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from core.models import AttemptCount, AttemptCountQuerySet
from core.redis_counts import RedisCounts

logger = logging.getLogger(__name__)

STORE_IS_AWAY = (RedisError, Error, OSError)
# What one subscriber is usually given, so that changing the last half helps nobody.
IPV6_NETWORK = 64
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class TooManyAttempts(Exception):
    """The limit is reached; `wait` is how long it takes until it is not.

    `meanwhile` is a sentence that says what can be done until then.
    """

    def __init__(self, wait: timedelta, meanwhile: str = "") -> None:
        self.wait = wait
        super().__init__(f"{_('Too many attempts.')} {retry_message(wait)} {meanwhile}".rstrip())


def retry_message(wait: timedelta) -> str:
    """Return the sentence that says when to try again, never too early."""
    if wait > HOUR - MINUTE:
        hours = ceil(wait / HOUR)
        return ngettext("Try again in %(hours)s hour.", "Try again in %(hours)s hours.", hours) % {
            "hours": hours
        }
    minutes = max(1, ceil(wait / MINUTE))
    return ngettext(
        "Try again in %(minutes)s minute.", "Try again in %(minutes)s minutes.", minutes
    ) % {"minutes": minutes}


def network_of(request: HttpRequest) -> str:
    """Return the network that a request comes from: an IPv4 address, or an IPv6 /64.

    Of X-Forwarded-For only what our own proxies wrote is believed (TRUSTED_PROXIES). Empty
    where the address is not known.
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
    """Somebody's attempt at something; from the one after the limit on they are refused.

    The refusal says what they can do meanwhile.
    """

    scope: str
    who: str
    limit: int | None = None
    meanwhile: str = ""


def same_for_any_spelling(account: str) -> str:
    """Return the name of an account as it is counted, in whatever case it was typed."""
    # In capitals first, as the database looks an account up: a Turkish ı is an I there.
    return account.upper().casefold()


def count_attempt(
    scope: str, who: str, *, limit: int | None = None, within: timedelta, at: datetime
) -> int:
    """Count one attempt of somebody at something, and return how many it is.

    The time runs from the first attempt, however many follow. Nobody in particular is not
    counted, and nobody is where the cache is away: the number is 0.

    Raises TooManyAttempts from the attempt after the limit on, if there is one.
    """
    (number,) = count_attempts(Attempt(scope, who, limit), within=within, at=at)
    return number


def count_attempts(*attempts: Attempt, within: timedelta, at: datetime) -> list[int]:
    """Count several attempts at once as `count_attempt` counts one, and return their numbers.

    Raises TooManyAttempts where one of them is over its limit; all of them are counted then.
    """
    digests = [attempt.who and _digest(attempt.scope, attempt.who) for attempt in attempts]
    try:
        counted = {digest for digest in digests if digest}
        counts = _counts().count_one_more(counted, at=at, ends_at=at + within)
    except STORE_IS_AWAY:
        for scope in sorted({attempt.scope for attempt in attempts}):
            logger.warning("The cache is away: attempts at %s are not limited", scope)
        return [0] * len(attempts)
    found = [counts.get(digest, (0, at)) for digest in digests]
    for attempt, (number, ends_at) in zip(attempts, found, strict=True):
        if attempt.limit is not None and number > attempt.limit:
            raise TooManyAttempts(ends_at - at, attempt.meanwhile)
    return [number for number, _ends_at in found]


def release_attempts(*attempts: Attempt) -> None:
    """Take back one attempt of each, which turned out to be none."""
    digests = {_digest(attempt.scope, attempt.who) for attempt in attempts if attempt.who}
    try:
        _counts().count_one_less(digests)
    except STORE_IS_AWAY:
        logger.warning("The cache is away: no attempt is taken back")


def reset_attempts(scope: str, who: str) -> None:
    """Begin to count anew, since somebody proved who they are."""
    try:
        _counts().forget(_digest(scope, who))
    except STORE_IS_AWAY:
        logger.warning("The cache is away: attempts at %s are not limited", scope)


def _digest(scope: str, who: str) -> str:
    # With our key, so that nobody who reads the store finds out who it was by trying.
    return salted_hmac(scope, same_for_any_spelling(who), algorithm="sha256").hexdigest()


def _counts() -> RedisCounts | AttemptCountQuerySet:
    """Return where attempts are counted: in Redis if that is the cache, else in the database."""
    given = settings.CACHES["default"]
    if given["BACKEND"].endswith("RedisCache"):
        return RedisCounts(given["LOCATION"], **given["OPTIONS"])
    return AttemptCount.objects.all()
