"""Rate limits for codes and passkeys, and what works without a cache."""

import json

from django.test import Client
from pytest_django.asserts import assertContains

from accounts.services import login_throttling
from accounts.services.login_throttling import ATTEMPTS_AT_AN_ACCOUNT
from tests.accounts.second_factor import (
    PASSKEY_URL,
    SoftKey,
    code_of,
    give_app,
    give_recovery_codes,
    is_in,
    passkey_of,
    send_code,
    send_passkey,
    sign_in,
    wrong_code,
)


def guess(officer, times, *, network="192.0.2.1"):
    """Send wrong codes after the right password, and return the last response."""
    client = Client(REMOTE_ADDR=network)
    sign_in(client, officer)
    return [send_code(client, wrong_code()) for _time in range(times)][-1]


def test_codes_are_limited_at_an_account_from_a_network(client, officer):
    give_app(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT)

    sign_in(client, officer)
    response = send_code(client, code_of(), REMOTE_ADDR="192.0.2.1")
    elsewhere = send_code(client, code_of(), REMOTE_ADDR="198.51.100.1")

    assertContains(response, "Too many attempts. Try again in 15 minutes.", status_code=429)
    assert 840 < int(response["Retry-After"]) <= 900
    assert elsewhere.status_code == 302


def test_codes_are_limited_at_an_account_from_everywhere_but_for_known_browsers(officer, limited):
    limited("SECOND_FACTORS", from_everywhere=5)
    give_app(officer)
    [code, another, *_others] = give_recovery_codes(officer)
    known, new = Client(REMOTE_ADDR="198.51.100.1"), Client(REMOTE_ADDR="198.51.100.2")
    sign_in(known, officer)
    send_code(known, code)
    known.post("/accounts/sign-out/")
    for number in range(5):
        last = guess(officer, 1, network=f"203.0.113.{number}")
    answers = []

    for client in (new, known):
        sign_in(client, officer)
        answers.append(send_code(client, another).status_code)

    assert last.status_code == 422
    assert answers == [429, 302]
    assert is_in(known)


def test_codes_are_counted_anew_for_who_got_in(officer):
    give_app(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT - 1)
    client = Client(REMOTE_ADDR="192.0.2.1")
    sign_in(client, officer)
    send_code(client, code_of())

    assert guess(officer, ATTEMPTS_AT_AN_ACCOUNT).status_code == 422


def test_codes_that_confirm_are_limited_with_those_that_sign_in(client, officer):
    give_app(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT)
    client.force_login(officer)

    response = client.post("/accounts/confirm/code/", {"code": code_of()}, REMOTE_ADDR="192.0.2.1")

    assert response.status_code == 429


def test_passwords_that_confirm_are_limited_with_those_that_sign_in(client, officer):
    client.force_login(officer)
    answers = [
        client.post("/accounts/confirm/password/", {"password": "wrong"})
        for _time in range(ATTEMPTS_AT_AN_ACCOUNT + 1)
    ]

    assert [answer.status_code for answer in answers] == [422] * ATTEMPTS_AT_AN_ACCOUNT + [429]
    assertContains(answers[0], "The password is incorrect.", status_code=422)
    assert sign_in(Client(), officer).status_code == 429


def test_passkeys_are_limited_from_a_network(client, officer, limited):
    limited("SECOND_FACTORS", by_a_network=6)
    nonsense = {"credential": json.dumps({"id": "x"})}
    # Data that no browser sends is refused without being read. Invalid data is counted.
    answers = [client.post(PASSKEY_URL, nonsense) for _time in range(7)]
    key = SoftKey(officer)
    options = client.get(PASSKEY_URL, headers={"accept": "application/json"}).json()
    said = key.use(options["request_options"]["publicKey"])
    counted = [client.post(PASSKEY_URL, {"credential": said}) for _time in range(7)]

    assert {answer.status_code for answer in answers} == {302}
    assert [answer.status_code for answer in counted] == [302] * 6 + [429]


def test_asking_for_passkeys_is_limited_for_a_network(client, monkeypatch):
    monkeypatch.setattr(login_throttling, "PASSKEYS_ASKED_FOR_BY_A_NETWORK", 3)
    script = {"accept": "application/json"}

    answers = [client.get(PASSKEY_URL, headers=script).status_code for _time in range(4)]

    assert answers == [200, 200, 200, 429]


def test_passkeys_used_after_a_password_are_limited_at_the_account(client, officer):
    key = passkey_of(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT, network="127.0.0.1")
    sign_in(client, officer, secure=True)

    response = send_passkey(client, key)

    assert response.status_code == 429
    assert not is_in(client)
