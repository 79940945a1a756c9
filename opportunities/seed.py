"""Data that must exist after every migrate: permissions, and mail templates."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions
from opportunities.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create what is missing. What staff have set is not changed."""
    if "opportunity" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed, so there are no tables.
        return
    give_permissions(sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(read_texts(TEXTS, TEMPLATE_TYPES), apps)
