"""What must exist after every migrate: the texts of the letters about drafts."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from eoi.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Store the texts that are missing; what staff have changed since stays as it is."""
    if "eoidraft" not in apps.all_models[sender.label]:
        # The app was migrated back to nothing.
        return

    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(read_texts(TEXTS, TEMPLATE_TYPES), apps)
