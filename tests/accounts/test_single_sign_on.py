"""What the claims of an identity provider mean, and for whom it is the only way in."""

from dataclasses import replace
from functools import partial

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.urls import reverse

from accounts.apps import an_emergency_account_exists
from accounts.models import SignInEvent, User
from accounts.services.invitations import send_invitation, token_of
from accounts.services.single_sign_on import (
    SECOND_FACTOR_METHODS,
    Identity,
    identity_of,
    role_of_groups,
)
from accounts.services.staff_accounts import deactivate_staff_account, reactivate_staff_account
from accounts.services.staff_roles import StaffRole
from p2c_portal.single_sign_on import ROLES
from tests.accounts.second_factor import (
    PASSWORD,
    SIGN_IN,
    come_by_passkey,
    give_app,
    is_in,
    passkey_of,
    sign_in,
    with_password,
)
from tests.factories import NOON, UserFactory
from tests.identity_provider import SETTINGS
from tests.triage.staff import desk_manager

CLAIMS = {"sub": "p-1", "email": "Ada@Example.org", "email_verified": True, "groups": ["a", "b"]}


@pytest.fixture(autouse=True)
def _is_on(settings):
    settings.SINGLE_SIGN_ON = SETTINGS


@pytest.fixture
def emergency():
    return with_password(email="emergency@example.org", is_superuser=True)


def test_claims_name_a_person_with_a_verified_address():
    assert identity_of({**CLAIMS, "name": "Ada", "locale": "fr-CH", "amr": ["pwd"]}) == Identity(
        subject="p-1",
        email="ada@example.org",
        name="Ada",
        language="fr",
        groups=frozenset({"a", "b"}),
        has_second_factor=False,
    )


@pytest.mark.parametrize(
    ("verified", "domains", "email"),
    [
        ({"email_verified": False}, (), ""),
        ({"email_verified": "true"}, (), "ada@example.org"),
        ({"email_verified": "false"}, ("example.org",), ""),
        ({}, (), ""),
        ({}, ("example.org",), "ada@example.org"),
        ({}, ("other.example",), ""),
    ],
)
def test_address_counts_only_if_it_is_verified(settings, verified, domains, email):
    settings.SINGLE_SIGN_ON = replace(SETTINGS, email_domains=domains)
    claims = {name: value for name, value in CLAIMS.items() if name != "email_verified"}

    assert identity_of({**claims, **verified}).email == email


@pytest.mark.parametrize(
    ("setting", "claims", "counts"),
    [
        *[("amr", {"amr": ["pwd", method]}, True) for method in sorted(SECOND_FACTOR_METHODS)],
        ("amr", {"amr": ["pwd", "sms"]}, False),
        ("amr", {}, False),
        ("always", {}, True),
    ],
)
def test_second_factor_is_what_the_provider_or_the_setting_says(settings, setting, claims, counts):
    settings.SINGLE_SIGN_ON = replace(SETTINGS, second_factor=setting)

    assert identity_of({**CLAIMS, **claims}).has_second_factor is counts


def test_groups_are_read_from_the_claim_that_the_setting_names(settings):
    settings.SINGLE_SIGN_ON = replace(SETTINGS, groups_claim="roles")

    assert identity_of({**CLAIMS, "roles": "only-one"}).groups == {"only-one"}


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ({"p2c-observers", "p2c-managers", "other"}, StaffRole.DESK_MANAGER),
        ({"P2C-OBSERVERS"}, None),
        (set(), None),
    ],
)
def test_highest_role_of_the_groups_counts(groups, role):
    assert role_of_groups(frozenset(groups)) == role


def test_settings_know_every_role():
    assert tuple(StaffRole) == ROLES


# Passwords and passkeys
# ----------------------


def test_password_of_staff_is_refused_like_a_wrong_one(client, officer):
    right = sign_in(client, officer)
    wrong = client.post(SIGN_IN, {"username": officer.email, "password": "wrong"})

    assert right.status_code == wrong.status_code == 422
    assert right.context["form"].errors == wrong.context["form"].errors
    assert not is_in(client)


