"""Two people with one code or at one account, and two who save one form of the admin."""

from functools import partial

from django.test import Client
from django.urls import reverse

from accounts.services.second_factor import NoSecondFactor, remove_second_factor
from tests.accounts.second_factor import (
    code_of,
    give_app,
    give_recovery_codes,
    send_code,
    sign_in,
    with_password,
)
from tests.factories import NOON, CallFactory, LinkFactory, UserFactory
from tests.hostile.pages import Page
from tests.sweeps.races.race import Race, own

FACTOR = "mfa_authenticator"
FORMS = {
    "accounts_user": (UserFactory, "name"),
    "focus_areas_link": (LinkFactory, "title_en"),
    "members_call": (CallFactory, "title_en"),
}


def two_use(code_for):
    """Two people sign in with the same code. Each gets a status code."""

    def arrange():
        officer = with_password(email="ada@example.org")
        give_app(officer)
        code = code_for(officer)

        def using():
            client = Client()
            sign_in(client, officer)
            return lambda: send_code(client, code).status_code

        return using(), using()

    return arrange


def two_remove():
    officer = UserFactory()
    give_app(officer)

    def removing():
        return partial(remove_second_factor, user=own(officer), by=None, at=NOON)

    def is_noted_once():
        return officer.history.filter(history_type="~").count() == 1

    return removing(), removing(), is_noted_once


def two_save(name):
    """Two people open a form of the admin, and both save it."""

    def arrange():
        factory, field = FORMS[name]
        row = factory()
        address = reverse(f"admin:{name}_change", args=[row.pk])

        def saving(words):
            client = Client()
            client.force_login(UserFactory(is_superuser=True))
            typed = {**Page(client.get(address)).fields_of(address), field: words}
            return lambda: client.post(address, {**typed, "_continue": "1"}).status_code

        def first_stays():
            now = own(row)
            return (now.history.count(), getattr(now, field)) == (2, "First")

        return saving("First"), saving("Second"), first_stays

    return arrange


RACES = {
    "use a recovery code": Race(
        two_use(lambda officer: give_recovery_codes(officer)[0]),
        FACTOR,
        (302, 422),
        is_either_first=True,
    ),
    "use a code of an app": Race(
        two_use(lambda _officer: code_of()),
        FACTOR,
        (302, 422),
        is_either_first=True,
        needs_lock=False,
    ),
    "remove a second factor": Race(two_remove, FACTOR, (None, NoSecondFactor)),
    **{f"save the form of {name}": Race(two_save(name), name, (302, 409)) for name in FORMS},
}
