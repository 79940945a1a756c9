"""Limits on attempts, counted by a real Redis."""

import threading
from datetime import timedelta

import pytest

from accounts.services.login_throttling import PASSWORDS_FROM_EVERYWHERE, count_sign_in
from core.rate_limits import TooManyAttempts, count_attempt
from members.models import Member
from tests.eoi.form import FORM, make_call, posted
from tests.factories import NOON
from tests.system.conftest import KEY_PREFIX, REDIS_DATABASE

QUARTER = timedelta(minutes=15)


@pytest.fixture
def cache_in_redis(request, forwarder, settings):
    seconds = getattr(request, "param", 0.2)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{forwarder.port}/{REDIS_DATABASE}",
            "KEY_PREFIX": KEY_PREFIX,
            "OPTIONS": {"socket_connect_timeout": seconds, "socket_timeout": seconds},
        }
    }


def attempt(who, *, limit=40, at=NOON):
    return count_attempt("sign-in", who, limit=limit, within=QUARTER, at=at)


# Patient, so that on a busy machine nobody is let through uncounted.
@pytest.mark.parametrize("cache_in_redis", [10], indirect=True)
def test_redis_gives_no_number_twice_and_remembers_when_the_count_ends(cache_in_redis):
    together = threading.Barrier(8)
    numbers = []

    def try_five_times():
        together.wait()
        numbers.extend(attempt("many@example.org") for _time in range(5))

    attackers = [threading.Thread(target=try_five_times) for _n in range(8)]
    for attacker in attackers:
        attacker.start()
    for attacker in attackers:
        attacker.join()

    assert sorted(numbers) == list(range(1, 41))
    with pytest.raises(TooManyAttempts) as refusal:
        attempt("many@example.org", at=NOON + timedelta(minutes=8))
    assert refusal.value.wait == timedelta(minutes=7)


@pytest.mark.parametrize("cache_in_redis", [10], indirect=True)
def test_strangers_at_once_keep_no_known_browser_out_and_try_no_more_than_a_hundred_times(
    cache_in_redis,
):
    together = threading.Barrier(8)
    outcomes = []

    def try_from(networks, browser=""):
        together.wait()
        for network in networks:
            try:
                count_sign_in(network=network, email="ada@example.org", browser=browser, at=NOON)
            except TooManyAttempts as refused:
                outcomes.append((browser, refused.wait))
            else:
                outcomes.append((browser, None))

    attackers = [
        threading.Thread(target=try_from, args=([f"198.51.{n}.{i}" for i in range(20)],))
        for n in range(7)
    ]
    owner = threading.Thread(target=try_from, args=(["192.0.2.1"] * 10, "a-known-browser"))
    for each in (*attackers, owner):
        each.start()
    for each in (*attackers, owner):
        each.join()

    assert outcomes.count(("", None)) == PASSWORDS_FROM_EVERYWHERE
    assert outcomes.count(("", timedelta(hours=1))) == 140 - PASSWORDS_FROM_EVERYWHERE
    assert outcomes.count(("a-known-browser", None)) == 10


@pytest.mark.usefixtures("cache_in_redis")
def test_an_expression_of_interest_is_taken_while_redis_hangs(client, forwarder, caplog):
    make_call()
    forwarder.hangs.set()

    response = client.post(FORM, posted(confirmed="1"))

    forwarder.hangs.clear()
    assert response.status_code == 302
    assert Member.objects.get().spam_signal == ""
    assert "The cache is away: attempts at eoi-address are not limited" in caplog.messages
