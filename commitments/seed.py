"""Data that must exist after every migrate: permissions of the staff groups, and mail templates."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions
from commitments.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates

# Coordinators see the commitments of their own areas: CommitmentQuerySet.visible_to().


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group its missing permissions, and create the missing texts."""
    if "commitment" not in apps.all_models[sender.label]:
        # The migrations of this app were reversed.
        return
    give_permissions(sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(read_texts(TEXTS, TEMPLATE_TYPES), apps)
