"""Every account has a verified email address, so that allauth asks for no code to verify it."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import UserFactory

# The other form data of an account, as a superuser sends it.
MAIL = {"language": "en", "time_zone": "Europe/Zurich", "wants_digest": "on"}


@pytest.fixture
def superuser():
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


def addresses_of(user):
    return list(EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary"))


def test_account_is_made_with_its_address():
    for make in (User.objects.create_user, User.objects.create_superuser):
        user = make(f"{make.__name__}.Ada@Example.org")

        assert addresses_of(user) == [(f"{make.__name__}.ada@example.org", True, True)]


def test_account_has_the_address_of_any_script_that_the_mail_server_can_send_to(
    superuser, settings
):
    made = {"email": "Müller@xn--bcher-kva.example", "usable_password": "false"}
    refused = superuser.post(reverse("admin:accounts_user_add"), made)
    settings.MAIL_SMTPUTF8 = True

    superuser.post(reverse("admin:accounts_user_add"), made)

    assert "because of “ü” before the @ sign" in refused.content.decode()
    user = User.objects.get(email="müller@bücher.example")
    assert addresses_of(user) == [("müller@bücher.example", True, True)]
    assert User.objects.get_by_natural_key("MÜLLER@xn--bcher-kva.example") == user


@pytest.mark.parametrize("has_address", [True, False])
def test_address_follows_the_email_that_is_changed_in_the_admin(superuser, has_address):
    user = UserFactory(email="ada@example.org")
    if has_address:
        User.objects.keep_address(user)

    superuser.post(
        reverse("admin:accounts_user_change", args=[user.pk]),
        {
            **MAIL,
            "email": "lovelace@example.org",
            "name": "Ada",
            "history_shown": user.history.latest("history_id").pk,
        },
    )

    assert addresses_of(user) == [("lovelace@example.org", True, True)]
