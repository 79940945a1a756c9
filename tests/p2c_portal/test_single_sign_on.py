"""The way to an identity provider and back: a real provider in a process of its own."""

from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.test import Client
from django.utils.timezone import now, timedelta
from pytest_django.asserts import assertContains

from accounts.models import Session, SignInEvent, User
from accounts.services.staff_roles import StaffRole, role_of
from p2c_portal.views import single_sign_on
from tests.accounts.second_factor import (
    SECOND_FACTOR,
    code_of,
    give_app,
    is_in,
    send_code,
    set_up_app,
    with_password,
)
from tests.identity_provider import FINISH, START, IdentityProvider, come
from tests.p2c_portal.test_settings import HERE, run, values_of
from tests.triage.staff import observer, signed_in

ADA = {"email": "ada@example.org", "email_verified": True, "name": "Ada Lovelace"}
TWO = {"amr": ["pwd", "mfa"]}
SETTINGS = {
    "SSO_ISSUER": "https://login.example/realms/itu/",
    "SSO_CLIENT_ID": "p2c",
    "SSO_CLIENT_SECRET": "a-secret",
    "SSO_NAME": "ITU account",
    "SSO_GROUPS": "p2c-observers=observer,/p2c/admins=administrator",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with IdentityProvider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def provider(running, settings, db):
    settings.STAFF_SECOND_FACTOR = True
    use(running, settings)
    running.have("p-1", **ADA, **TWO, groups=["p2c-observers"])
    return running


def use(provider, settings, **more):
    settings.SINGLE_SIGN_ON = provider.settings(**more)
    settings.SOCIALACCOUNT_PROVIDERS = settings.SINGLE_SIGN_ON.providers


def told():
    events = SignInEvent.objects.order_by("pk")
    return list(events.values_list("user", "account_kind", "method", "outcome"))


def test_person_with_a_role_comes_in_to_where_they_wanted(client, provider):
    response = come(client, provider, "p-1", next="/admin/members/member/")

    user = User.objects.get()
    assert response["Location"] == "/admin/members/member/"
    assert (user.email, role_of(user)) == ("ada@example.org", StaffRole.OBSERVER)
    assert is_in(client)
    assert told() == [(user.pk, "staff", "single_sign_on", "succeeded")]
    assert list(SocialAccount.objects.values_list("uid", "extra_data")) == [("p-1", {})]
    assert not SocialToken.objects.exists()


def test_start_asks_with_state_and_a_challenge_and_for_no_more_than_it_needs(client, provider):
    there = urlsplit(client.post(START)["Location"])

    asked = parse_qs(there.query)
    assert f"{there.scheme}://{there.netloc}" == provider.url
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16
    assert sorted(asked["scope"][0].split()) == ["email", "openid", "profile"]
    assert asked["redirect_uri"] == [f"http://testserver{FINISH}"]


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example/"])
def test_way_back_leads_to_no_other_site(client, provider, elsewhere):
    assert come(client, provider, "p-1", next=elsewhere)["Location"] == "/admin/"


def test_start_is_no_link_and_needs_its_token(provider):
    strict = Client(enforce_csrf_checks=True)

    assert strict.get(START).status_code == 405
    assert strict.post(START).status_code == 403


def test_neither_address_exists_without_single_sign_on(client, db):
    assert client.post(START).status_code == 404
    assert client.get(FINISH).status_code == 404


def test_start_is_limited_by_network(client, provider, monkeypatch):
    monkeypatch.setattr(single_sign_on, "STARTS_OF_A_NETWORK", 1)

    answers = [client.post(START).status_code for _number in range(2)]

    assert answers == [302, 429]


def test_way_back_works_once_and_only_in_the_browser_that_left(client, provider):
    back = provider.agree(client.post(START)["Location"], "p-1")

    in_another = Client().get(back)
    first = client.get(back)
    again = client.get(back)

    assert (in_another.status_code, first.status_code, again.status_code) == (400, 302, 400)
    assertContains(again, "This sign-in has expired.", status_code=400)


def test_person_who_refuses_at_the_provider_reads_so(client, provider):
    state = parse_qs(urlsplit(client.post(START)["Location"]).query)["state"][0]

    response = client.get(FINISH, {"state": state, "error": "access_denied"})

    assertContains(response, "ITU account did not sign you in.", status_code=403)


def test_without_a_role_nobody_comes_in(client, provider):
    provider.have("p-1", **ADA, **TWO, groups=["others"])

    response = come(client, provider, "p-1")

    assertContains(response, "You have no access to the staff pages.", status_code=403)
    assert told() == [(None, "unknown", "single_sign_on", "no_role")]
    assert not is_in(client)
    assert not User.objects.exists()


def test_who_lost_the_role_loses_every_session_but_keeps_the_account(client, provider):
    other = Client()
    come(other, provider, "p-1")
    provider.have("p-1", **ADA, **TWO, groups=[])

    response = come(client, provider, "p-1")

    user = User.objects.get()
    assert response.status_code == 403
    assert user.is_active
    assert not is_in(other)
    assert told()[-1] == (user.pk, "staff", "single_sign_on", "no_role")


def test_stranger_with_an_emergency_address_ends_no_session_of_it(client, provider):
    emergency = with_password(email="emergency@example.org", is_superuser=True)
    theirs = signed_in(emergency)
    provider.have("p-9", **{**ADA, "email": emergency.email}, groups=[])

    response = come(client, provider, "p-9")

    assert response.status_code == 403
    assert Session.objects.filter(pk=theirs.session.session_key).exists()


def test_deactivated_account_stays_out(client, provider):
    user = observer(email="ada@example.org", is_active=False)

    response = come(client, provider, "p-1")

    assert response.status_code == 403
    assert told() == [(user.pk, "staff", "single_sign_on", "inactive")]
    assert not is_in(client)


def test_session_ends_twelve_hours_after_it_began_however_it_changes(client, provider):
    come(client, provider, "p-1")
    [before] = Session.objects.filter(user__isnull=False)
    ends_at = before.expire_date
    session = client.session
    session["anything"] = "new"
    session.save()

    after = Session.objects.get(pk=before.pk)

    assert abs(ends_at - now() - timedelta(hours=12)) < timedelta(minutes=5)
    assert after.expire_date == ends_at
    Session.objects.update(expire_date=now())
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/sign-in")


def test_person_who_comes_in_signs_out_who_was_here_before(client, provider):
    before = with_password(email="before@example.org", is_staff=False)
    client.force_login(before)
    session = client.session
    session["left_by"] = "before"
    session.save()

    come(client, provider, "p-1")

    user = client.get("/admin/").wsgi_request.user
    assert user.email == "ada@example.org"
    assert "left_by" not in client.session


# The second factor
# -----------------


def test_provider_that_asked_for_one_factor_leaves_the_second_to_the_portal(client, provider):
    provider.have("p-1", **ADA, amr=["pwd"], groups=["p2c-observers"])

    come(client, provider, "p-1")
    before = client.get("/admin/", follow=True)
    response = set_up_app(client)

    assert before.redirect_chain[-1] == ("/accounts/second-factor/", 302)
    assert response.status_code == 302
    assert is_in(client)


def test_second_factor_of_the_portal_is_asked_for_at_the_next_sign_in(client, provider):
    provider.have("p-1", **ADA, amr=["pwd"], groups=["p2c-observers"])
    give_app(observer(email="ada@example.org"))

    response = come(client, provider, "p-1")
    between = is_in(client)
    send_code(client, code_of())

    assert response["Location"] == SECOND_FACTOR
    assert (between, is_in(client)) == (False, True)
    assert [event[2:] for event in told()] == [("single_sign_on", "succeeded")]


def test_nobody_is_asked_twice_who_used_two_factors_at_the_provider(client, provider):
    give_app(observer(email="ada@example.org"))

    response = come(client, provider, "p-1")

    assert response["Location"] == "/admin/"
    assert is_in(client)


def test_setting_says_that_the_provider_always_asks(client, provider, settings):
    use(provider, settings, second_factor="always")
    provider.have("p-1", **ADA, groups=["p2c-observers"])

    come(client, provider, "p-1")

    assert is_in(client)


def test_nobody_is_asked_for_a_password_that_does_not_count(client, provider):
    with_password(email="ada@example.org")
    come(client, provider, "p-1")
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = 0
    session.save()

    page = client.get("/accounts/second-factor/passkeys/add/")

    assert page.status_code == 200


# A provider that fails
# ---------------------


def test_provider_that_is_down_is_named_and_nothing_breaks(client, provider, settings, caplog):
    use(provider, settings)
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"] = {
        "server_url": "http://127.0.0.1:9"
    }

    response = client.post(START)

    assertContains(response, "ITU account cannot be reached at the moment.", status_code=503)
    assert "The identity provider failed: ConnectionError" in caplog.text