def test_passkey_of_staff_is_refused(client, officer, settings):
    settings.SINGLE_SIGN_ON = replace(SETTINGS, issuer="")
    key = passkey_of(officer)
    settings.SINGLE_SIGN_ON = SETTINGS

    come_by_passkey(client, key)

    assert not is_in(client)
    assert list(SignInEvent.objects.values_list("method", "outcome")) == [
        ("passkey", "wrong"),
    ]


def test_session_that_began_with_a_password_no_longer_opens_the_admin(client, officer, settings):
    settings.SINGLE_SIGN_ON = replace(SETTINGS, issuer="")
    sign_in(client, officer)
    before = is_in(client)
    settings.SINGLE_SIGN_ON = SETTINGS

    after = client.get("/admin/", follow=True)

    assert before
    assert after.status_code == 403


def test_emergency_account_signs_in_with_a_password_and_needs_a_second_factor(
    client, emergency, settings
):
    settings.STAFF_SECOND_FACTOR = False

    response = sign_in(client, emergency)
    page = client.get("/admin/", follow=True)

    assert response["Location"] == "/admin/"
    assert page.redirect_chain[-1] == ("/accounts/second-factor/", 302)


def test_accounts_that_are_not_staff_keep_their_password(client):
    person = with_password(email="person@example.org", is_staff=False)

    assert sign_in(client, person).status_code == 302


def test_sign_in_page_leads_to_the_provider_and_only_its_policy_names_it(client):
    page = client.get(SIGN_IN)
    other = client.get("/accounts/sign-in/code/")

    assert "Sign in with ITU account" in page.text
    assert "form-action 'self' https://login.example" in page["Content-Security-Policy"]
    assert "login.example" not in other["Content-Security-Policy"]


def test_sign_in_page_names_no_provider_without_single_sign_on(client, settings):
    settings.SINGLE_SIGN_ON = replace(SETTINGS, issuer="")

    page = client.get(SIGN_IN)

    assert "ITU account" not in page.text
    policy = page["Content-Security-Policy"].split("; ")
    assert "form-action 'self'" in [directive.rstrip(";") for directive in policy]


def test_invitation_explains_single_sign_on_and_takes_no_password(client):
    by = desk_manager()
    invited = UserFactory(email="kofi@example.org", name="Kofi Mensah")
    invited.set_unusable_password()
    invited.save()
    page = reverse(
        "accounts:invitation", args=[token_of(send_invitation(user=invited, by=by, at=NOON))]
    )
    typed = {"new_password1": PASSWORD, "new_password2": PASSWORD}

    expired = client.post(page, typed)
    invited.invitation.expires_at = NOON.replace(year=2099)
    invited.invitation.save()
    response = client.post(page, typed)

    invited.refresh_from_db()
    assert expired.status_code == 404
    assert "Sign in with ITU account" in response.text
    assert not invited.has_usable_password()


def test_reactivated_account_is_linked_by_its_address_again():
    by, person = UserFactory(is_superuser=True), desk_manager()
    SocialAccount.objects.create(user=person, provider=SETTINGS.issuer, uid="former")
    deactivate_staff_account(user=person, reason="Left", by=by, at=NOON)
    kept = SocialAccount.objects.count()

    reactivate_staff_account(user=person, by=by, at=NOON)

    assert (kept, SocialAccount.objects.count()) == (1, 0)


# Checks
# ------


@pytest.mark.django_db
@pytest.mark.parametrize("facts", [{"is_active": False}, {"is_staff": False}, {"email": "a@b.org"}])
def test_check_warns_without_a_usable_emergency_account(emergency, facts):
    check = partial(an_emergency_account_exists, databases=["default"])
    without_factor = [warning.id for warning in check()]
    give_app(emergency)
    usable = check()

    User.objects.update(**facts)

    assert (without_factor, usable) == (["accounts.W002"], [])
    assert [warning.id for warning in check()] == ["accounts.W002"]
    assert an_emergency_account_exists(databases=None) == []


@pytest.mark.django_db
def test_check_asks_for_no_emergency_account_without_single_sign_on(settings, capsys):
    call_command("check", databases=["default"])
    settings.SINGLE_SIGN_ON = replace(SETTINGS, issuer="")

    assert an_emergency_account_exists(databases=["default"]) == []
    assert "accounts.W002" in capsys.readouterr().err
