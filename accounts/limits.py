"""Limits on attempts, counted in the shared cache.

Where the cache is away nobody is kept out: the attempt is let through, and the log says so.
"""

import hashlib
import ipaddress
import logging
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import ngettext
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

CACHE_IS_AWAY = (RedisError, DatabaseError, OSError)
# What one subscriber is usually given, so that changing the last half helps nobody.
IPV6_NETWORK = 64


class TooManyAttempts(Exception):
    """The limit is reached; `within` is how long it takes at most until it is not."""

    def __init__(self, within: timedelta) -> None:
        self.within = within
        minutes = int(within.total_seconds() // 60)
        super().__init__(
            ngettext(
                "Too many attempts. Try again in %(minutes)s minute.",
                "Too many attempts. Try again in %(minutes)s minutes.",
                minutes,
            )
            % {"minutes": minutes}
        )


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


def _key(scope: str, who: str) -> str:
    return f"limit:{scope}:{hashlib.sha256(who.casefold().encode()).hexdigest()}"


def count_attempt(scope: str, who: str, *, limit: int, within: timedelta) -> None:
    """Count one attempt of somebody at something.

    Raises TooManyAttempts from the attempt after the limit on. Refused attempts do not count,
    so that trying again does not make the wait longer; nor do those of nobody in particular.
    """
    if not who:
        return
    key = _key(scope, who)
    try:
        if cache.add(key, 1, int(within.total_seconds())):
            return
        if cache.get(key, 0) >= limit:
            raise TooManyAttempts(within)
        cache.incr(key)
    except ValueError:
        # It ran out between two of these lines.
        return
    except CACHE_IS_AWAY:
        logger.warning("The cache is away: attempts at %s are not limited", scope)


def forget_attempts(scope: str, who: str) -> None:
    """Begin to count anew, since somebody proved who they are."""
    try:
        cache.delete(_key(scope, who))
    except CACHE_IS_AWAY:
        logger.warning("The cache is away: attempts at %s are not limited", scope)
