"""The admin is open only to users who have used a second factor in this session."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.services.second_factor import (
    AUTHENTICATION_METHODS_KEY,
    PROVED_BY,
    remove_second_factor,
)
from accounts.views.second_factor import GOING_TO
from tests.accounts.second_factor import (
    OVERVIEW,
    SECOND_FACTOR,
    code_of,
    give_app,
    give_recovery_codes,
    send_code,
    sign_in,
    wrong_code,
)
from tests.factories import NOON, UserFactory
from tests.sweeps.addresses import Address, Visitors, parameters_by_name
from tests.triage.staff import signed_in

CONFIRM = "/accounts/confirm/code/"
NO_FACTOR = "Two-factor authentication is off"


@pytest.fixture(autouse=True)
def _asked_for(settings):
    settings.STAFF_SECOND_FACTOR = True


def is_in(client):
    return client.get("/admin/").status_code == 200


def proved(client, user, authenticator):
    """Store in a session what allauth stores after a second factor was used."""
    session = client.session
    session[PROVED_BY] = str(user.pk)
    session[AUTHENTICATION_METHODS_KEY] = [
        {"method": "mfa", "at": 0, "id": authenticator, "type": "totp"}
    ]
    session.save()


def test_password_and_code_open_the_admin(client, officer):
    give_app(officer)

    first = sign_in(client, officer, next="/admin/members/member/")
    between = is_in(client)
    second = send_code(client, code_of())

    assertRedirects(first, SECOND_FACTOR, fetch_redirect_response=False)
    assertRedirects(second, "/admin/members/member/", fetch_redirect_response=False)
    assert (between, is_in(client)) == (False, True)


def test_password_alone_leads_to_setting_up_a_second_factor_and_on(client, officer):
    response = sign_in(client, officer, next="/admin/members/member/?status=pending")
    response = client.get(response["Location"], follow=True)

    assert response.redirect_chain[-1] == (OVERVIEW, 302)
    assertContains(response, "Set up an app")
    assertNotContains(response, "Continue to the administration")
    client.get("/accounts/second-factor/app/")
    secret = client.session["mfa.totp.secret"]
    response = client.post("/accounts/second-factor/app/", {"code": code_of(secret)}, follow=True)
    assert response.redirect_chain[-1] == ("/accounts/second-factor/recovery-codes/", 302)
    assertContains(response, 'href="/admin/members/member/?status=pending"')
    assert is_in(client)


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "home"])
def test_setting_up_leads_on_to_nowhere_else(client, officer, elsewhere):
    give_app(officer)
    sign_in(client, officer)
    send_code(client, code_of())
    client.get("/admin/login/", {"next": elsewhere})
    session = client.session
    session[GOING_TO] = elsewhere
    session.save()

    page = client.get(OVERVIEW)

    assert page.context["going_to"] == "/admin/"


def test_no_page_of_the_admin_is_open_to_a_password_alone(officer):
    give_app(officer)
    client = signed_in(officer)
    visitors = Visitors()
    names = [name for name in parameters_by_name() if name.startswith("admin:")]
    names = [name for name in names if name not in ("admin:login", "admin:logout")]
    paths = [Address(name).of("superuser", visitors) for name in names]

    found = {
        response.get("Location", response.status_code).partition("?")[0]
        for path in paths
        for response in (client.get(path), client.post(path))
    }

    assert len(paths) > 50
    assert found == {"/admin/login/"}


def test_session_of_before_the_setting_is_asked(client, officer, settings):
    give_app(officer)
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(officer)
    before = is_in(client)
    settings.STAFF_SECOND_FACTOR = True

    closed = client.get("/admin/members/member/", follow=True)
    response = client.post(closed.redirect_chain[-1][0], {"code": code_of()})

    assert before
    assert closed.redirect_chain[-1] == (f"{CONFIRM}?next=%2Fadmin%2Fmembers%2Fmember%2F", 302)
    assertRedirects(response, "/admin/members/member/", fetch_redirect_response=False)
    assert is_in(client)


def test_gate_is_closed_to_what_somebody_else_proved_in_the_same_session(client, officer):
    app = give_app(officer)
    client.force_login(officer)

    proved(client, UserFactory(), app.pk)
    closed = is_in(client)
    proved(client, officer, app.pk)

    assert (closed, is_in(client)) == (False, True)


def test_gate_is_closed_to_a_password_that_was_given_twice(client, officer):
    sign_in(client, officer)
    client.post("/accounts/confirm/password/", {"password": "correct horse battery staple"})

    assert not is_in(client)


def test_gate_closes_when_the_second_factor_is_taken_away(client, officer):
    give_app(officer)
    sign_in(client, officer)
    send_code(client, code_of())
    before = is_in(client)

    remove_second_factor(user=officer, by=None, at=NOON)

    assert (before, is_in(client)) == (True, False)
    # Nor is it opened by a later one, which another person may have set up.
    give_app(officer)
    assert not is_in(client)


def test_gate_stays_open_with_new_recovery_codes_to_who_came_by_an_old_one(client, officer):
    give_app(officer)
    [code, *_others] = give_recovery_codes(officer)
    sign_in(client, officer)
    send_code(client, code)

    response = client.post("/accounts/second-factor/recovery-codes/new/", follow=True)

    assert response.redirect_chain == [("/accounts/second-factor/recovery-codes/", 302)]
    assert len(response.context["codes"]) == 10
    assert is_in(client)


def test_code_of_a_mail_would_prove_no_second_factor(client, officer, rf):
    client.force_login(officer)
    session = client.session
    session[PROVED_BY] = str(officer.pk)
    session[AUTHENTICATION_METHODS_KEY] = [{"method": "code", "at": 0, "email": officer.email}]
    session.save()

    assert not is_in(client)


def test_second_factor_that_is_set_up_is_asked_for_where_none_is_demanded(
    client, officer, settings
):
    settings.STAFF_SECOND_FACTOR = False
    give_app(officer)

    response = sign_in(client, officer)
    refused = send_code(client, wrong_code())

    assertRedirects(response, SECOND_FACTOR, fetch_redirect_response=False)
    assert refused.status_code == 422
    assert not is_in(client)


def test_admin_says_where_no_second_factor_is_asked_for(client, officer, settings):
    app = give_app(officer)
    client.force_login(officer)
    proved(client, officer, app.pk)

    assertNotContains(client.get("/admin/"), NO_FACTOR)
    settings.STAFF_SECOND_FACTOR = False
    assertContains(client.get("/admin/"), NO_FACTOR)


def test_gate_asks_the_database_once_more_for_each_look(client, officer, django_assert_num_queries):
    app = give_app(officer)
    client.force_login(officer)
    proved(client, officer, app.pk)

    # Session and user; for the gate and for the page; the counts of the bar.
    with django_assert_num_queries(5):
        client.get("/admin/password_change/")


# Only with the password, nobody can use or change an existing second factor
# ------------------------

OWN = [
    "accounts:sessions",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
]


@pytest.mark.parametrize("name", OWN)
def test_password_alone_opens_nothing_of_a_second_factor_that_there_is(client, officer, name):
    client.force_login(officer)
    client.post("/accounts/confirm/password/", {"password": "correct horse battery staple"})
    give_app(officer)
    give_recovery_codes(officer)

    answers = [client.get(reverse(name)), client.post(reverse(name), {"code": wrong_code()})]

    assert {answer["Location"].partition("?")[0] for answer in answers} == {CONFIRM}
    assert Authenticator.objects.filter(user=officer).count() == 2


def test_password_confirms_nobody_who_has_a_second_factor(client, officer):
    give_app(officer)
    client.force_login(officer)

    response = client.post(
        "/accounts/confirm/password/", {"password": "correct horse battery staple"}
    )

    assertRedirects(response, CONFIRM, fetch_redirect_response=False)
    assert AUTHENTICATION_METHODS_KEY not in client.session


@pytest.mark.parametrize("page", ["rename", "remove"])
def test_passkey_of_somebody_else_is_none_of_ones_own(client, officer, rf, page):
    theirs = Authenticator.objects.create(
        user=UserFactory(), type=Authenticator.Type.WEBAUTHN, data={"name": "Theirs"}
    )
    give_app(officer)
    sign_in(client, officer)
    send_code(client, code_of())

    path = f"/accounts/second-factor/passkeys/{theirs.pk}/{page}/"
    answers = [client.get(path), client.post(path, {"name": "Mine"})]

    theirs.refresh_from_db()
    assert [answer.status_code for answer in answers] == [404, 404]
    assert theirs.data["name"] == "Theirs"


def test_gate_is_closed_to_a_key_of_nobody_or_of_somebody_else(client, officer):
    give_app(officer)
    client.force_login(officer)

    for authenticator in (0, give_app(UserFactory()).pk):
        proved(client, officer, authenticator)

        assert not is_in(client)
