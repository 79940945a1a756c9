import threading
from datetime import timedelta

import pytest
from django.db import connections

from accounts.services.login_throttling import PASSWORDS_FROM_EVERYWHERE, count_sign_in
from core.rate_limits import TooManyAttempts
from tests.factories import NOON


@pytest.mark.django_db(transaction=True)
def test_strangers_at_once_keep_no_known_browser_out_and_try_no_more_than_a_hundred_times():
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
        connections.close_all()

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
