"""Limits on attempts, counted in the shared cache.

Where the cache is away nobody is kept out: the attempt is let through, and the log says so.
"""

import ipaddress
import logging
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

CACHE_IS_AWAY = (RedisError, DatabaseError, OSError)
# What one subscriber is usually given, so that changing the last half helps nobody.
IPV6_NETWORK = 64
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class TooManyAttempts(Exception):
    """The limit is reached; `wait` is how long it takes until it is not."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(f"{_('Too many attempts.')} {try_again_in(wait)}")


def try_again_in(wait: timedelta) -> str:
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


def count_attempt(
    scope: str, who: str, *, limit: int | None = None, within: timedelta, at: datetime
) -> int:
    """Count one attempt of somebody at something, and return how many it is.

    The time runs from the first attempt, however many follow. Nobody in particular is not
    counted, and nobody is where the cache is away: the number is 0.

    Raises TooManyAttempts from the attempt after the limit on, if there is one.
    """
    if not who:
        return 0
    key = _key(scope, who)
    try:
        number = _one_more(key, within, at)
        if limit is None or number <= limit:
            return number
        free_at = _free_at(key)
        if free_at is None or free_at <= at:
            # The cache lost the end, or its clock is behind ours.
            cache.delete(key)
            return 1
    except CACHE_IS_AWAY:
        logger.warning("The cache is away: attempts at %s are not limited", scope)
        return 0
    raise TooManyAttempts(free_at - at)


def forget_attempts(scope: str, who: str) -> None:
    """Begin to count anew, since somebody proved who they are."""
    try:
        cache.delete(_key(scope, who))
    except CACHE_IS_AWAY:
        logger.warning("The cache is away: attempts at %s are not limited", scope)


def _key(scope: str, who: str) -> str:
    # In capitals first, as the database looks an account up: a Turkish ı is an I there.
    person = who.upper().casefold()
    # With our key, so that nobody who reads the cache finds out who it was by trying.
    return f"limit:{salted_hmac(scope, person, algorithm='sha256').hexdigest()}"


def _is_a_table() -> bool:
    """Tell whether the cache is a table, whose own counting is not atomic."""
    return isinstance(caches["default"], DatabaseCache)


def _end_of(key: str) -> str:
    """Return the key of the time at which a count begins anew, where the count is a number."""
    return f"{key}:end"


def _free_at(key: str) -> datetime | None:
    """Return when a count begins anew, if the cache still knows."""
    free_at: datetime | None
    if _is_a_table():
        _number, free_at = cache.get(key, (0, None))
    else:
        free_at = cache.get(_end_of(key))
    return free_at


def _one_more(key: str, within: timedelta, at: datetime) -> int:
    """Count one more, so that of two at once each gets a number of its own."""
    lasts = int(within.total_seconds())
    if _is_a_table():
        return _one_more_in_a_table(key, lasts, at, at + within)
    if cache.add(key, 1, lasts):
        cache.set(_end_of(key), at + within, lasts)
        return 1
    try:
        number = int(cache.incr(key))
    except ValueError:
        # It ran out between these two lines.
        return 1
    if number == 1:
        # So it did, and Redis began another that would never end.
        cache.touch(key, lasts)
        cache.set(_end_of(key), at + within, lasts)
    return number


@transaction.atomic
def _one_more_in_a_table(key: str, lasts: int, at: datetime, end: datetime) -> int:
    """Count one more in a row that is held meanwhile, and that has the end of the count too."""
    if cache.add(key, (1, end), lasts):
        return 1
    # Holds the row until the commit: whoever counts at the same moment waits here.
    cache.touch(key, lasts)
    number, free_at = cache.get(key, (0, end))
    if free_at <= at:
        number, free_at = 0, end
    cache.set(key, (number + 1, free_at), lasts)
    return int(number) + 1
