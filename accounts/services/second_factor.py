"""Who has a second factor, which sessions have proved one, and taking it away."""

from datetime import datetime

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from core.conflicts import lock
from core.history import set_history_actor

# Where allauth keeps what a session has proved. tests/accounts/test_gate.py would notice if that
# were elsewhere one day.
AUTHENTICATION_METHODS_KEY = "account_authentication_methods"
PROVED_BY = "account_authentication_methods_user"
# The history keeps these in English, and shows them in the language of its reader.
TAKEN_AWAY = gettext_noop("Second factor taken away")
APP_SET_UP = gettext_noop("Authenticator app set up")
APP_REMOVED = gettext_noop("Authenticator app removed")
PASSKEY_ADDED = gettext_noop("Passkey added")
PASSKEY_REMOVED = gettext_noop("Passkey removed")
CODES_MADE = gettext_noop("New recovery codes made")


class NoSecondFactor(Exception):
    """There is nothing to take away."""

    def __init__(self, user: User) -> None:
        super().__init__(_("%(name)s has no second factor.") % {"name": user})


def second_factors_of(user: User | AnonymousUser) -> "QuerySet[Authenticator]":
    """Return the apps and passkeys of somebody; recovery codes stand in for them, and come last."""
    theirs: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user.pk)
    return theirs.exclude(type=Authenticator.Type.RECOVERY_CODES)


def has_second_factor(user: User | AnonymousUser) -> bool:
    """Tell whether somebody has a second factor to prove."""
    return second_factors_of(user).exists()


def has_proved_second_factor(request: HttpRequest) -> bool:
    """Tell whether a session has proved a second factor that its person still has."""
    if request.session.get(PROVED_BY) != str(request.user.pk):
        return False
    records = request.session.get(AUTHENTICATION_METHODS_KEY, [])
    proved = [record.get("id") for record in records if record.get("method") == "mfa"]
    # One that was lost and taken away opens nothing any more, whoever holds the session.
    return (
        any(proved)
        and Authenticator.objects.filter(user_id=request.user.pk, pk__in=proved).exists()
    )


def record_second_factor(request: HttpRequest, authenticator: Authenticator) -> None:
    """Have the session count as one that has just proved this, as it did when it was set up."""
    record_authentication(
        request,
        request.user,
        "mfa",
        id=authenticator.pk,
        type=authenticator.type,
        reauthenticated=True,
    )


def record_password(request: HttpRequest) -> None:
    """Have the session count as one that has just given the password."""
    reauthenticate_by_password(request)


def restart_sign_in(request: HttpRequest) -> None:
    """Forget a sign-in that waits for its second factor."""
    clear_login(request)


@transaction.atomic
def remove_second_factor(*, user: User, by: User | None, at: datetime) -> None:
    """Take away every app, passkey and recovery code of somebody who has lost them.

    Sessions that had proved one are kept out of the admin from then on. `by` is None where
    whoever runs the portal does it.

    Raises NoSecondFactor.
    """
    # Locked, as allauth does where it makes recovery codes.
    lock(user)
    number, _rows = Authenticator.objects.filter(user_id=user.pk).delete()
    if not number:
        raise NoSecondFactor(user)

    record_second_factor_change(TAKEN_AWAY, user=user, by=by, at=at)


def record_second_factor_change(what: str, *, user: User, by: object, at: datetime) -> None:
    """Have the history of an account say what became of its second factor.

    What it is proved by are rows of allauth's, which keep no history, and hold secrets.
    """
    set_history_actor(user, by, at)
    user._change_reason = what  # type: ignore[attr-defined]
    # Nothing of the row changes: its version is made with the groups that it has.
    user.save(update_fields=["name"])
