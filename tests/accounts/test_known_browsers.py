"""Who may still sign in while attackers use up the attempts at an account."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.services import known_browsers, login_throttling
from accounts.services.known_browsers import ACCOUNTS_OF_A_BROWSER, COOKIE
from accounts.services.login_throttling import Step
from tests.accounts.second_factor import PASSWORD, give_app, with_password
from tests.factories import UserFactory

SIGN_IN = "/accounts/sign-in/"
OWNERS = "192.0.2.1"
KEPT_OUT = (
    "Too many attempts. Try again in 24 hours. Until then, use a browser that you have signed in "
    "with before, or a passkey."
)


def sign_in(client, email="ada@example.org", password=PASSWORD, network=OWNERS, **more):
    return client.post(
        SIGN_IN, {"username": email, "password": password}, REMOTE_ADDR=network, **more
    )


def browser_of(email="ada@example.org", **more):
    """Return a browser in which a user has signed in and out."""
    client = Client()
    assert sign_in(client, email, **more).status_code == 302
    client.post("/accounts/sign-out/")
    return client


@pytest.fixture
def _few(limited):
    """After ten attempts at an account, refuse all browsers that are not known."""
    limited("PASSWORDS", steps=(Step(10, 0),))


def strangers_try(email="ada@example.org", more=0):
    """Try wrong passwords from as many networks as needed, and return the last response."""
    for n in range(login_throttling.PASSWORDS.steps[0].attempts + more):
        last = sign_in(Client(), email, "wrong", network=f"198.51.{n // 10}.1")
    return last


@pytest.mark.usefixtures("_few")
def test_strangers_of_many_networks_keep_no_known_browser_out(officer):
    known = browser_of()
    last = strangers_try()

    new, theirs = sign_in(Client()), sign_in(known, network="203.0.113.1")

    assert last.status_code == 422
    assert new.status_code == 429
    assert KEPT_OUT in new.text
    assert 86340 < int(new["Retry-After"]) <= 86400
    assert theirs.status_code == 302
    assert known.session["_auth_user_id"] == str(officer.pk)


def test_one_network_uses_up_its_own_attempts_and_not_those_of_all(officer, limited):
    of_each = login_throttling.ATTEMPTS_AT_AN_ACCOUNT
    limited("PASSWORDS", by_a_network=of_each + 3, steps=(Step(of_each + 2, 0),))

    answers = [
        sign_in(Client(), password="wrong", network="198.51.100.1").status_code
        for _time in range(of_each + 3)
    ]
    elsewhere = sign_in(Client(), password="wrong").status_code

    assert answers == [422] * of_each + [429] * 3
    assert elsewhere == 422
    assert sign_in(Client(), network="203.0.113.1").status_code == 302


def test_known_browser_is_kept_out_by_nobody_in_its_own_network(officer):
    known = browser_of()
    for _time in range(login_throttling.ATTEMPTS_AT_AN_ACCOUNT):
        sign_in(Client(), password="wrong")

    assert sign_in(Client()).status_code == 429
    assert sign_in(known).status_code == 302


def test_known_browser_tries_as_often_as_a_network_wherever_it_is(officer):
    known = browser_of()

    answers = [sign_in(known, password="wrong", network=f"203.0.113.{n}") for n in range(11)]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    # Another browser may still try, but the message must not say so.
    assert "Too many attempts. Try again in 15 minutes.</div>" in answers[-1].text
    assert sign_in(known, network="203.0.113.99").status_code == 429


def test_network_limits_known_browsers_too(officer, limited):
    known = browser_of()
    limited("PASSWORDS", by_a_network=6)
    for n in range(6):
        sign_in(Client(), f"guess-{n}@example.org", "wrong")

    assert sign_in(known).status_code == 429
    assert sign_in(known, network="203.0.113.1").status_code == 302


@pytest.mark.usefixtures("_few")
def test_strangers_learn_nothing_of_who_has_an_account(officer):
    answers = [strangers_try(email, more=1) for email in ("ada@example.org", "nobody@example.org")]

    assert [answer.status_code for answer in answers] == [429, 429]
    assert all(KEPT_OUT in answer.text for answer in answers)
    assert {*answers[0].headers} == {*answers[1].headers}


class CountingHasher(MD5PasswordHasher):
    """A hasher that counts its calls."""

    worked = 0

    def encode(self, *args, **kwargs):
        type(self).worked += 1
        return super().encode(*args, **kwargs)


def test_sign_in_does_as_much_whether_or_not_there_is_an_account(officer, settings, monkeypatch):
    monkeypatch.setattr(CountingHasher, "worked", 0)
    UserFactory(email="gone@example.org", is_active=False)
    person = UserFactory(email="by-code@example.org", is_staff=False)
    person.set_unusable_password()
    person.save()
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    known = browser_of()
    work = []

    for email in (
        "ada@example.org",
        "nobody@example.org",
        "gone@example.org",
        "by-code@example.org",
    ):
        before = CountingHasher.worked
        with CaptureQueriesContext(connection) as asked:
            sign_in(known, email, "wrong")
        # The counts show only whether the browser is known.
        queries = [query for query in asked if "core_attemptcount" not in query["sql"]]
        work.append((CountingHasher.worked - before, len(queries)))

    assert len(set(work)) == 1


@pytest.mark.usefixtures("_few")
def test_success_in_a_new_browser_counts_for_nothing_and_forgets_no_strangers(officer):
    strangers_try(more=-1)
    for _time in range(3):
        browser_of()

    answers = [sign_in(Client(), password="wrong").status_code for _time in range(2)]

    assert answers == [422, 429]


def test_cookie_is_for_our_site_not_for_scripts_lasts_and_names_nobody(officer):
    client = Client()
    response = sign_in(client, secure=True)

    cookie = response.cookies[COOKIE]
    assert "ada" not in cookie.value
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == timedelta(days=365).total_seconds()


def test_cookie_is_set_by_a_whole_sign_in_alone(officer):
    give_app(officer)
    client = Client()

    sign_in(client, password="wrong")
    sign_in(client)

    assert COOKIE not in client.cookies


@pytest.mark.usefixtures("_few")
def test_cookie_goes_on_after_a_rotation_of_the_key_until_the_old_one_is_dropped(officer, settings):
    known = browser_of()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-the-portal-and-no-short-one"
    strangers_try()
    kept = known.cookies[COOKIE].value

    with_the_old_key = sign_in(known).status_code
    known.cookies[COOKIE] = kept
    known.post("/accounts/sign-out/")
    settings.SECRET_KEY_FALLBACKS = []

    assert with_the_old_key == 302
    assert sign_in(known).status_code == 429


@pytest.mark.usefixtures("_few")
def test_cookie_goes_on_after_the_password_changes(officer):
    known = browser_of()
    officer.set_password("another correct horse battery staple")
    officer.save()
    strangers_try()

    response = sign_in(known, password="another correct horse battery staple")

    assert response.status_code == 302


@pytest.mark.usefixtures("_few")
def test_browser_is_known_to_several_accounts_and_to_no_more_than_a_few(officer):
    emails = [f"colleague-{n}@example.org" for n in range(ACCOUNTS_OF_A_BROWSER)]
    known = browser_of()
    for email in emails:
        with_password(email=email)
        # Signing in again does not remove another known browser.
        for _time in range(2):
            sign_in(known, email)
            known.post("/accounts/sign-out/")
    strangers_try()
    strangers_try(emails[0])

    assert len(known.cookies[COOKIE].value.split("|")) == ACCOUNTS_OF_A_BROWSER
    assert sign_in(known, emails[0]).status_code == 302
    known.post("/accounts/sign-out/")
    assert sign_in(known).status_code == 429


@pytest.mark.usefixtures("_few")
def test_known_browser_confirms_who_one_is_while_strangers_try(officer):
    client = Client()
    sign_in(client)
    strangers_try()

    response = client.post("/accounts/confirm/password/", {"password": PASSWORD})

    assert response.status_code == 302


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize(
    ("of", "alter", "lasts"),
    [
        ("ada", lambda value: value[:-1] + ("A" if value[-1] != "A" else "B"), 365),
        ("ada", lambda value: "A" + value[1:] if value[0] != "A" else "B" + value[1:], 365),
        ("ada", lambda value: value.rpartition(":")[0], 365),
        ("ada", lambda _value: "|".join(["x"] * 500), 365),
        ("ada", lambda _value: "", 365),
        # A cookie of another account, and an expired one.
        ("grace", lambda value: value, 365),
        ("ada", lambda value: value, -1),
    ],
)
def test_cookie_that_is_altered_of_another_account_or_old_is_none(
    officer, monkeypatch, of, alter, lasts
):
    with_password(email="grace@example.org")
    known = browser_of(f"{of}@example.org")
    strangers_try()
    monkeypatch.setattr(known_browsers, "LASTS", timedelta(days=lasts))
    known.cookies[COOKIE] = alter(known.cookies[COOKIE].value)

    assert sign_in(known).status_code == 429
