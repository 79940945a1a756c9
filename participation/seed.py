"""What must exist after every migrate: who of the staff sees who comes, and what mail says."""

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
from outbox.services.default_templates import read_texts, store_default_templates
from participation.services import paper_kinds, template_types

VIEW_PERMISSIONS: Final = ("view_rsvp", "view_attendance")
ATTENDANCE_PERMISSIONS: Final = ("take_attendance", *VIEW_PERMISSIONS)
# Coordinators of the meetings of their own areas, as MeetingQuerySet.visible_to() has it.
GROUPS: Final = {
    TRIAGE_OFFICERS: ATTENDANCE_PERMISSIONS,
    COORDINATORS: ATTENDANCE_PERMISSIONS,
    OBSERVERS: VIEW_PERMISSIONS,
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group what it lacks of its permissions, and store the texts that are missing."""
    if "rsvp" not in apps.all_models[sender.label]:
        # The app was migrated back to nothing.
        return
    give_permissions(GROUPS, sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(
            read_texts(
                template_types.TEXTS,
                (*template_types.TEMPLATE_TYPES, *paper_kinds.TEMPLATE_TYPES),
            ),
            apps,
        )