@pytest.mark.parametrize("wrong", ["iss", "aud"])
def test_token_of_another_issuer_or_for_another_client_is_refused(
    client, provider, settings, monkeypatch, wrong
):
    back = provider.agree(client.post(START)["Location"], "p-1")
    claims = {
        "sub": "p-1",
        "iss": provider.url,
        "aud": settings.SINGLE_SIGN_ON.client_id,
        "exp": (now() + timedelta(hours=1)).timestamp(),
        **ADA,
        "groups": ["p2c-observers"],
        wrong: "another",
    }
    answer = {"id_token": jwt.encode(claims, "k" * 32)}
    monkeypatch.setattr(
        OpenIDConnectOAuth2Adapter, "get_access_token_data", lambda *_given, **_more: answer
    )

    response = client.get(back)

    assert response.status_code == 503
    assert not User.objects.exists()


# Settings
# --------


def test_settings_of_single_sign_on_are_read():
    sso, providers = values_of("SINGLE_SIGN_ON", "SOCIALACCOUNT_PROVIDERS", **HERE, **SETTINGS)

    [app] = providers["openid_connect"]["APPS"]
    assert "issuer='https://login.example/realms/itu/'" in sso
    assert "('/p2c/admins', 'administrator')" in sso
    assert app["settings"]["server_url"] == "https://login.example/realms/itu"
    assert providers["openid_connect"]["OAUTH_PKCE_ENABLED"] is True


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"SSO_ISSUER": "http://login.example"}, "SSO_ISSUER is the https address"),
        ({"SSO_CLIENT_SECRET": ""}, "SSO_ISSUER needs SSO_CLIENT_SECRET"),
        ({"SSO_NAME": ""}, "SSO_ISSUER needs SSO_NAME"),
        ({"SSO_GROUPS": ""}, "SSO_ISSUER needs SSO_GROUPS"),
        ({"SSO_GROUPS": "p2c"}, "SSO_GROUPS is a list of group=role"),
        ({"SSO_GROUPS": "p2c=manager"}, "SSO_GROUPS has no role manager"),
        ({"SSO_SECOND_FACTOR": "never"}, "SSO_SECOND_FACTOR is amr or always"),
    ],
)
def test_wrong_settings_of_single_sign_on_do_not_start(wrong, says):
    ended = run("manage.py", "check", **{**HERE, **SETTINGS, **wrong})

    assert ended.returncode == 1
    assert says in ended.stderr
