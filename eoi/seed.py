"""The data that must exist after each `migrate`: the templates of the letters about drafts."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from eoi.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create missing templates. Templates that staff have changed are not overwritten."""
    if "eoidraft" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed.
        return

    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(read_texts(TEXTS, TEMPLATE_TYPES), apps)
