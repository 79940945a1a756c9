"""Single sign-on: what the provider says about a person, and for whom it is the only way in."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User
from accounts.services.second_factor import (
    AUTHENTICATION_METHODS_KEY,
    PROVED_BY,
    has_second_factor,
)
from accounts.services.staff_roles import StaffRole
from core.addresses import normalise_address

# allauth's name for this way of signing in.
METHOD: Final = "socialaccount"
# The values of `amr` (RFC 8176, section 2) that prove more than a password or a place: several
# factors, a code of an app, a key, a smart card, or the body. `sms`, `tel`, `pin` and `kba` do not.
SECOND_FACTOR_METHODS: Final = frozenset(
    {"mfa", "otp", "hwk", "swk", "sc", "fpt", "face", "iris", "retina", "vbm"}
)


class Identity(NamedTuple):
    """What the provider says about a person. `email` is empty unless it is verified."""

    subject: str
    email: str
    name: str
    language: str
    groups: frozenset[str]
    has_second_factor: bool


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """Return the identity in the claims of an ID token.

    Raises KeyError if they name nobody.
    """
    sso = settings.SINGLE_SIGN_ON
    email = normalise_address(str(claims.get("email") or ""))
    is_verified = claims.get("email_verified", email.rpartition("@")[2] in sso.email_domains)
    groups = claims.get(sso.groups_claim) or []
    return Identity(
        subject=str(claims["sub"]),
        # Some providers write the claim as a text.
        email=email if is_verified in (True, "true") else "",
        name=str(claims.get("name") or "")[:200],
        language=str(claims.get("locale") or "")[:2],
        groups=frozenset([groups] if isinstance(groups, str) else map(str, groups)),
        has_second_factor=sso.second_factor == "always"
        or not SECOND_FACTOR_METHODS.isdisjoint(map(str, claims.get("amr") or [])),
    )


def role_of_groups(groups: frozenset[str]) -> StaffRole | None:
    """Return the highest role that the settings give to one of some groups."""
    roles = {role for group, role in settings.SINGLE_SIGN_ON.groups if group in groups}
    return next((role for role in StaffRole if role in roles), None)


def is_emergency_account(user: User | AnonymousUser) -> bool:
    """Return whether a user keeps their password for the time that the provider is down."""
    sso = settings.SINGLE_SIGN_ON
    named = map(normalise_address, sso.emergency_accounts)
    return sso.is_on and isinstance(user, User) and normalise_address(user.email) in named


def usable_emergency_accounts() -> list[User]:
    """Return the accounts that can sign in while the provider is down."""
    staff = User.objects.filter(is_active=True, is_staff=True)
    return [user for user in staff if is_emergency_account(user) and has_second_factor(user)]


def must_use_single_sign_on(user: User | AnonymousUser) -> bool:
    """Return whether a user may sign in only at the provider: staff without such an account."""
    is_staff = user.is_staff or user.is_superuser
    return settings.SINGLE_SIGN_ON.is_on and is_staff and not is_emergency_account(user)


def needs_second_factor(user: User | AnonymousUser) -> bool:
    """Return whether a user needs a second factor to open the admin."""
    return settings.STAFF_SECOND_FACTOR or is_emergency_account(user)


def record_single_sign_on(request: HttpRequest, user: User, *, has_second_factor: bool) -> None:
    """Record in the session that the provider knows the user, and whether by two factors."""
    record_authentication(request, user, METHOD, has_second_factor=has_second_factor)


def came_as_required(request: HttpRequest) -> bool:
    """Return whether a session began at the provider, if its user must begin there."""
    if not must_use_single_sign_on(request.user):
        return True
    records = request.session.get(AUTHENTICATION_METHODS_KEY, [])
    return request.session.get(PROVED_BY) == str(request.user.pk) and any(
        record.get("method") == METHOD for record in records
    )
