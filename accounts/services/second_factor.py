"""Who has a second factor, which sessions have used one, and how to remove it."""

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
from accounts.services.accounts import record_account_change
from core.conflicts import Refused, lock

# The session key in which allauth stores how a user signed in. tests/accounts/test_gate.py fails if
# allauth changes it.
AUTHENTICATION_METHODS_KEY = "account_authentication_methods"
PROVED_BY = "account_authentication_methods_user"
# The history stores these in English, and shows them in the reader's language.
TAKEN_AWAY = gettext_noop("Two-factor authentication reset")
APP_SET_UP = gettext_noop("Authenticator app set up")
APP_REMOVED = gettext_noop("Authenticator app removed")
PASSKEY_ADDED = gettext_noop("Passkey added")
PASSKEY_REMOVED = gettext_noop("Passkey removed")
CODES_MADE = gettext_noop("New recovery codes generated")


class NoSecondFactor(Refused):
    """There is no second factor to remove."""

    def __init__(self, user: User) -> None:
        super().__init__(
            _("%(name)s has not set up two-factor authentication.") % {"name": user},
            code="no_second_factor",
        )


def second_factors_of(user: User | AnonymousUser) -> "QuerySet[Authenticator]":
    """Return a user's apps and passkeys. Recovery codes only replace them, and come last."""
    theirs: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user.pk)
    return theirs.exclude(type=Authenticator.Type.RECOVERY_CODES)


def has_second_factor(user: User | AnonymousUser) -> bool:
    """Return whether a user has a second factor."""
    return second_factors_of(user).exists()


def has_proved_second_factor(request: HttpRequest) -> bool:
    """Return whether a session has used a second factor that its user still has.

    It may be the provider of single sign-on that asked for it.
    """
    if request.session.get(PROVED_BY) != str(request.user.pk):
        return False
    records = request.session.get(AUTHENTICATION_METHODS_KEY, [])
    if any(record.get("has_second_factor") for record in records):
        return True
    proved = [record.get("id") for record in records if record.get("method") == "mfa"]
    # A second factor that was removed no longer counts, even in a session that has used it.
    return (
        any(proved)
        and Authenticator.objects.filter(user_id=request.user.pk, pk__in=proved).exists()
    )


def record_second_factor(request: HttpRequest, authenticator: Authenticator) -> None:
    """Record in the session that this factor was just used, because setting it up proves it."""
    record_authentication(
        request,
        request.user,
        "mfa",
        id=authenticator.pk,
        type=authenticator.type,
        reauthenticated=True,
    )


def record_password(request: HttpRequest) -> None:
    """Record in the session that the user has just entered their password."""
    reauthenticate_by_password(request)


def restart_sign_in(request: HttpRequest) -> None:
    """Cancel a sign-in that waits for its second factor."""
    clear_login(request)


@transaction.atomic
def remove_second_factor(*, user: User, by: User | None, at: datetime) -> None:
    """Remove all apps, passkeys and recovery codes of a user who has lost them.

    Sessions that had used one can no longer open the admin. `by` is None if the person who runs
    the portal does it on the command line.

    Raises NoSecondFactor.
    """
    # allauth takes the same lock when it creates recovery codes.
    lock(user)
    number, _rows = Authenticator.objects.filter(user_id=user.pk).delete()
    if not number:
        raise NoSecondFactor(user)

    # The factors themselves are rows of allauth, which hold secrets and have no history.
    record_account_change(TAKEN_AWAY, user=user, by=by, at=at)
