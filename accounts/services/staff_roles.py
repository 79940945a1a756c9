"""The roles of staff, from the highest to the lowest, and who may give them."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.staff_groups import (
    COORDINATORS,
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
)

VIEW_STAFF: Final = "accounts.view_staff"
MANAGE_STAFF: Final = "accounts.manage_staff"


class StaffRole(TextChoices):
    """What a member of staff may do. All but the administrator are groups with permissions."""

    ADMINISTRATOR = "administrator", _("Administrator")
    DESK_MANAGER = "desk_manager", _("Desk manager")
    OFFICER = "officer", _("Triage officer")
    COORDINATOR = "coordinator", _("Focus area coordinator")
    OBSERVER = "observer", _("Observer")


GROUP_NAMES: Final = {
    StaffRole.DESK_MANAGER: DESK_MANAGERS,
    StaffRole.OFFICER: TRIAGE_OFFICERS,
    StaffRole.COORDINATOR: COORDINATORS,
    StaffRole.OBSERVER: OBSERVERS,
}


def role_of(user: User) -> StaffRole | None:
    """Return the role of a user, the highest if there are several, or None if there is none.

    It makes no query if the groups of the user are prefetched.
    """
    if user.is_superuser:
        return StaffRole.ADMINISTRATOR
    names = {group.name for group in user.groups.all()}
    return next((role for role, name in GROUP_NAMES.items() if name in names), None)


def assignable_roles(user: User) -> tuple[StaffRole, ...]:
    """Return the roles that a user may give to others and take from them: none above their own.

    Colleagues who got only the permission, without the role of desk manager, give lower roles.
    """
    roles = tuple(StaffRole)
    if user.is_superuser:
        return roles
    if not user.has_perm(MANAGE_STAFF):
        return ()
    is_manager = role_of(user) == StaffRole.DESK_MANAGER
    return roles[1:] if is_manager else roles[2:]


def may_manage(user: User, colleague: User) -> bool:
    """Return whether a user may change the account of a colleague. Nobody may change their own."""
    roles = assignable_roles(user)
    return bool(roles) and user != colleague and role_of(colleague) in (None, *roles)
