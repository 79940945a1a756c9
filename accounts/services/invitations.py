"""Invitations of staff: a link, valid for some days and once, on which a person sets a password.

A token contains the primary key and the random secret of the invitation, and is signed. A newer
invitation, a withdrawal and the deactivation of the account delete the row, which ends the link.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Invitation, User
from accounts.services.accounts import record_account_change
from accounts.services.staff_accounts import already_inactive, lock_staff_account
from core.conflicts import Refused, lock

LIFETIME: Final = timedelta(days=7)
SALT: Final = "accounts.services.invitations"
# The history stores these in English, and shows them in the reader's language.
INVITED: Final = gettext_noop("Invitation sent")
WITHDRAWN: Final = gettext_noop("Invitation withdrawn")
ACCEPTED: Final = gettext_noop("Invitation accepted")


class InvalidInvitation(Exception):
    """The link is altered, used, withdrawn, replaced or expired."""


@transaction.atomic
def send_invitation(
    *, user: User, by: User, at: datetime, version: int | None = None
) -> Invitation:
    """Invite a colleague who has no password yet. The link of an earlier invitation ends.

    The caller sends the link. Raises what `lock_staff_account` raises, and Refused
    (already_inactive, has_password).
    """
    lock_staff_account(user, by=by, version=version)
    if not user.is_active:
        raise already_inactive(user)
    if user.has_usable_password():
        raise Refused(
            _("%(name)s has set a password already, and needs no invitation.") % {"name": user},
            code="has_password",
        )

    Invitation.objects.filter(user=user).delete()
    invitation = Invitation.objects.create(user=user, sent_at=at, expires_at=at + LIFETIME)
    record_account_change(INVITED, user=user, by=by, at=at)
    return invitation


@transaction.atomic
def withdraw_invitation(*, user: User, by: User, at: datetime, version: int | None = None) -> None:
    """Withdraw an invitation. Its link ends, and the account is deactivated.

    Raises what `lock_staff_account` raises, and Refused (not_invited).
    """
    lock_staff_account(user, by=by, version=version)
    ended, _rows = Invitation.objects.filter(user=user).delete()
    if not ended:
        raise Refused(_("%(name)s has no open invitation.") % {"name": user}, code="not_invited")

    user.is_active = False
    record_account_change(WITHDRAWN, user=user, by=by, at=at, field="is_active")


@transaction.atomic
def accept_invitation(*, invitation: Invitation, password: str, at: datetime) -> User:
    """Set the password of an invited person; return their account. The link works only once.

    Raises InvalidInvitation.
    """
    user = invitation.user
    # The account first, as its managers lock it: of two people with the same link, the second
    # sees that it was used.
    lock(user)
    rows = Invitation.objects.filter(pk=invitation.pk, link_secret=invitation.link_secret)
    if not (user.is_active and user.is_staff and rows.filter(expires_at__gt=at).exists()):
        raise InvalidInvitation

    rows.delete()
    user.set_password(password)
    record_account_change(ACCEPTED, user=user, by=user, at=at, field="password")
    return user


def invitation_of(token: str, *, at: datetime) -> Invitation:
    """Return the invitation of a token, with its account.

    Raises InvalidInvitation.
    """
    try:
        pk, secret = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError) as refused:
        raise InvalidInvitation from refused
    rows = Invitation.objects.filter(pk=pk, link_secret=secret, expires_at__gt=at)
    valid = rows.filter(user__is_active=True, user__is_staff=True)
    invitation = valid.select_related("user").first()
    if invitation is None:
        raise InvalidInvitation
    return invitation


def token_of(invitation: Invitation) -> str:
    """Return the token that opens an invitation."""
    return signing.Signer(salt=SALT).sign_object([invitation.pk, invitation.link_secret])


def invitation_url(invitation: Invitation) -> str:
    """Return the full private URL on which the invited person sets a password."""
    return settings.SITE_URL + reverse("accounts:invitation", args=[token_of(invitation)])
