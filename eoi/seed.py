"""The data that must exist after each `migrate`: permissions, and the templates of letters."""

from typing import Final

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_groups import (
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
    give_permissions,
)
from eoi.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates

TRIAGE_PERMISSIONS: Final = ("view_laterequest", "decide_laterequest")
GROUPS: Final = {
    TRIAGE_OFFICERS: TRIAGE_PERMISSIONS,
    DESK_MANAGERS: TRIAGE_PERMISSIONS,
    OBSERVERS: ("view_laterequest",),
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group the permissions that it lacks, and create missing templates.

    Templates that staff have changed are not overwritten.
    """
    if "laterequest" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed.
        return

    give_permissions(GROUPS, sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(read_texts(TEXTS, TEMPLATE_TYPES), apps)
