"""The data that must exist after each `migrate`: the permissions of the staff groups."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group the permissions of this app that it does not have yet."""
    if "user" in apps.all_models[sender.label]:
        give_permissions(sender, apps)
