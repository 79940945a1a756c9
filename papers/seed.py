"""Data that must exist after every migrate: the permissions of the staff groups."""

from typing import Final

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_groups import (
    COORDINATORS,
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
    give_permissions,
)

VIEW_PERMISSIONS: Final = ("view_paper",)
TRIAGE_PERMISSIONS: Final = ("add_paper", "change_paper", "withdraw_paper")
COORDINATOR_PERMISSIONS: Final = ("add_paper", "change_paper", "view_paper", "withdraw_paper")
GROUPS: Final = {
    TRIAGE_OFFICERS: (*VIEW_PERMISSIONS, *TRIAGE_PERMISSIONS),
    DESK_MANAGERS: (*VIEW_PERMISSIONS, *TRIAGE_PERMISSIONS),
    COORDINATORS: COORDINATOR_PERMISSIONS,
    OBSERVERS: VIEW_PERMISSIONS,
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Add the permissions that a group does not have yet."""
    if "paper" in apps.all_models[sender.label]:
        give_permissions(GROUPS, sender, apps)
