"""Setting up and removing a second factor, its recovery codes, and where none is asked for."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from pytest_django.asserts import assertContains, assertRedirects

from accounts.apps import second_factor_is_asked_for
from accounts.services.second_factor import (
    AUTHENTICATION_METHODS_KEY,
    NoSecondFactor,
    has_second_factor,
    remove_second_factor,
)
from tests.accounts.second_factor import (
    APP,
    CODES,
    NOT_RIGHT,
    OVERVIEW,
    PASSWORD,
    a_passkey_of,
    code_of,
    give_app,
    give_recovery_codes,
    send_code,
    set_up_app,
    sign_in,
    types_of,
    with_password,
)
from tests.factories import NOON, UserFactory


def test_app_is_set_up_right_after_the_password(client, officer):
    sign_in(client, officer)

    page = client.get(APP)
    response = set_up_app(client)

    assertContains(page, 'src="data:image/svg+xml;base64,')
    assertRedirects(response, CODES, fetch_redirect_response=False)
    assert types_of(officer) == ["recovery_codes", "totp"]


def test_app_is_set_up_by_a_right_code_alone(client, officer):
    sign_in(client, officer)
    client.get(APP)
    secret = client.session["mfa.totp.secret"]
    history = officer.history.count()

    response = client.post(APP, {"code": "1"})

    assertContains(response, NOT_RIGHT, status_code=422)
    assertContains(response, secret, status_code=422)
    assert types_of(officer) == []
    assert officer.history.count() == history


def test_app_is_set_up_once(client, officer):
    sign_in(client, officer)
    set_up_app(client)
    [kept] = Authenticator.objects.filter(user=officer, type="totp")

    again = [client.get(APP), client.post(APP, {"code": "1"})]

    assert {answer["Location"] for answer in again} == {OVERVIEW}
    assert Authenticator.objects.get(user=officer, type="totp") == kept


def test_session_that_has_not_just_proved_who_it_is_confirms_first(client, officer):
    client.force_login(officer)

    asked = client.get(APP)
    confirmed = client.post(asked["Location"], {"password": PASSWORD})

    assertRedirects(
        asked,
        f"/accounts/confirm/password/?next={APP.replace('/', '%2F')}",
        fetch_redirect_response=False,
    )
    assertRedirects(confirmed, APP, fetch_redirect_response=False)
    assert client.get(APP).status_code == 200


def test_form_that_is_sent_too_late_is_taken_once_one_has_confirmed(client, officer):
    give_app(officer)
    sign_in(client, officer)
    send_code(client, code_of())
    session = client.session
    session[AUTHENTICATION_METHODS_KEY] = [
        {**record, "at": 0} for record in session[AUTHENTICATION_METHODS_KEY]
    ]
    session.save()

    asked = client.post(f"{CODES}new/")
    made_before = types_of(officer)
    response = client.post(asked["Location"], {"code": code_of(steps=1)})

    assert made_before == ["totp"]
    assert asked["Location"].startswith("/accounts/confirm/code/")
    assertRedirects(response, CODES, fetch_redirect_response=False)
    assert types_of(officer) == ["recovery_codes", "totp"]


def test_app_is_removed_with_the_recovery_codes_where_it_was_all(client, officer):
    sign_in(client, officer)
    set_up_app(client)

    asked = client.get("/accounts/second-factor/app/remove/")
    response = client.post("/accounts/second-factor/app/remove/")

    assertContains(asked, "the recovery codes are deleted too")
    assertRedirects(response, OVERVIEW, fetch_redirect_response=False)
    assert types_of(officer) == []


def test_recovery_codes_are_shown_handed_out_and_made_anew(client, officer):
    sign_in(client, officer)
    set_up_app(client)

    shown = client.get(CODES).context["codes"]
    file = client.get(f"{CODES}file/")
    client.post(f"{CODES}new/")
    new = client.get(CODES).context["codes"]

    assert file.text.splitlines() == shown
    assert file["Content-Disposition"].startswith("attachment;")
    assert (len(shown), len(new), set(shown) & set(new)) == (10, 10, set())


def test_history_says_that_an_app_was_set_up_that_codes_were_made_and_the_app_removed(
    client, officer
):
    officer.groups.add(Group.objects.get(name="Observers"))
    sign_in(client, officer)

    set_up_app(client)
    client.post(f"{CODES}new/")
    client.post("/accounts/second-factor/app/remove/")

    told = officer.history.order_by("history_id").values_list(
        "history_change_reason", "history_by_name"
    )
    assert list(told)[-3:] == [
        ("Authenticator app set up", str(officer)),
        ("New recovery codes generated", str(officer)),
        ("Authenticator app removed", str(officer)),
    ]
    assert officer.history.latest("history_id").groups.count() == 1


def test_recovery_codes_are_for_who_has_a_second_factor(client, officer):
    sign_in(client, officer)

    made = client.post(f"{CODES}new/")

    assert client.get(CODES).status_code == 404
    assertContains(made, "Set up an authenticator app or a passkey first", status_code=422)


def test_overview_costs_no_more_for_three_passkeys(client, officer, django_assert_num_queries):
    give_app(officer)
    sign_in(client, officer)
    send_code(client, code_of())
    for _time in range(3):
        a_passkey_of(officer)

    # Session, person, has one, has proved it; all of them; and has one, twice, for the words.
    with django_assert_num_queries(7):
        client.get(OVERVIEW)


# Removing


def test_take_away_second_factor_takes_all_of_it_and_nobody_elses(officer):
    for user in (officer, with_password(email="grace@example.org")):
        give_app(user)
        a_passkey_of(user)
        give_recovery_codes(user)
    colleague = UserFactory()
    officer.groups.add(Group.objects.get(name="Observers"))

    remove_second_factor(user=officer, by=colleague, at=NOON)

    record = officer.history.latest("history_id")
    assert [kept.group.name for kept in record.groups.all()] == ["Observers"]
    assert types_of(officer) == []
    assert Authenticator.objects.count() == 3
    assert (record.history_change_reason, record.history_user, record.history_date) == (
        "Two-factor authentication reset",
        colleague,
        NOON,
    )


def test_take_away_second_factor_refuses_where_there_is_none(officer):
    history = officer.history.count()

    with pytest.raises(NoSecondFactor, match="has not set up two-factor authentication"):
        remove_second_factor(user=officer, by=None, at=NOON)

    assert officer.history.count() == history


@pytest.mark.parametrize(
    ("is_https", "asks", "warnings"),
    [(True, True, []), (True, False, ["accounts.W001"]), (False, True, []), (False, False, [])],
)
def test_check_warns_where_the_world_can_reach_a_portal_without(settings, is_https, asks, warnings):
    settings.IS_HTTPS, settings.STAFF_SECOND_FACTOR = is_https, asks

    assert [warning.id for warning in second_factor_is_asked_for()] == warnings


def test_take_away_second_factor_is_for_who_runs_the_portal():
    user = UserFactory(email="ada@example.org")
    give_app(user)
    said = StringIO()

    call_command("take_away_second_factor", "ADA@example.org", stdout=said)

    assert not has_second_factor(user)
    assert user.history.latest("history_id").history_user is None
    assert "ada@example.org sets up a new second factor" in said.getvalue()


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("ada@example.org", "has not set up two-factor authentication"),
        ("nobody@example.org", "No account has the email nobody@example.org"),
    ],
)
def test_take_away_second_factor_says_where_there_is_none(email, words):
    UserFactory(email="ada@example.org")

    with pytest.raises(CommandError, match=words):
        call_command("take_away_second_factor", email)
