"""Signing in with a code after the password."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from tests.accounts.second_factor import (
    ADD,
    NOT_RIGHT,
    OVERVIEW,
    SECOND_FACTOR,
    SIGN_IN,
    code_of,
    give_app,
    give_recovery_codes,
    is_in,
    send_code,
    sign_in,
    within_one_half_minute,
)
from tests.factories import UserFactory


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
