"""The roles of staff with their groups and permissions, and who may give them."""

import csv
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.apps import AppConfig
from django.apps.registry import Apps
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import User

DESK_MANAGERS: Final = "Desk managers"
TRIAGE_OFFICERS: Final = "Triage officers"
COORDINATORS: Final = "Focus area coordinators"
OBSERVERS: Final = "Observers"

# A row for each permission, and a column for each group.
TABLE: Final = Path(__file__).parents[1] / "data" / "permissions.csv"
VIEW_STAFF: Final = "accounts.view_staff"
MANAGE_STAFF: Final = "accounts.manage_staff"


@cache
def groups_by_permission() -> dict[str, frozenset[str]]:
    """Return the groups that have each permission, written as `app.codename`."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row.pop("permission"): frozenset(group for group in row if row[group] == "yes")
            for row in csv.DictReader(file)
        }


def give_permissions(sender: AppConfig, apps: Apps) -> None:
    """Give each group the permissions of an app that it does not have yet.

    A missing group is created. Permissions that were granted by hand are not removed.
    """
    Group: Any = apps.get_model("auth", "Group")
    Permission: Any = apps.get_model("auth", "Permission")
    of_app = Permission.objects.filter(content_type__app_label=sender.label)
    for name in (TRIAGE_OFFICERS, DESK_MANAGERS, COORDINATORS, OBSERVERS):
        codenames = [
            permission.removeprefix(f"{sender.label}.")
            for permission, groups in groups_by_permission().items()
            if permission.startswith(f"{sender.label}.") and name in groups
        ]
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.add(*of_app.filter(codename__in=codenames))


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
