"""The staff groups, and the function by which each app's seed grants them its permissions."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.apps import AppConfig
from django.apps.registry import Apps

DESK_MANAGERS: Final = "Desk managers"
TRIAGE_OFFICERS: Final = "Triage officers"
COORDINATORS: Final = "Focus area coordinators"
OBSERVERS: Final = "Observers"


def give_permissions(groups: Mapping[str, Iterable[str]], sender: AppConfig, apps: Apps) -> None:
    """Give each group the permissions of an app that it does not have yet, by codename.

    A missing group is created. Permissions that were granted by hand are not removed.
    """
    Group: Any = apps.get_model("auth", "Group")
    Permission: Any = apps.get_model("auth", "Permission")
    of_app = Permission.objects.filter(content_type__app_label=sender.label)
    for name, codenames in groups.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.add(*of_app.filter(codename__in=codenames))
