"""Data that must exist after every migrate: permissions, frameworks, and mail templates."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions
from focus_areas.models import FocusArea
from framework.models import Framework
from framework.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create what is missing. What staff have set is not changed."""
    if "framework" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed, so there are no tables.
        return
    give_permissions(sender, apps)
    for area in FocusArea.objects.order_by("number"):
        Framework.objects.get_or_create(focus_area=area)
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(read_texts(TEXTS, TEMPLATE_TYPES), apps)
