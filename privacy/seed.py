"""The permissions that must exist after each `migrate`."""

from typing import Final

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_groups import DESK_MANAGERS, give_permissions

GROUPS: Final = {
    DESK_MANAGERS: ("view_erasurerequest", "request_erasure", "consent_to_erasure"),
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group the permissions that it lacks."""
    if "erasurerequest" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed.
        return

    give_permissions(GROUPS, sender, apps)
