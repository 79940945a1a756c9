"""What must exist after every migrate: who may write to many, and what ends a bulletin."""

from typing import Final

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_groups import (
    COORDINATORS,
    OBSERVERS,
    TRIAGE_OFFICERS,
    give_permissions,
)
from mailings.services.template_types import shipped_texts
from outbox.services.default_templates import store_default_templates

TO_LOOK: Final = ("view_mailing",)
TO_WRITE: Final = (
    "add_mailing",
    "change_mailing",
    "send_mailing",
    *TO_LOOK,
)
# Coordinators to the members of their own areas, as MailingQuerySet.within_reach_of() has it.
GROUPS: Final = {TRIAGE_OFFICERS: TO_WRITE, COORDINATORS: TO_WRITE, OBSERVERS: TO_LOOK}


def apply(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group what it lacks of its permissions, and store the texts that are missing."""
    if "mailing" not in apps.all_models[sender.label]:
        # The app was migrated back to nothing.
        return
    give_permissions(GROUPS, sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(shipped_texts(), apps)
