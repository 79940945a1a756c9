"""Data that must exist after every migrate: permissions of the staff groups, and mail templates."""

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
from commitments.services.template_types import TEMPLATE_TYPES, TEXTS
from outbox.services.default_templates import read_texts, store_default_templates

VIEW_PERMISSIONS: Final = ("view_commitment", "view_exchangerate")
DECISION_PERMISSIONS: Final = ("decide_commitment", "count_commitment")
RATE_PERMISSIONS: Final = ("add_exchangerate", "change_exchangerate")
# Coordinators see the commitments of their own areas: CommitmentQuerySet.visible_to().
GROUPS: Final = {
    TRIAGE_OFFICERS: (*VIEW_PERMISSIONS, *DECISION_PERMISSIONS),
    DESK_MANAGERS: (*VIEW_PERMISSIONS, *DECISION_PERMISSIONS, *RATE_PERMISSIONS),
    COORDINATORS: VIEW_PERMISSIONS,
    OBSERVERS: VIEW_PERMISSIONS,
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group its missing permissions, and create the missing texts."""
    if "commitment" not in apps.all_models[sender.label]:
        # The migrations of this app were reversed.
        return
    give_permissions(GROUPS, sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(read_texts(TEXTS, TEMPLATE_TYPES), apps)
