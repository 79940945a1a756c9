"""What must exist after every migrate: the permissions of the staff groups."""

from typing import Final

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_groups import (
    COORDINATORS,
    OBSERVERS,
    TRIAGE_OFFICERS,
    give_permissions,
)

TO_LOOK: Final = ("view_paper",)
TO_TRIAGE: Final = ("add_paper", "change_paper", "withdraw_paper")
TO_COORDINATE: Final = ("add_paper", "change_paper", "view_paper", "withdraw_paper")
GROUPS: Final = {
    TRIAGE_OFFICERS: (*TO_LOOK, *TO_TRIAGE),
    COORDINATORS: TO_COORDINATE,
    OBSERVERS: TO_LOOK,
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group what it lacks of its permissions."""
    if "paper" in apps.all_models[sender.label]:
        give_permissions(GROUPS, sender, apps)
