import contextlib
import threading
from datetime import timedelta

import pytest
from django.db import connections

from core import models
from core.rate_limits import (
    Attempt,
    TooManyAttempts,
    count_attempt,
    count_attempts,
    current_period,
    network_of,
    release_attempts,
    reset_attempts,
    retry_message,
)
from tests.factories import NOON

QUARTER = timedelta(minutes=15)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def attempt(who="ada@example.org", scope="sign-in", at=NOON):
    return count_attempt(scope, who, limit=2, within=QUARTER, at=at)


def test_count_attempt_says_how_many_it_is_and_refuses_the_one_after_the_limit():
    numbers = [attempt(), attempt()]

    with pytest.raises(TooManyAttempts, match=r"Too many attempts\. Try again in 15 minutes\."):
        attempt()

    assert numbers == [1, 2]


def test_count_attempt_says_how_long_it_really_takes_however_often_one_tries():
    attempt()
    attempt(at=NOON + 5 * MINUTE)
    waits = []

    for passed in (6 * MINUTE, 7 * MINUTE, QUARTER - SECOND):
        with pytest.raises(TooManyAttempts) as refusal:
            attempt(at=NOON + passed)
        waits.append(refusal.value.wait)

    assert waits == [9 * MINUTE, 8 * MINUTE, SECOND]


def test_count_attempt_starts_again_after_its_time():
    minutes = [0, 10, 14, 15, 29, 30]

    numbers = [
        count_attempt("sign-in", "ada@example.org", within=QUARTER, at=NOON + minute * MINUTE)
        for minute in minutes
    ]

    assert numbers == [1, 2, 3, 1, 2, 1]


def test_count_attempts_takes_one_statement(django_assert_num_queries):
    together = [
        Attempt("eoi-address", "ada@example.org"),
        Attempt("eoi-address", ""),
        Attempt("eoi-address", "ADA@example.org"),
        Attempt("eoi-network", "192.0.2.1", 3),
    ]
    numbers = []

    for _time in range(3):
        with django_assert_num_queries(1):
            numbers.append(count_attempts(*together, within=QUARTER, at=NOON))

    assert numbers == [[1, 0, 1, 1], [2, 0, 2, 2], [3, 0, 3, 3]]
    with pytest.raises(TooManyAttempts):
        count_attempts(*together, within=QUARTER, at=NOON)


def test_count_attempts_throws_away_what_has_ended(monkeypatch):
    # Every key instead of one in 256.
    monkeypatch.setattr(models, "CLEARED_BY", "")
    attempt("ended@example.org", at=NOON - QUARTER)
    attempt("lasts@example.org", at=NOON - MINUTE)

    attempt("new@example.org")

    assert models.AttemptCount.objects.count() == 2


@pytest.mark.parametrize(
    ("wait", "sentence"),
    [
        (timedelta(milliseconds=1), "Try again in 1 minute."),
        (MINUTE, "Try again in 1 minute."),
        (MINUTE + SECOND, "Try again in 2 minutes."),
        (59 * MINUTE, "Try again in 59 minutes."),
        (59 * MINUTE + SECOND, "Try again in 1 hour."),
        (60 * MINUTE, "Try again in 1 hour."),
        (61 * MINUTE, "Try again in 2 hours."),
    ],
)
def test_try_again_in_is_never_too_early(wait, sentence):
    assert retry_message(wait) == sentence


@pytest.mark.django_db(transaction=True)
def test_count_attempt_gives_no_number_twice():
    together = threading.Barrier(8)
    numbers = []

    def try_five_times():
        together.wait()
        numbers.extend(
            count_attempt("sign-in", "ada@example.org", limit=99, within=QUARTER, at=NOON)
            for _time in range(5)
        )
        connections.close_all()

    attackers = [threading.Thread(target=try_five_times) for _n in range(8)]
    for attacker in attackers:
        attacker.start()
    for attacker in attackers:
        attacker.join()

    assert sorted(numbers) == list(range(1, 41))


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
    assert [attempt(who="") for _time in range(3)] == [0, 0, 0]


def test_reset_attempts_starts_again():
    attempt()
    attempt()

    reset_attempts("sign-in", "ada@example.org")

    attempt()


def test_release_attempts_takes_back_one_of_each():
    for who in ("ada@example.org", "ada@example.org", "grace@example.org"):
        attempt(who)

    release_attempts(Attempt("sign-in", "ada@example.org"), Attempt("sign-in", "grace@example.org"))

    assert [attempt("ada@example.org"), attempt("grace@example.org")] == [2, 1]


def test_release_attempts_leaves_whom_nobody_counted():
    release_attempts(Attempt("sign-in", "ada@example.org"), Attempt("sign-in", ""))
    release_attempts()

    assert attempt("ada@example.org") == 1


def from_network(network, limit=3):
    return count_attempt("sign-in", network=network, limit=limit, within=QUARTER, at=NOON)


@pytest.mark.parametrize(
    ("prefix", "attempts"),
    [
        # In one /64, in one /56, and in one /48.
        ("2001:db8:1:2:{n:x}::", 3),
        ("2001:db8:1:{n:x}::", 6),
        ("2001:db8:1:{n:x}00::", 12),
    ],
)
def test_ipv6_network_of_each_size_has_a_limit(rf, prefix, attempts):
    networks = [
        network_of(rf.get("/", REMOTE_ADDR=f"{prefix.format(n=n)}1"))
        for n in range(1, attempts + 2)
    ]
    for network in networks[:-1]:
        from_network(network)

    with pytest.raises(TooManyAttempts):
        from_network(networks[-1])

    assert from_network("2001:db8:2:1::/64") == 1


def test_ipv6_network_is_counted_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        number = from_network("2001:db8:1:2::/64")

    assert number == 1
    assert models.AttemptCount.objects.count() == 3


def test_ipv6_network_does_not_use_up_the_attempts_of_its_neighbours():
    for _time in range(30):
        with contextlib.suppress(TooManyAttempts):
            from_network("2001:db8:1:1::/64")

    assert from_network("2001:db8:1:2::/64") == 2
    assert from_network("2001:db8:1:100::/64") == 2


def test_ipv6_network_that_is_reset_leaves_the_attempts_of_its_neighbours():
    for network in ("2001:db8:1:1::/64", "2001:db8:1:2::/64", "2001:db8:1:2::/64"):
        from_network(network)

    reset_attempts("sign-in", network="2001:db8:1:2::/64")

    # Two of four are left in the larger networks, of which each counts as several.
    assert sorted(models.AttemptCount.objects.values_list("number", flat=True)) == [1, 2, 2]


def test_attempts_are_counted_apart_for_each_person_in_a_network():
    for who in ("ada@example.org", "grace@example.org"):
        for _time in range(3):
            count_attempt("x", who, network="192.0.2.1", limit=3, within=QUARTER, at=NOON)

    with pytest.raises(TooManyAttempts):
        count_attempt("x", "ada@example.org", network="192.0.2.1", limit=3, within=QUARTER, at=NOON)


def test_current_period_is_shared_until_it_ends():
    minutes = [0, 10, 14, 15, 29, 30]

    ends = [
        current_period("code", "ada@example.org", within=QUARTER, at=NOON + minute * MINUTE)
        for minute in minutes
    ]

    first, second, third = NOON + QUARTER, NOON + 2 * QUARTER, NOON + 3 * QUARTER
    assert ends == [first, first, first, second, second, third]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        # Only the address of the connection is trusted.
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        # The visitor typed the rest of the entry that the portal's own proxy added.
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
