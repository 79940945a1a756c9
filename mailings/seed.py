"""Seed data after every migrate: permissions for mailings, and mail templates."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions
from mailings.services import group_letter_types
from mailings.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates

# Coordinators write to members of their own areas: see MailingQuerySet.visible_to().


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group its missing permissions, and create the missing texts."""
    if "mailing" not in apps.all_models[sender.label]:
        # The migrations of this app were reversed.
        return
    give_permissions(sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        types = (*TEMPLATE_TYPES, *group_letter_types.TEMPLATE_TYPES)
        store_default_templates(read_texts(TEXTS, types), apps)
