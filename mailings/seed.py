"""Seed data after every migrate: permissions for mailings, and mail templates."""

from typing import Final

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_groups import (
    COORDINATORS,
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
    give_permissions,
)
from mailings.services import group_letter_types
from mailings.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates

VIEW_PERMISSIONS: Final = ("view_mailing",)
MAILING_PERMISSIONS: Final = (
    "add_mailing",
    "change_mailing",
    "send_mailing",
    "add_unsubscription",
    *VIEW_PERMISSIONS,
)
# Coordinators write to members of their own areas: see MailingQuerySet.visible_to().
GROUPS: Final = {
    TRIAGE_OFFICERS: MAILING_PERMISSIONS,
    DESK_MANAGERS: MAILING_PERMISSIONS,
    COORDINATORS: MAILING_PERMISSIONS,
    OBSERVERS: VIEW_PERMISSIONS,
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group its missing permissions, and create the missing texts."""
    if "mailing" not in apps.all_models[sender.label]:
        # The migrations of this app were reversed.
        return
    give_permissions(GROUPS, sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        types = (*TEMPLATE_TYPES, *group_letter_types.TEMPLATE_TYPES)
        store_default_templates(read_texts(TEXTS, types), apps)
