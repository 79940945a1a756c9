"""The duration of a session, and what the browser stores."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from accounts.models import Session
from tests.accounts.second_factor import PASSWORD, SIGN_IN, is_in


def sign_in(client, **facts):
    answers = {"username": "ada@example.org", "password": PASSWORD, **facts}
    return client.post(SIGN_IN, answers, secure=True)


def test_session_gets_a_new_key_on_signing_in(client, officer):
    # An attacker could set such a session key.
    planted = client.session
    planted["language_hint"] = "fr"
    planted.save()

    sign_in(client)

    assert client.cookies["sessionid"].value != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()
    assert is_in(client)


def test_session_is_gone_from_the_portal_after_signing_out(client, officer):
    sign_in(client)
    kept = client.cookies["sessionid"].value

    client.post("/accounts/sign-out/", secure=True)

    thief = Client()
    thief.cookies["sessionid"] = kept
    assert not is_in(thief)
    assert Session.objects.count() == 0


def test_session_ends_after_a_working_day_however_much_it_is_used(client, officer):
    sign_in(client)
    [session] = Session.objects.all()
    until = session.expire_date
    is_in(client)
    session.refresh_from_db()

    assert session.expire_date == until
    assert abs(until - now() - timedelta(hours=12)) < timedelta(minutes=5)
    Session.objects.update(expire_date=now())
    assert not is_in(client)


def test_sessions_end_when_the_password_changes_or_the_account_is_deactivated(officer):
    first, second = Client(), Client()
    sign_in(first)
    sign_in(second)

    officer.set_password("another horse battery staple")
    officer.save()
    after_change = is_in(first)
    sign_in(second, password="another horse battery staple")
    came_back = is_in(second)
    officer.is_active = False
    officer.save()

    assert (after_change, came_back, is_in(second)) == (False, True, False)


@pytest.mark.parametrize("is_https", [True, False])
def test_cookies_are_for_our_site_and_not_for_scripts(client, officer, settings, is_https):
    settings.SESSION_COOKIE_SECURE = is_https
    settings.CSRF_COOKIE_SECURE = is_https
    settings.LANGUAGE_COOKIE_SECURE = is_https

    client.get(SIGN_IN, secure=True)
    sign_in(client)
    client.post("/language/setlang/", {"language": "fr"}, secure=True)

    kept = {name: client.cookies[name] for name in ("sessionid", "csrftoken", "django_language")}
    for cookie in kept.values():
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        assert bool(cookie["secure"]) == is_https
        assert cookie["domain"] == ""
