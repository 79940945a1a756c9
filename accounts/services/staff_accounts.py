"""Accounts of staff: create them, change their role, deactivate and reactivate them.

Nobody changes their own account. So at least the account of the colleague who makes a change keeps
the permission to manage staff.
"""

from datetime import datetime
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Invitation, User
from accounts.services.accounts import record_account_change
from accounts.services.sessions import end_other_sessions
from accounts.services.staff_roles import (
    GROUP_NAMES,
    MANAGE_STAFF,
    StaffRole,
    assignable_roles,
    may_manage,
    role_of,
)
from core.addresses import normalise_address
from core.conflicts import Conflict, Refused, lock_rows
from core.history import set_history_actor

# The history stores it in English, and shows it in the reader's language.
REACTIVATED = gettext_noop("Account reactivated")


class StaffConflict(Conflict):
    """The account changed after the colleague opened the page."""

    def __init__(self, user: User) -> None:
        latest = _latest_change(user)
        super().__init__(
            _(
                "%(name)s changed this account on %(when)s, after you opened it. Your changes were "
                "not saved. Review the current version, then decide again."
            )
            % {
                "name": latest.history_by_name or _("The portal"),
                "when": date_format(localtime(latest.history_date), _("j F Y, H:i")),
            }
        )


def own_account() -> Refused:
    """Return the refusal for people who would change their own role or account."""
    return Refused(
        _("You cannot change your own account. Ask a colleague to do it."), code="own_account"
    )


def already_inactive(user: User) -> Refused:
    """Return the refusal for an account that is deactivated."""
    return Refused(
        _("The account of %(name)s is not active.") % {"name": user}, code="already_inactive"
    )


def role_too_high(role: StaffRole | None) -> Refused:
    """Return the refusal of a role above that of the colleague who would give or take it."""
    return Refused(
        _("Your role does not allow you to change this role: %(role)s.")
        % {"role": role.label if role else "–"},
        code="role_too_high",
    )


def address_in_use(user: User) -> Refused:
    """Return the refusal of an address that another account has."""
    if not user.is_staff:
        words = _(
            "This address belongs to the account of a person who is not staff, for example of "
            "a focal point. Nothing was changed and nothing was sent. Staff need an address of "
            "their own."
        )
    elif user.is_active:
        words = _("%(name)s is staff already, with this address.")
    else:
        words = _("%(name)s has a deactivated account with this address. Reactivate it instead.")
    return Refused(words % {"name": user}, code="address_in_use")


@transaction.atomic
def create_staff_account(
    *, email: str, name: str, role: StaffRole, language: str, by: User, at: datetime
) -> User:
    """Create an account of staff with a role and without a password.

    Raises Refused (no_longer_manager, role_too_high, address_in_use).
    """
    lock_rows(User.objects.filter(pk=by.pk))
    _check_role(User.objects.get(pk=by.pk), role)
    return add_staff_account(email=email, name=name, role=role, language=language, by=by, at=at)


@transaction.atomic
def add_staff_account(
    *, email: str, name: str, role: StaffRole, language: str, by: User | str, at: datetime
) -> User:
    """Create an account of staff on the word of a colleague or of the identity provider.

    The caller has checked that they may. Raises Refused (address_in_use).
    """
    user = User(
        email=User.objects.normalize_email(email),
        name=name,
        language=language,
        is_staff=True,
        is_superuser=role == StaffRole.ADMINISTRATOR,
    )
    user.set_unusable_password()
    set_history_actor(user, by, at)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as refused:
        existing = User.objects.filter(email__iexact=normalise_address(email)).first()
        if existing is None:
            raise
        raise address_in_use(existing) from refused
    User.objects.keep_address(user)
    _set_group(user, role)
    return user


@transaction.atomic
def change_staff_account(
    *,
    user: User,
    name: str,
    role: StaffRole,
    by: User,
    at: datetime,
    version: int | None = None,
) -> None:
    """Change the name and the role of a colleague.

    A new role replaces all groups and permissions that the account had. Raises what
    `lock_staff_account` raises, and Refused (role_too_high).
    """
    manager = lock_staff_account(user, by=by, version=version)
    _check_role(manager, role)

    set_name_and_role(user=user, name=name, role=role, by=by, at=at)


