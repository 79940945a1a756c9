"""Three hundred networks try to sign in to one account while its owner signs in."""

import contextlib
import threading
import time
from collections import Counter
from itertools import cycle

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.utils.timezone import now

from accounts.models import SignInEvent
from accounts.services.login_throttling import ATTEMPTS_AT_AN_ACCOUNT, count_sign_in
from benchmarks.clients import Visitor, insist
from core.rate_limits import TooManyAttempts
from tests.accounts.codes import ASK, ENTER, WRONG, code_in
from tests.accounts.second_factor import PASSWORD, SIGN_IN
from tests.factories import UserFactory
from tests.portal import collect_static, web, worker
from tests.processes import PATIENCE, eventually

pytestmark = [
    pytest.mark.patient,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="the processes of production"),
]

NETWORKS = [f"198.18.{number // 250}.{number % 250}" for number in range(300)]
OWNER = "203.0.113.7"
ADA, WANJIKU = "ada@example.org", "wanjiku@example.org"
ATTACKERS = 6
# The first attempts go through until so many were made at the account.
FREE = 100


@pytest.fixture
def site(given, tmp_path):
    collect_static()
    behind_a_proxy = {**given, "TRUSTED_PROXIES": "1"}
    with (
        web(behind_a_proxy, tmp_path, workers=2, threads=4) as running,
        worker(behind_a_proxy, tmp_path, queues="mail", concurrency=1),
    ):
        yield running.url


def browser_in(site, network):
    return Visitor(site, **{"X-Forwarded-For": network})


def form_of(browser, page):
    insist(browser.get(page), 200)
    return browser


class Attack:
    """Strangers who repeat one request, each from the next network, until they are stopped."""

    def __init__(self, attempt):
        self.attempt = attempt
        self.statuses = Counter()
        self.networks = iter(cycle(NETWORKS))
        self.lock = threading.Lock()
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.run) for _number in range(ATTACKERS)]

    def run(self):
        while not self.is_over.is_set():
            with self.lock:
                network = next(self.networks)
            status = self.attempt(network)
            with self.lock:
                self.statuses[status] += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_exception):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def has_made(self, number):
        return eventually(lambda: self.statuses.total() >= number, within=10 * PATIENCE)


def test_owner_signs_in_with_a_password_while_three_hundred_networks_guess(site):
    hasher = PBKDF2PasswordHasher()
    ada = UserFactory(email=ADA, password=hasher.encode(PASSWORD, hasher.salt()))

    # Wrong passwords that were tried before: hashing all of them would take many minutes.
    guesses = sum(guess_until_refused(network) for network in NETWORKS)

    def guess(network):
        stranger = form_of(browser_in(site, network), SIGN_IN)
        return stranger.post(SIGN_IN, {"username": ADA, "password": "not this one"}).status

    with Attack(guess) as attack:
        assert attack.has_made(len(NETWORKS))
        owner = browser_in(site, OWNER)
        started = time.monotonic()
        form_of(owner, SIGN_IN)
        answer = owner.post(SIGN_IN, {"username": ADA, "password": PASSWORD})
        took = time.monotonic() - started

    print(  # noqa: T201
        f"300 networks made {guesses} guesses and were then refused {attack.statuses.total()} "
        f"times; the owner signed in after {took:.1f} s"
    )
    assert guesses == FREE + 5 * (len(NETWORKS) - FREE // ATTEMPTS_AT_AN_ACCOUNT)
    assert {*attack.statuses} == {429}
    assert answer.status == 302
    assert took < 60
    assert SignInEvent.objects.filter(user=ada, outcome="succeeded").count() == 1


def guess_until_refused(network):
    """Count wrong passwords at the account from a network, and return how many were accepted."""
    number = 0
    with contextlib.suppress(TooManyAttempts):
        while True:
            count_sign_in(network=network, email=ADA, browser="", at=now())
            number += 1
    return number


def test_focal_point_signs_in_with_a_code_while_three_hundred_networks_ask_for_codes(
    site, own_sink
):
    wanjiku = UserFactory(email=WANJIKU, is_staff=False)

    def ask_and_type(network):
        stranger = form_of(browser_in(site, network), ASK)
        insist(stranger.post(ASK, {"email": WANJIKU}), 302)
        return stranger.post(ENTER, {"code": WRONG}).status

    with Attack(ask_and_type) as attack:
        assert attack.has_made(len(NETWORKS))
        owner = browser_in(site, OWNER)
        started = time.monotonic()
        insist(form_of(owner, ASK).post(ASK, {"email": WANJIKU}), 302)
        assert eventually(lambda: own_sink.arrived, within=PATIENCE)
        [(_recipient, letter)] = own_sink.arrived
        code = code_in(Body(letter))
        answer = owner.post(ENTER, {"code": code})
        took = time.monotonic() - started

    print(  # noqa: T201
        f"300 networks asked {attack.statuses.total()} times for a code and typed one: "
        f"{dict(attack.statuses)}; {len(own_sink.arrived)} email; "
        f"the owner signed in after {took:.1f} s"
    )
    assert answer.status == 302
    assert took < 60
    # The second one is for who asks after the owner has used the first.
    assert len(own_sink.arrived) <= 2
    assert SignInEvent.objects.filter(user=wanjiku, outcome="succeeded").count() == 1


class Body:
    """The text of an e-mail that arrived, where `code_in` looks for it."""

    def __init__(self, mail):
        self.body = mail.message.get_content().replace("\r\n", "\n")
