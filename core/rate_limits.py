"""Limits on attempts, counted in the shared cache.

Where the cache is away nobody is kept out: the attempt is let through, and the log says so.
"""

import contextlib
import ipaddress
import logging
import pickle
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from django.db import Error, connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

CACHE_IS_AWAY = (RedisError, Error, OSError)
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
        super().__init__(f"{_('Too many attempts.')} {try_again_in(wait)} {meanwhile}".rstrip())


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
    keys = [attempt.who and _key(attempt.scope, attempt.who) for attempt in attempts]
    try:
        numbers = _one_more_of_each({key for key in keys if key}, within, at)
        for attempt, key in zip(attempts, keys, strict=True):
            if key and attempt.limit is not None and numbers[key] > attempt.limit:
                free_at = _free_at(key)
                if free_at is not None and free_at > at:
                    raise TooManyAttempts(free_at - at, attempt.meanwhile)
                # The cache lost the end, or its clock is behind ours.
                cache.delete(key)
                numbers[key] = 1
    except CACHE_IS_AWAY:
        for scope in sorted({attempt.scope for attempt in attempts}):
            logger.warning("The cache is away: attempts at %s are not limited", scope)
        return [0] * len(attempts)
    return [numbers[key] if key else 0 for key in keys]


def uncount_attempts(*attempts: Attempt) -> None:
    """Take back one attempt of each, which turned out to be none."""
    keys = {_key(attempt.scope, attempt.who) for attempt in attempts if attempt.who}
    try:
        _one_less_of_each(keys)
    except CACHE_IS_AWAY:
        logger.warning("The cache is away: no attempt is taken back")


def forget_attempts(scope: str, who: str) -> None:
    """Begin to count anew, since somebody proved who they are."""
    try:
        cache.delete(_key(scope, who))
    except CACHE_IS_AWAY:
        logger.warning("The cache is away: attempts at %s are not limited", scope)


def _key(scope: str, who: str) -> str:
    # With our key, so that nobody who reads the cache finds out who it was by trying.
    digest = salted_hmac(scope, same_for_any_spelling(who), algorithm="sha256").hexdigest()
    return f"limit:{digest}"


def _is_a_table() -> bool:
    """Tell whether the cache is a table, whose own counting is not atomic."""
    return isinstance(caches["default"], DatabaseCache)


def _end_of(key: str) -> str:
    """Return the key of the time at which a count begins anew, where the count is a number."""
    return f"{key}:end"


def _free_at(key: str) -> datetime | None:
    """Return when a count begins anew, if the cache still knows."""
    free_at: datetime | None = (
        _free_at_in_a_table(key) if _is_a_table() else cache.get(_end_of(key))
    )
    return free_at


def _one_more_of_each(keys: set[str], within: timedelta, at: datetime) -> dict[str, int]:
    """Count one more for each key, so that of two at once each gets a number of its own."""
    if _is_a_table():
        return _one_more_of_each_in_a_table(keys, at, at + within)
    if isinstance(caches["default"], RedisCache):
        return _one_more_of_each_in_redis(keys, int(within.total_seconds()), at + within)
    return {key: _one_more(key, within, at) for key in keys}


def _one_more(key: str, within: timedelta, at: datetime) -> int:
    """Count one more, and remember beside it when the count ends."""
    lasts = int(within.total_seconds())
    if cache.add(key, 1, lasts):
        cache.set(_end_of(key), at + within, lasts)
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:
        # It ran out between these two lines.
        return 1


def _one_less_of_each(keys: set[str]) -> None:
    """Count one less for each key that is still counted."""
    if _is_a_table():
        _one_less_of_each_in_a_table(keys)
        return
    for key in keys:
        with contextlib.suppress(ValueError):
            cache.decr(key)


# In Redis: one way there and back, atomically, where the cache would go many times.
ONE_MORE_IN_REDIS = """
    local numbers = {}
    for i = 1, #KEYS, 2 do
        redis.call("SET", KEYS[i], 0, "EX", ARGV[1], "NX")
        redis.call("SET", KEYS[i + 1], ARGV[2], "EX", ARGV[1], "NX")
        table.insert(numbers, redis.call("INCR", KEYS[i]))
    end
    return numbers
"""


def _one_more_of_each_in_redis(keys: set[str], lasts: int, end: datetime) -> dict[str, int]:
    redis = caches["default"]._cache.get_client(write=True)  # type: ignore[attr-defined]
    names = [cache.make_key(name) for key in keys for name in (key, _end_of(key))]
    numbers = redis.eval(ONE_MORE_IN_REDIS, len(names), *names, lasts, pickle.dumps(end))
    return dict(zip(keys, numbers, strict=True))


# The cache's own table, where a count is a row of its own kind: a number, and when it ends. In
# one statement, where the cache itself would take three for each count and not count exactly.
ONE_MORE = """
    INSERT INTO {table} (cache_key, value, expires) VALUES {rows}
    ON CONFLICT (cache_key) DO UPDATE SET
        value = CASE WHEN {table}.expires > %s
            THEN CAST(CAST({table}.value AS INTEGER) + 1 AS TEXT) ELSE '1' END,
        expires = CASE WHEN {table}.expires > %s
            THEN {table}.expires ELSE excluded.expires END
    RETURNING cache_key, value
"""
# One key in so many has what has ended thrown away.
CLEARED_BY = "00"


def _one_more_of_each_in_a_table(keys: set[str], at: datetime, end: datetime) -> dict[str, int]:
    # In one order, so that two requests never wait for one another in a circle.
    rows = {caches["default"].make_key(key): key for key in sorted(keys)}
    if not rows:
        return {}
    now, later = (connection.ops.adapt_datetimefield_value(moment) for moment in (at, end))
    values = [value for row in rows for value in (row, "1", later)]
    with connection.cursor() as cursor:
        cursor.execute(
            ONE_MORE.format(table=_table(), rows=", ".join(["(%s, %s, %s)"] * len(rows))),
            [*values, now, now],
        )
        numbers = {rows[row]: int(value) for row, value in cursor.fetchall()}
        if any(number == 1 and key.endswith(CLEARED_BY) for key, number in numbers.items()):
            cursor.execute(f"DELETE FROM {_table()} WHERE expires <= %s", [now])  # noqa: S608
    return numbers


def _one_less_of_each_in_a_table(keys: set[str]) -> None:
    rows = [caches["default"].make_key(key) for key in sorted(keys)]
    one_less = f"""
        UPDATE {_table()} SET value = CAST(CAST(value AS INTEGER) - 1 AS TEXT)
        WHERE cache_key IN ({", ".join(["%s"] * len(rows))})
    """  # noqa: S608
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(one_less, rows)


def _free_at_in_a_table(key: str) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT expires FROM {_table()} WHERE cache_key = %s",  # noqa: S608
            [caches["default"].make_key(key)],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    # SQLite gives what it keeps: text, in UTC.
    end = datetime.fromisoformat(row[0]) if isinstance(row[0], str) else row[0]
    return end if end.tzinfo else end.replace(tzinfo=UTC)


def _table() -> str:
    return connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
