"""The staff groups and their permissions, which the seed of each app grants."""

import csv
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.apps import AppConfig
from django.apps.registry import Apps

DESK_MANAGERS: Final = "Desk managers"
TRIAGE_OFFICERS: Final = "Triage officers"
COORDINATORS: Final = "Focus area coordinators"
OBSERVERS: Final = "Observers"

# A row for each permission, and a column for each group.
TABLE: Final = Path(__file__).parents[1] / "data" / "permissions.csv"


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
