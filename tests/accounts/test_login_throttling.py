"""How often strangers may try an account in a day, and that its owner signs in meanwhile."""

from datetime import timedelta

import pytest

from accounts.services.login_throttling import (
    count_second_factor,
    count_sign_in,
    count_typed_code,
    reset_sign_ins,
)
from core.rate_limits import TooManyAttempts
from tests.factories import NOON, UserFactory

ACCOUNT = "ada@example.org"
QUARTER = timedelta(minutes=15)
NETWORKS = [f"198.51.{n // 250}.{n % 250}" for n in range(300)]


def password(network, at=NOON):
    count_sign_in(network=network, email=ACCOUNT, browser="", at=at)


def code(network, at=NOON):
    count_typed_code(network=network, email=ACCOUNT, browser="", at=at)


def second_factor_of(user):
    def try_one(network, at=NOON):
        count_second_factor(network=network, user=user, browser="", at=at)

    return try_one


def accepted(try_one, networks, *, at=NOON):
    """Let each network try until it is refused, and return how many attempts were accepted."""
    number = 0
    for network in networks:
        try:
            while True:
                try_one(network, at)
                number += 1
        except TooManyAttempts:
            continue
    return number


def tried_in_a_day(try_one):
    """Return how many attempts 300 networks have in a day if each tries every six hours."""
    return sum(
        accepted(try_one, NETWORKS, at=NOON + timedelta(hours=hours)) for hours in (0, 6, 12, 18)
    )


@pytest.mark.parametrize("try_one", [password, code])
def test_three_hundred_networks_guess_less_in_a_day_than_a_hundred_an_hour(try_one):
    number = tried_in_a_day(try_one)

    # Ten networks have ten attempts each until there are a hundred, and the others five.
    assert number == 100 + 5 * 290
    try_one("203.0.113.1")


def test_three_hundred_networks_guess_fewer_second_factors_than_forty_an_hour():
    number = tried_in_a_day(second_factor_of(UserFactory()))

    assert number == 40 + 3 * 296
    assert number < 24 * 40


def test_second_factors_end_at_their_total_of_a_day(limited):
    try_one = second_factor_of(UserFactory())
    tried_in_a_day(try_one)

    number = accepted(try_one, [f"203.0.113.{n}" for n in range(100)])

    assert number == 960 - (40 + 3 * 296)


def test_network_that_has_not_failed_has_one_password_however_many_were_tried(limited):
    limited("PASSWORDS", steps=((20, 1),))
    accepted(password, NETWORKS[:50])

    number = accepted(password, ["203.0.113.1"])

    assert number == 1


def test_network_waits_until_its_own_day_is_over():
    accepted(password, NETWORKS[:20])
    owner = "203.0.113.1"
    for quarter in range(5):
        password(owner, NOON + quarter * QUARTER)

    with pytest.raises(TooManyAttempts) as refused:
        password(owner, NOON + 5 * QUARTER)

    assert refused.value.wait == timedelta(hours=24) - 5 * QUARTER
    password(owner, NOON + timedelta(hours=24))


def test_refused_attempts_do_not_count_against_the_other_networks(limited):
    limited("PASSWORDS", steps=((20, 0), (2, 1)))
    for _time in range(50):
        accepted(password, ["198.51.100.1", "198.51.100.2"])

    number = accepted(password, ["203.0.113.1"])

    assert number == 1


def test_success_forgets_the_attempts_of_its_network_alone():
    accepted(password, NETWORKS[:20])
    owner = "203.0.113.1"
    accepted(password, [owner])
    reset_sign_ins(network=owner, email=ACCOUNT, browser="")

    numbers = [accepted(password, [network]) for network in (owner, NETWORKS[0])]

    assert numbers == [5, 0]


def test_large_ipv6_network_counts_as_four_and_leaves_the_next_one_its_attempts():
    accepted(password, NETWORKS[:20])

    within_one = accepted(password, [f"2001:db8:1:{n:x}::/64" for n in range(0, 65536, 256)])
    in_the_next = accepted(password, ["2001:db8:2:1::/64"])

    assert (within_one, in_the_next) == (4 * 5, 5)
