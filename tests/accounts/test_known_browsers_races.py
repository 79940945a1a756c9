"""Concurrent wrong passwords."""

import threading

import pytest
from django.db import connection
from django.test import Client

from accounts.services.login_throttling import ATTEMPTS_AT_AN_ACCOUNT, PASSWORDS_FROM_EVERYWHERE
from tests.accounts.second_factor import SIGN_IN, with_password
from tests.races import POSTGRESQL_ONLY

pytestmark = POSTGRESQL_ONLY

TRIES, AT_ONCE = 120, 4


@pytest.mark.parametrize(
    ("networks", "let_through"), [(1, ATTEMPTS_AT_AN_ACCOUNT), (40, PASSWORDS_FROM_EVERYWHERE)]
)
def test_wrong_passwords_at_once_are_let_through_as_often_as_one_after_the_other(
    networks, let_through
):
    with_password(email="ada@example.org")
    together, answers = threading.Barrier(AT_ONCE), []

    def try_often(first):
        try:
            together.wait()
            for n in range(first, TRIES, AT_ONCE):
                answer = Client().post(
                    SIGN_IN,
                    {"username": "ada@example.org", "password": "wrong"},
                    REMOTE_ADDR=f"198.51.100.{n % networks}",
                )
                answers.append(answer.status_code)
        finally:
            connection.close()

    attackers = [threading.Thread(target=try_often, args=(n,)) for n in range(AT_ONCE)]
    for attacker in attackers:
        attacker.start()
    for attacker in attackers:
        attacker.join()

    assert (answers.count(422), answers.count(429)) == (let_through, TRIES - let_through)
