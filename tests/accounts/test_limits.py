from datetime import timedelta

import pytest
from django.core.cache import cache

from accounts.limits import TooManyAttempts, count_attempt, forget_attempts, network_of

QUARTER = timedelta(minutes=15)

# A Redis that is not there.
NO_CACHE = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
    }
}
DATABASE_CACHE = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
    }
}


def attempt(who="ada@example.org", scope="sign-in"):
    count_attempt(scope, who, limit=2, within=QUARTER)


def test_count_attempt_refuses_the_one_after_the_limit_and_says_how_long():
    attempt()
    attempt()

    with pytest.raises(TooManyAttempts, match=r"Try again in 15 minutes\.") as refusal:
        attempt()

    assert refusal.value.within == QUARTER


def test_count_attempt_counts_each_person_and_each_scope_by_itself():
    attempt()
    attempt()

    attempt(who="grace@example.org")
    attempt(scope="something-else")


def test_count_attempt_takes_an_account_in_any_case_for_the_same():
    attempt(who="Ada@Example.org")
    attempt(who="ADA@EXAMPLE.ORG")

    with pytest.raises(TooManyAttempts):
        attempt(who="ada@example.org")


def test_count_attempt_does_not_count_nobody_in_particular():
    for _time in range(3):
        attempt(who="")


def test_forget_attempts_begins_anew():
    attempt()
    attempt()

    forget_attempts("sign-in", "ada@example.org")

    attempt()


def test_count_attempt_counts_in_the_database_as_well(settings):
    settings.CACHES = DATABASE_CACHE
    cache.clear()
    attempt()
    attempt()

    with pytest.raises(TooManyAttempts):
        attempt()


def test_count_attempt_lets_everybody_in_and_says_so_without_a_cache(settings, caplog):
    settings.CACHES = NO_CACHE

    for _time in range(3):
        attempt()
    forget_attempts("sign-in", "ada@example.org")

    assert {record.getMessage() for record in caplog.records} == {
        "The cache is away: attempts at sign-in are not limited"
    }


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        # Nobody's word but the connection's.
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        # What is left of our own proxy's entry was typed by the visitor.
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "unknown", ""),
    ],
)
def test_network_of_believes_our_own_proxies_only(rf, settings, proxies, forwarded, network):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert network_of(request) == network
