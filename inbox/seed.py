"""Data that must exist after every migrate: permissions of staff for incoming mail."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group its missing permissions."""
    if "incomingmail" not in apps.all_models[sender.label]:
        # The migrations of this app were reversed.
        return
    give_permissions(sender, apps)
