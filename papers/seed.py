"""Data that must exist after every migrate: the permissions of the staff groups."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Add the permissions that a group does not have yet."""
    if "paper" in apps.all_models[sender.label]:
        give_permissions(sender, apps)
