"""A leaver is out within twelve hours, and a provider that fails keeps nobody waiting."""

import socket
import time

import pytest
from django.db import connection

from accounts.models import SignInEvent, User
from tests.accounts.second_factor import PASSWORD, code_of, give_app, with_password
from tests.identity_provider import ADA, SIGN_IN, START, IdentityProvider, Visitor
from tests.portal import collect_static, web
from tests.system.conftest import unless_missing

pytestmark = [pytest.mark.patient, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def provider(tmp_path):
    with IdentityProvider(tmp_path) as provider:
        yield provider


@pytest.fixture
def settings_of_portal(given, provider):
    collect_static()
    return {**given, **provider.environment_of_portal(), "STAFF_SECOND_FACTOR": "true"}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="once is enough")
def test_leaver_whose_group_is_taken_away_is_out_within_twelve_hours(
    settings_of_portal, provider, tmp_path
):
    provider.have("p-1", **ADA, groups=["p2c-managers"])
    visitor = Visitor(settings_of_portal["SITE_URL"])
    with web(settings_of_portal, tmp_path):
        visitor.sign_in_at(provider, "p-1")
        first = visitor.is_in()
    # Whatever the account did since then moves the end of the session by nothing.
    provider.have("p-1", **ADA, groups=[])
    with unless_missing(), web(settings_of_portal, tmp_path, clock="+719m", name="before"):
        before = visitor.is_in()
    with web(settings_of_portal, tmp_path, clock="+721m", name="after"):
        after = visitor.open("/admin/").headers["Location"]
        again = visitor.sign_in_at(provider, "p-1")
        is_in = visitor.is_in()

    assert (first, before, is_in) == (True, True, False)
    assert after == "/admin/login/?next=/admin/"
    assert again.status_code == 403
    assert "You have no access to the staff pages." in again.text
    user = User.objects.get(email="ada@example.org")
    assert user.is_active
    assert list(SignInEvent.objects.order_by("pk").values_list("method", "outcome")) == [
        ("single_sign_on", "succeeded"),
        ("single_sign_on", "no_role"),
    ]
    print(  # noqa: T201
        "\nA leaver, whose group is taken away right after the sign-in: the session is open after "
        "11 h 59 min, closed after 12 h 01 min, and the provider lets nobody in again (403)."
    )


def test_provider_that_is_down_or_silent_is_named_and_emergency_accounts_come_in(
    settings_of_portal, provider, settings, tmp_path
):
    # Stored as the portal's own processes read it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    emergency = with_password(email="emergency@example.org", is_superuser=True)
    give_app(emergency)
    visitor, other = (
        Visitor(settings_of_portal["SITE_URL"]),
        Visitor(settings_of_portal["SITE_URL"]),
    )
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        web(settings_of_portal, tmp_path) as site,
    ):
        provider.stop()
        down = visitor.fill_in(START)
        at_once = down.elapsed.total_seconds()
        signed_in = visitor.fill_in(SIGN_IN, username=emergency.email, password=PASSWORD)
        path = "/accounts/sign-in/second-factor/"
        visitor.fill_in(path, form_on=path, code=code_of())
        is_in = visitor.is_in()
        site.stop()
        port = silent.getsockname()[1]
        given = {**settings_of_portal, "SSO_ISSUER": f"http://127.0.0.1:{port}"}
        with web(given, tmp_path, name="with-a-silent-provider"):
            began = time.monotonic()
            hung = other.fill_in(START)
            waited = time.monotonic() - began

    assert (down.status_code, hung.status_code) == (503, 503)
    assert "ITU account cannot be reached at the moment." in down.text
    assert signed_in.headers["Location"] == path
    assert is_in
    assert waited < 15
    print(  # noqa: T201
        f"\nA provider that is down is named after {at_once:.1f} s, a silent one after "
        f"{waited:.1f} s. An emergency account comes in with password and code."
    )
