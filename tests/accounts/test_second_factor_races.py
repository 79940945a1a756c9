"""Two at once with one code, and two colleagues at one account, in real transactions."""

from django.test import Client

from accounts.services.second_factor import NoSecondFactor, remove_second_factor
from tests.accounts.second_factor import (
    code_of,
    give_app,
    give_recovery_codes,
    send_code,
    sign_in,
    with_password,
)
from tests.factories import NOON, UserFactory
from tests.races import POSTGRESQL_ONLY, outcome_of, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


def used_at_once(code_for, *, at):
    """Have two sign in at once with the same code, and return how each is answered."""
    officer = with_password(email="ada@example.org")
    give_app(officer)
    code = code_for(officer)
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, officer)
    answers = overtaken(lambda: send_code(first, code), lambda: send_code(second, code), at=at)
    return [answer.status_code for answer in answers]


def a_recovery_code(officer):
    return give_recovery_codes(officer)[0]


def test_recovery_code_that_two_use_at_once_lets_one_in():
    assert sorted(used_at_once(a_recovery_code, at="mfa_authenticator")) == [302, 422]


def test_recovery_code_that_two_use_at_once_needs_the_lock():
    with without_locks():
        answers = used_at_once(a_recovery_code, at="mfa_authenticator")

    assert answers == [302, 302]


def test_code_of_the_app_that_two_use_at_once_lets_one_in():
    answers = used_at_once(lambda _officer: code_of(), at="mfa_authenticator")

    assert sorted(answers) == [302, 422]


def taken_away_at_once():
    officer = UserFactory()
    give_app(officer)

    def take_away():
        user = type(officer).objects.get(pk=officer.pk)
        return outcome_of(lambda: remove_second_factor(user=user, by=None, at=NOON))

    outcomes = overtaken(take_away, take_away, at="mfa_authenticator")
    return outcomes, officer.history.filter(history_type="~").count()


def test_second_factor_taken_away_by_two_at_once_is_taken_away_once():
    (first, second), records = taken_away_at_once()

    assert first is None
    assert isinstance(second, NoSecondFactor)
    assert records == 1
