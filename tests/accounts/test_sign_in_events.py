"""Each attempt to sign in is recorded, without what was typed."""

from django.db import DatabaseError
from django.test import Client

from accounts.models import SignInEvent
from tests.accounts.codes import ENTER, WRONG, ask, code_in, enter
from tests.accounts.second_factor import (
    PASSWORD,
    SECOND_FACTOR,
    SIGN_IN,
    code_of,
    give_app,
    is_in,
    within_one_half_minute,
    wrong_code,
)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(client, password=PASSWORD, email="ada@example.org", network="192.0.2.1"):
    return client.post(
        SIGN_IN,
        {"username": email, "password": password},
        REMOTE_ADDR=network,
        headers={"user-agent": FIREFOX},
    )


def told():
    events = SignInEvent.objects.order_by("pk")
    return list(events.values_list("user", "account_kind", "method", "outcome"))


def test_password_is_recorded_with_browser_and_network_but_no_address(client, officer):
    sign_in(client)
    sign_in(Client(), network="192.0.2.2")

    first, second = SignInEvent.objects.order_by("pk")
    assert told() == [(officer.pk, "staff", "password", "succeeded")] * 2
    assert first.browser == "Firefox on Linux"
    assert len(first.network) == 12
    assert first.network != second.network
    assert "192.0.2.1" not in str(vars(first))


def test_wrong_password_is_recorded_with_the_account_if_there_is_one(client, officer):
    sign_in(client, password="wrong")
    sign_in(client, email="nobody@example.org", password="my-old-password")

    assert told() == [
        (officer.pk, "staff", "password", "wrong"),
        (None, "unknown", "password", "wrong"),
    ]
    assert "nobody" not in str([vars(event) for event in SignInEvent.objects.all()])


def test_left_empty_is_no_attempt(client, officer):
    sign_in(client, password="")

    assert told() == []


def test_attempts_over_the_limit_are_recorded_once_a_quarter(client, officer, limited):
    limited("PASSWORDS", at_an_account=1)

    for _attempt in range(4):
        sign_in(client, password="wrong")

    assert told() == [
        (officer.pk, "staff", "password", "wrong"),
        (officer.pk, "staff", "password", "too_many"),
    ]


def test_deactivated_account_is_recorded_as_such(client, officer):
    officer.is_active = False
    officer.save()

    sign_in(client)

    assert told() == [(officer.pk, "staff", "password", "inactive")]


def test_second_factor_is_recorded_when_it_fails_and_when_it_succeeds(client, officer):
    give_app(officer)

    def prove():
        sign_in(client)
        client.post(SECOND_FACTOR, {"code": wrong_code()})
        return client.post(SECOND_FACTOR, {"code": code_of()})

    within_one_half_minute(prove)

    assert told() == [
        (officer.pk, "staff", "second_factor", "wrong"),
        (officer.pk, "staff", "second_factor", "succeeded"),
    ]


def test_code_by_mail_is_recorded_when_it_fails_and_when_it_succeeds(client, member, sent_codes):
    ask(client)
    enter(client, WRONG)
    enter(client, code_in(sent_codes()[0]))

    assert told() == [
        (member.pk, "focal_point", "code", "wrong"),
        (member.pk, "focal_point", "code", "succeeded"),
    ]
    assert client.get(ENTER).status_code == 302


def test_person_signs_in_also_if_the_event_cannot_be_written(client, officer, monkeypatch, caplog):
    def refuse(*_rows, **_options):
        raise DatabaseError("disk full for ada@example.org")

    monkeypatch.setattr(SignInEvent.objects, "bulk_create", refuse)

    sign_in(client)

    assert is_in(client)
    assert "A sign-in was not recorded: DatabaseError" in caplog.text
    assert "ada@" not in caplog.text
