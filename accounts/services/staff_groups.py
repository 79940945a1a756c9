"""The groups of the staff, and how the seed of each app gives them its permissions."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.apps import AppConfig
from django.apps.registry import Apps

TRIAGE_OFFICERS: Final = "Triage officers"
COORDINATORS: Final = "Focus area coordinators"
OBSERVERS: Final = "Observers"


def give_permissions(groups: Mapping[str, Iterable[str]], sender: AppConfig, apps: Apps) -> None:
    """Give each group what it lacks of an app's permissions, by their codenames.

    A group that is missing is created. What was given by hand stays.
    """
    Group: Any = apps.get_model("auth", "Group")
    Permission: Any = apps.get_model("auth", "Permission")
    of_app = Permission.objects.filter(content_type__app_label=sender.label)
    for name, codenames in groups.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.add(*of_app.filter(codename__in=codenames))
