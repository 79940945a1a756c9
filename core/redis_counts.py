"""Counts of attempts in Redis, as `core.models` has them in a table."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from math import ceil
from typing import Any

from django.core.cache import caches
from redis import Redis

# One way there and back for all of them, and atomic.
ONE_MORE = """
    local counts = {}
    for i, key in ipairs(KEYS) do
        if (tonumber(redis.call("HGET", key, "ends_at")) or 0) <= tonumber(ARGV[1]) then
            redis.call("DEL", key)
            redis.call("HSET", key, "ends_at", ARGV[2])
            redis.call("EXPIRE", key, ARGV[3])
        end
        counts[i] = {redis.call("HINCRBY", key, "number", 1), redis.call("HGET", key, "ends_at")}
    end
    return counts
"""
ONE_LESS = """
    for _, key in ipairs(KEYS) do
        if redis.call("EXISTS", key) == 1 then redis.call("HINCRBY", key, "number", -1) end
    end
"""


class RedisCounts:
    """The counts in one Redis; each is a hash of a number and the time at which it ends."""

    def __init__(self, location: str, **options: float) -> None:
        self.redis = _client(location, **options)

    def count_one_more(
        self, digests: Iterable[str], *, at: datetime, ends_at: datetime
    ) -> dict[str, tuple[int, datetime]]:
        """Count one more for each digest; return how many that makes, and until when."""
        keys = {_key(digest): digest for digest in digests}
        lasts = ceil((ends_at - at).total_seconds())
        counts: Any = self.redis.eval(
            ONE_MORE, len(keys), *keys, at.timestamp(), ends_at.timestamp(), lasts
        )
        return {
            digest: (number, datetime.fromtimestamp(float(end), UTC))
            for digest, (number, end) in zip(keys.values(), counts, strict=True)
        }

    def count_one_less(self, digests: Iterable[str]) -> None:
        """Count one less for each digest that is counted."""
        keys = [_key(digest) for digest in digests]
        self.redis.eval(ONE_LESS, len(keys), *keys)

    def forget(self, digest: str) -> None:
        """Begin to count again."""
        self.redis.delete(_key(digest))


@cache
def _client(location: str, **options: float) -> Redis:
    return Redis.from_url(location, **options)


def _key(digest: str) -> str:
    """Return the name that a count has among all that is in Redis."""
    return caches["default"].make_key(f"limit:{digest}")
