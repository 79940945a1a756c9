"""The data that must exist after each `migrate`: permissions, and the templates of letters."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions
from eoi.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group the permissions that it lacks, and create missing templates.

    Templates that staff have changed are not overwritten.
    """
    if "laterequest" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed.
        return

    give_permissions(sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(read_texts(TEXTS, TEMPLATE_TYPES), apps)
