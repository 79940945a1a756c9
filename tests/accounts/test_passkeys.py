"""Signing in with a passkey, and invalid passkeys."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.services.second_factor import remove_second_factor
from tests.accounts.second_factor import (
    ADD,
    OVERVIEW,
    PASSKEY_URL,
    SECOND_FACTOR,
    SIGN_IN,
    SoftKey,
    come_by_passkey,
    is_in,
    options_of,
    passkey_of,
    send_passkey,
    sign_in,
    types_of,
    with_password,
)
from tests.factories import NOON


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
