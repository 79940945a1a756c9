"""How often codes and passkeys may be tried, and what goes on without a cache."""

import json

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from accounts.services.login_throttling import (
    ATTEMPTS_AT_AN_ACCOUNT,
    ATTEMPTS_OF_A_NETWORK,
    PASSKEYS_ASKED_FOR_BY_A_NETWORK,
    SECOND_FACTORS_FROM_EVERYWHERE,
)
from tests.accounts.second_factor import (
    PASSKEY_URL,
    PASSWORD,
    SoftKey,
    code_of,
    give_app,
    give_recovery_codes,
    is_in,
    passkey_of,
    send_code,
    send_passkey,
    sign_in,
    with_password,
    wrong_code,
)
from tests.core.test_rate_limits import NO_CACHE

pytestmark = pytest.mark.sqlite_only


def guess(officer, times, *, network="192.0.2.1"):
    """Give wrong codes after the right password, and return the last answer."""
    client = Client(REMOTE_ADDR=network)
    sign_in(client, officer)
    return [send_code(client, wrong_code()) for _time in range(times)][-1]


def test_codes_are_limited_at_an_account_from_a_network(client, officer):
    give_app(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT)

    sign_in(client, officer)
    response = send_code(client, code_of(), REMOTE_ADDR="192.0.2.1")
    elsewhere = send_code(client, code_of(), REMOTE_ADDR="198.51.100.1")

    assertContains(
        response,
        "Too many attempts. Try again in 15 minutes. Until then, use a browser in which you have "
        "signed in before, or a passkey.",
        status_code=429,
    )
    assert 840 < int(response["Retry-After"]) <= 900
    assert elsewhere.status_code == 302


def test_codes_are_limited_at_an_account_from_everywhere_but_for_known_browsers(officer):
    give_app(officer)
    [code, another, *_others] = give_recovery_codes(officer)
    known, new = Client(REMOTE_ADDR="198.51.100.1"), Client(REMOTE_ADDR="198.51.100.2")
    sign_in(known, officer)
    send_code(known, code)
    known.post("/accounts/sign-out/")
    for number in range(SECOND_FACTORS_FROM_EVERYWHERE):
        last = guess(officer, 1, network=f"203.0.113.{number}")
    answers = []

    for client in (new, known):
        sign_in(client, officer)
        answers.append(send_code(client, another).status_code)

    assert last.status_code == 422
    assert answers == [429, 302]
    assert is_in(known)


def test_recovery_codes_are_limited_with_the_codes_of_the_app(officer):
    give_app(officer)
    [code, *_others] = give_recovery_codes(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT)
    client = Client(REMOTE_ADDR="192.0.2.1")
    sign_in(client, officer)

    response = send_code(client, code)

    assert response.status_code == 429


def test_codes_are_limited_from_a_network_at_all_accounts(officer):
    give_app(officer)
    for number in range(ATTEMPTS_OF_A_NETWORK // 10):
        colleague = with_password(email=f"colleague-{number}@example.org")
        give_app(colleague)
        guess(colleague, 10)

    assert guess(officer, 1).status_code == 429
    assert guess(officer, 1, network="198.51.100.1").status_code == 422


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
    assertContains(answers[0], "The password is not right.", status_code=422)
    assert sign_in(Client(), officer).status_code == 429


def test_passkeys_are_limited_from_a_network(client, officer):
    answers = [
        client.post(PASSKEY_URL, {"credential": json.dumps({"id": "x"})})
        for _time in range(ATTEMPTS_OF_A_NETWORK + 1)
    ]
    # What no browser would send is refused unread, and what is none is counted.
    key = SoftKey(officer)
    options = client.get(PASSKEY_URL, headers={"accept": "application/json"}).json()
    said = key.use(options["request_options"]["publicKey"])
    counted = [client.post(PASSKEY_URL, {"credential": said}) for _time in range(51)]

    assert {answer.status_code for answer in answers} == {302}
    assert [answer.status_code for answer in counted] == [302] * ATTEMPTS_OF_A_NETWORK + [429]


def test_asking_for_passkeys_is_limited_for_a_network(client):
    script = {"accept": "application/json"}
    answers = {
        client.get(PASSKEY_URL, headers=script).status_code
        for _time in range(PASSKEYS_ASKED_FOR_BY_A_NETWORK)
    }

    assert answers == {200}
    assert client.get(PASSKEY_URL, headers=script).status_code == 429


def test_passkeys_used_after_a_password_are_limited_at_the_account(client, officer):
    key = passkey_of(officer)
    guess(officer, ATTEMPTS_AT_AN_ACCOUNT, network="127.0.0.1")
    sign_in(client, officer, secure=True)

    response = send_passkey(client, key)

    assert response.status_code == 429
    assert not is_in(client)


def test_second_factor_goes_on_without_a_cache(officer, settings):
    give_app(officer)
    [code, *_others] = give_recovery_codes(officer)
    settings.CACHES = NO_CACHE
    answers = []

    for typed in (wrong_code(), code, code_of()):
        client = Client()
        sign_in(client, officer)
        answers.append(send_code(client, typed).status_code)

    assert answers == [422, 302, 302]


def test_confirming_goes_on_without_a_cache(officer, settings):
    give_app(officer)
    colleague = with_password(email="grace@example.org")
    settings.CACHES = NO_CACHE
    answers = []

    for user, way, proof in (
        (officer, "code", {"code": code_of()}),
        (colleague, "password", {"password": PASSWORD}),
    ):
        client = Client()
        client.force_login(user)
        answers.append(client.post(f"/accounts/confirm/{way}/", proof).status_code)

    assert answers == [302, 302]
