"""Two people with one code, invitation or account, and two who save one form of the admin."""

from functools import partial

from django.test import Client
from django.urls import reverse

from accounts.models import Invitation, User
from accounts.services.invitations import (
    InvalidInvitation,
    accept_invitation,
    withdraw_invitation,
)
from accounts.services.second_factor import NoSecondFactor, remove_second_factor
from accounts.services.staff_accounts import (
    StaffConflict,
    change_staff_account,
    create_staff_account,
    deactivate_staff_account,
    latest_version,
)
from accounts.services.staff_roles import StaffRole
from tests.accounts.second_factor import (
    code_of,
    give_app,
    give_recovery_codes,
    send_code,
    sign_in,
    with_password,
)
from tests.factories import NOON, CallFactory, InvitationFactory, LinkFactory, UserFactory
from tests.hostile.pages import Page
from tests.sweeps.races.race import Race, own
from tests.triage.staff import desk_manager, officer

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


def two_deactivate_each_other():
    """Two managers deactivate each other. Only the first one succeeds."""
    ada, grace = desk_manager(), desk_manager()

    def deactivating(by, user):
        facts = {"reason": "Left ITU.", "at": NOON}
        return partial(deactivate_staff_account, user=own(user), by=own(by), **facts)

    def one_is_left():
        return (own(ada).is_active, own(grace).is_active) == (True, False)

    return deactivating(ada, grace), deactivating(grace, ada), one_is_left


def two_change(second):
    """Two managers change the account of one colleague, on pages that they opened before."""

    def arrange():
        kofi = officer()
        seen = latest_version(kofi)

        def changing(step, **facts):
            by = desk_manager()
            return partial(step, user=own(kofi), by=by, at=NOON, version=seen, **facts)

        facts = {"name": "Kofi", "role": StaffRole.OBSERVER}
        return changing(change_staff_account, **facts), changing(second, reason="Left ITU.")

    return arrange


def two_accept():
    """Two people set a password with the same link."""
    invitation = InvitationFactory()

    def accepting(password):
        row = Invitation.objects.select_related("user").get(pk=invitation.pk)
        return partial(accept_invitation, invitation=row, password=password, at=NOON)

    def first_password_holds():
        return own(invitation.user).check_password("first")

    return accepting("first"), accepting("second"), first_password_holds


def accept_during_withdrawal():
    invitation = InvitationFactory()
    row = Invitation.objects.select_related("user").get(pk=invitation.pk)
    by = desk_manager()

    return (
        partial(withdraw_invitation, user=own(invitation.user), by=by, at=NOON),
        partial(accept_invitation, invitation=row, password="first", at=NOON),
    )


def two_invite():
    """Two managers invite the person with one address."""
    facts = {"email": "kofi@example.org", "name": "Kofi", "role": StaffRole.OFFICER}

    def inviting():
        by = desk_manager()
        return partial(create_staff_account, **facts, language="en", by=by, at=NOON)

    return inviting(), inviting()


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
    "deactivate each other": Race(
        two_deactivate_each_other, "accounts_user", (None, "no_longer_manager")
    ),
    "change and deactivate an account": Race(
        two_change(deactivate_staff_account), "accounts_user", (None, StaffConflict)
    ),
    "accept an invitation": Race(
        two_accept, "accounts_invitation", (User, InvalidInvitation), {Invitation: -1}
    ),
    "accept an invitation that is withdrawn": Race(
        accept_during_withdrawal,
        "accounts_invitation",
        (None, InvalidInvitation),
        {Invitation: -1},
    ),
    "invite one person": Race(
        two_invite,
        "accounts_user",
        (User, "address_in_use"),
        {User: 1},
        is_either_first=True,
        needs_lock=False,
    ),
    "remove a second factor": Race(two_remove, FACTOR, (None, NoSecondFactor)),
    **{f"save the form of {name}": Race(two_save(name), name, (302, 409)) for name in FORMS},
}