@transaction.atomic
def set_name_and_role(
    *, user: User, name: str, role: StaffRole, by: User | str, at: datetime
) -> bool:
    """Set the name and the role of a locked account; return whether the role is a new one.

    The caller has checked that the colleague or the identity provider may.
    """
    set_history_actor(user, by, at)
    is_new_role = role != role_of(user)
    user.is_superuser = role == StaffRole.ADMINISTRATOR
    if user.name != name or is_new_role:
        user.name = name
        user.save(update_fields=["name", "is_superuser"])
    if is_new_role:
        _set_group(user, role)
    return is_new_role


@transaction.atomic
def deactivate_staff_account(
    *, user: User, reason: str, by: User, at: datetime, version: int | None = None
) -> None:
    """Deactivate the account of a colleague, which ends its sessions and its invitation.

    The history of the account shows the reason. Raises what `lock_staff_account` raises, and
    Refused (already_inactive).
    """
    lock_staff_account(user, by=by, version=version)
    if not user.is_active:
        raise already_inactive(user)

    user.is_active = False
    record_account_change(reason, user=user, by=by, at=at, field="is_active")

    end_other_sessions(user=user, this=None)
    Invitation.objects.filter(user=user).delete()


@transaction.atomic
def reactivate_staff_account(
    *, user: User, by: User, at: datetime, version: int | None = None
) -> None:
    """Reactivate the account of a colleague, with the role that it had.

    At the identity provider, it may be linked with another account of the person. Raises what
    `lock_staff_account` raises, and Refused (already_active).
    """
    lock_staff_account(user, by=by, version=version)
    if user.is_active:
        raise Refused(
            _("The account of %(name)s is active already.") % {"name": user}, code="already_active"
        )

    user.is_active = True
    SocialAccount.objects.filter(user=user).delete()
    record_account_change(REACTIVATED, user=user, by=by, at=at, field="is_active")


def lock_staff_account(user: User, *, by: User, version: int | None = None) -> User:
    """Lock the account of a colleague and that of the user who changes it; return the latter.

    Raises Refused (no_longer_manager, own_account, not_staff, role_too_high) and StaffConflict.
    """
    # Both, so that two managers who deactivate each other at the same time do not both succeed.
    lock_rows(User.objects.filter(pk__in=[user.pk, by.pk]))
    user.refresh_from_db()
    # A new instance, because permissions are cached on it.
    manager = User.objects.get(pk=by.pk)
    check_is_manager(manager)
    if user == manager:
        raise own_account()
    if not user.is_staff:
        raise Refused(
            _("%(name)s does not belong to the staff.") % {"name": user}, code="not_staff"
        )
    if not may_manage(manager, user):
        raise role_too_high(role_of(user))
    if version is not None and version != latest_version(user):
        raise StaffConflict(user)
    return manager


def check_is_manager(user: User) -> None:
    """Raise Refused (no_longer_manager) if a user may not manage staff, or is no longer active."""
    if not (user.is_active and user.is_staff and user.has_perm(MANAGE_STAFF)):
        raise Refused(
            _("You no longer have permission to manage staff. Nothing was changed."),
            code="no_longer_manager",
        )


def latest_version(user: User) -> int:
    """Return the number of an account's latest change, which a page contains and sends back."""
    return int(_latest_change(user).history_id)


def _check_role(manager: User, role: StaffRole) -> None:
    check_is_manager(manager)
    if role not in assignable_roles(manager):
        raise role_too_high(role)


def _set_group(user: User, role: StaffRole) -> None:
    names = [GROUP_NAMES[role]] if role in GROUP_NAMES else []
    user.groups.set(Group.objects.filter(name__in=names))
    if user.user_permissions.exists():
        user.user_permissions.clear()
    # The groups of the role that the account had are prefetched on some instances.
    getattr(user, "_prefetched_objects_cache", {}).pop("groups", None)


def _latest_change(user: User) -> Any:
    history: Any = user
    # Ordered by number, because the clocks of servers may disagree.
    return history.history.order_by("history_id").last()
