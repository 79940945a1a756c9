"""Admit staff on the word of the identity provider: the account, its role and its link."""

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Invitation, User
from accounts.services.single_sign_on import Identity, is_emergency_account, role_of_groups
from accounts.services.staff_accounts import (
    add_staff_account,
    address_in_use,
    already_inactive,
    set_name_and_role,
)
from accounts.services.staff_roles import StaffRole
from core.addresses import clean_address
from core.conflicts import Refused, lock
from core.languages import desk_language
from focus_areas.services import set_coordinated_areas
from triage.staff_accounts.services.changes import cancel_invitations, check_address


class NoRole(Refused):
    """None of the person's groups has a role here."""

    def __init__(self) -> None:
        super().__init__(
            _("You have no access to the staff pages. Ask the team that manages your account."),
            code="no_role",
        )


def account_of(identity: Identity) -> User | None:
    """Return the account that is linked with a person, else the one that has their address."""
    links = SocialAccount.objects.filter(
        provider=settings.SINGLE_SIGN_ON.issuer, uid=identity.subject
    )
    linked = User.objects.filter(pk__in=links.values("user")).first()
    if linked or not identity.email:
        return linked
    return User.objects.filter(email__iexact=identity.email).first()


@transaction.atomic
def admit_by_single_sign_on(identity: Identity, *, at: datetime) -> User:
    """Return the account of a person, with the role of their groups. It is created if need be.

    The history names the provider as the author. An open invitation ends. Raises NoRole, and
    Refused (no_address, address_in_use, address_of_focal_point, emergency_account,
    already_inactive, linked_already).
    """
    by: str = settings.SINGLE_SIGN_ON.name
    role = role_of_groups(identity.groups)
    if role is None:
        raise NoRole
    user = account_of(identity) or _add(identity, role, by, at)
    lock(user)
    _check(user)

    is_new_role = set_name_and_role(user=user, name=user.name, role=role, by=by, at=at)
    if is_new_role and role != StaffRole.COORDINATOR:
        set_coordinated_areas(user=user, areas=(), by=by, at=at)
    _link(user, identity.subject)
    Invitation.objects.filter(user=user).delete()
    cancel_invitations(user, at=at)
    return user


def _add(identity: Identity, role: StaffRole, by: str, at: datetime) -> User:
    try:
        email = clean_address(identity.email)
    except ValidationError as refused:
        raise Refused(
            _("%(provider)s has not verified your email address. Ask for it there.")
            % {"provider": by},
            code="no_address",
        ) from refused
    check_address(email)
    language = desk_language(identity.language)
    return add_staff_account(
        email=email, name=identity.name, role=role, language=language, by=by, at=at
    )


def _check(user: User) -> None:
    if not user.is_staff:
        raise address_in_use(user)
    if is_emergency_account(user):
        raise Refused(
            _("This account is for emergencies. Sign in with its password and second factor."),
            code="emergency_account",
        )
    if not user.is_active:
        raise already_inactive(user)


def _link(user: User, subject: str) -> None:
    """Link an account with the person at the provider, who keeps it after a change of address."""
    issuer = settings.SINGLE_SIGN_ON.issuer
    links = SocialAccount.objects.filter(user=user, provider=issuer)
    # An address may have passed to another person, who must not get the account of the first one.
    if links.exclude(uid=subject).exists():
        raise Refused(
            _(
                "%(name)s is linked with another account of %(provider)s. Ask a colleague to "
                "deactivate and reactivate the account here."
            )
            % {"name": user, "provider": settings.SINGLE_SIGN_ON.name},
            code="linked_already",
        )
    if not links.exists():
        SocialAccount.objects.create(user=user, provider=issuer, uid=subject)
