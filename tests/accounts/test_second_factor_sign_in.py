"""Signing in with a code after the password or with a passkey, and the limits of both."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.services import login_throttling
from accounts.services.login_throttling import ATTEMPTS_AT_AN_ACCOUNT, Step
from accounts.services.second_factor import remove_second_factor
from tests.accounts.second_factor import (
    ADD,
    NOT_RIGHT,
    OVERVIEW,
    PASSKEY_URL,
    SECOND_FACTOR,
    SIGN_IN,
    SoftKey,
    code_of,
    come_by_passkey,
    give_app,
    give_recovery_codes,
    is_in,
    options_of,
    passkey_of,
    send_code,
    send_passkey,
    sign_in,
    types_of,
    with_password,
    within_one_half_minute,
    wrong_code,
)
from tests.factories import NOON, UserFactory


def test_code_of_the_app_signs_in_once(officer):
    give_app(officer)
    first, second, code = Client(), Client(), code_of()
    for client in (first, second):
        sign_in(client, officer)

    answers = [send_code(client, code) for client in (first, second)]

    assert [answer.status_code for answer in answers] == [302, 422]
    assertContains(answers[1], NOT_RIGHT, status_code=422)
    assert (is_in(first), is_in(second)) == (True, False)


def test_code_that_was_used_is_the_same_code_however_it_is_written(officer):
    give_app(officer)
    code = code_of()
    arabic = "".join(chr(0x660 + int(digit)) for digit in code)
    answers = []

    for written in (code, f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}", arabic):
        client = Client()
        sign_in(client, officer)
        answers.append(send_code(client, written).status_code)

    assert answers == [302, 422, 422, 422]


def test_code_is_taken_in_other_digits_and_in_groups(client, officer):
    give_app(officer)
    sign_in(client, officer)
    code = code_of()

    send_code(client, " ".join(chr(0x660 + int(digit)) for digit in code))

    assert is_in(client)


def test_code_of_somebody_else_is_refused(client, officer):
    give_app(officer)
    [theirs, *_others] = give_recovery_codes(UserFactory())
    sign_in(client, officer)

    response = send_code(client, theirs)

    assertContains(response, NOT_RIGHT, status_code=422)
    assert not is_in(client)


def test_recovery_code_signs_in_once_and_not_twice(officer):
    give_app(officer)
    codes = give_recovery_codes(officer)
    answers = []

    for code in (codes[0], codes[0], codes[1]):
        client = Client()
        sign_in(client, officer)
        answers.append(send_code(client, code).status_code)

    assert (len(codes), answers) == (10, [302, 422, 302])


def test_code_without_its_password_is_sent_to_the_sign_in(client, officer):
    give_app(officer)

    response = send_code(client, code_of())

    assertRedirects(response, SIGN_IN, fetch_redirect_response=False)
    assert not is_in(client)


def test_code_after_the_account_was_deactivated_lets_nobody_in(client, officer):
    give_app(officer)
    sign_in(client, officer)
    officer.is_active = False
    officer.save()

    send_code(client, code_of())

    assert not is_in(client)


def test_sign_in_that_is_begun_anew_forgets_the_password(client, officer):
    give_app(officer)
    sign_in(client, officer)

    client.get(SIGN_IN)

    assertRedirects(send_code(client, code_of()), SIGN_IN, fetch_redirect_response=False)


def test_pages_are_not_for_search_engines_and_not_kept_by_caches(client, officer):
    give_app(officer)
    sign_in(client, officer)
    asked = client.get(SECOND_FACTOR)
    send_code(client, code_of())

    for response in (asked, client.get(OVERVIEW), client.get(ADD)):
        assertContains(response, '<meta name="robots" content="noindex">')
        assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("steps", "is_taken"), [(-4, False), (-1, True), (1, True), (4, False)])
def test_code_is_taken_half_a_minute_early_or_late_and_at_no_other_time(
    client, officer, steps, is_taken
):
    give_app(officer)
    sign_in(client, officer)

    within_one_half_minute(lambda: send_code(client, code_of(steps=steps)))

    assert is_in(client) == is_taken


@pytest.mark.parametrize("elsewhere", ["//evil.example", "home"])
def test_sign_in_with_a_second_factor_or_confirming_leads_nowhere_else(client, officer, elsewhere):
    give_app(officer)
    sign_in(client, officer, next=elsewhere)

    response = send_code(client, code_of(), QUERY_STRING=f"next={elsewhere}")
    confirmed = client.post(f"/accounts/confirm/code/?next={elsewhere}", {"code": code_of(steps=1)})

    assertRedirects(response, "/admin/", fetch_redirect_response=False)
    assertRedirects(confirmed, "/admin/", fetch_redirect_response=False)


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
    limited("SECOND_FACTORS", steps=(Step(5, 0),))
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


def test_passkey_signs_in_alone(client, officer, settings):
    settings.STAFF_SECOND_FACTOR = True
    key = passkey_of(officer)

    response = come_by_passkey(client, key, next="/admin/members/member/")

    assertRedirects(response, "/admin/members/member/", fetch_redirect_response=False)
    assert is_in(client)


def test_passkey_signs_in_after_the_password(client, officer, settings):
    settings.STAFF_SECOND_FACTOR = True
    key = passkey_of(officer)
    sign_in(client, officer)

    response = send_passkey(client, key)

    assertRedirects(response, "/admin/", fetch_redirect_response=False)
    assert is_in(client)


def test_passkey_leads_nowhere_else(client, officer):
    key = passkey_of(officer)

    response = come_by_passkey(client, key, next="https://evil.example/")

    assertRedirects(response, "/admin/", fetch_redirect_response=False)


def test_passkey_of_a_deactivated_account_is_answered_as_an_unknown_one(officer):
    key = passkey_of(officer)
    officer.is_active = False
    officer.save()
    stranger = SoftKey(officer)
    answers = {}

    for name, tried in (("deactivated", key), ("unknown", stranger)):
        client = Client()
        response = come_by_passkey(client, tried)
        page = client.get(response["Location"], secure=True)
        answers[name] = (response["Location"], [str(each) for each in page.context["messages"]])
        assert not is_in(client)

    assert answers["deactivated"] == answers["unknown"]
    assert answers["unknown"] == (
        SIGN_IN,
        ["You cannot sign in with this passkey. Try again, or sign in another way."],
    )


def test_passkey_of_somebody_else_is_no_second_factor(client, officer):
    passkey_of(officer)
    theirs = passkey_of(with_password(email="grace@example.org"))
    sign_in(client, officer)

    response = send_passkey(client, theirs)

    assertContains(response, "You cannot sign in with this passkey.", status_code=422)
    assert not is_in(client)


NONSENSE = [
    "",
    "null",
    "[]",
    "{}",
    '{"id": 1}',
    "[" * 40_000,
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30"}}',
    '{"rawId": "YQ", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}',
    '{"rawId": "YQ", "response": {"clientDataJSON": "e30", "authenticatorData": "YQ"}}',
]


@pytest.mark.parametrize("said", NONSENSE)
def test_nonsense_is_no_passkey(officer, said):
    passkey_of(officer)
    asked, confirming, adding, stranger = (Client() for _client in range(4))
    sign_in(asked, officer)
    confirming.force_login(officer)
    sign_in(adding, with_password(email="grace@example.org"))

    answers = [
        asked.post(SECOND_FACTOR, {"credential": said}).status_code,
        confirming.post("/accounts/confirm/passkey/", {"credential": said}).status_code,
        adding.post(ADD, {"credential": said}).status_code,
        stranger.post(PASSKEY_URL, {"credential": said}).status_code,
    ]

    assert answers == [422, 302, 422, 302]
    assert not any(is_in(client) for client in (asked, stranger))


def last_told(user):
    record = user.history.latest("history_id")
    return record.history_change_reason, record.history_by_name


def test_passkey_is_renamed_and_removed_and_the_history_says_so(client, officer):
    key = passkey_of(officer)
    added = last_told(officer)
    come_by_passkey(client, key)
    [passkey] = Authenticator.objects.filter(user=officer, type="webauthn")
    path = f"/accounts/second-factor/passkeys/{passkey.pk}"

    asked = client.get(f"{path}/rename/", secure=True)
    confirm = options_of(client.get(asked["Location"], secure=True), "request_options")
    client.post(asked["Location"], {"credential": key.use(confirm)}, secure=True)
    client.post(f"{path}/rename/", {"name": "<b>Blue</b>"}, secure=True)
    page = client.get(OVERVIEW, secure=True)
    client.post(f"{path}/remove/", secure=True)

    assert asked["Location"].startswith("/accounts/confirm/passkey/")
    assertContains(page, "&lt;b&gt;Blue&lt;/b&gt;")
    assertNotContains(page, "<b>Blue")
    assert types_of(officer) == []
    assert added == ("Passkey added", str(officer))
    assert last_told(officer) == ("Passkey removed", str(officer))


@pytest.mark.parametrize("trick", ["taken away", "of another site", "of somebody else"])
def test_passkey_that_is_not_ones_own_for_this_site_signs_nobody_in(client, officer, trick):
    key = passkey_of(officer)
    if trick == "taken away":
        remove_second_factor(user=officer, by=None, at=NOON)
    elif trick == "of another site":
        key.origin = "https://testserver.evil.example"
    else:
        key = passkey_of(with_password(email="grace@example.org"))
        key.user = officer

    come_by_passkey(client, key)

    assert not is_in(client)
