"""Seed data after every migrate: permissions for RSVPs and attendance, and mail templates."""

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
from outbox.services.default_templates import read_texts, store_default_templates
from participation.services import co_lead_types, paper_kinds, template_types

VIEW_PERMISSIONS: Final = ("view_rsvp", "view_attendance")
ATTENDANCE_PERMISSIONS: Final = ("take_attendance", *VIEW_PERMISSIONS)
# Coordinators manage meetings of their own areas: see MeetingQuerySet.visible_to().
GROUPS: Final = {
    TRIAGE_OFFICERS: ATTENDANCE_PERMISSIONS,
    DESK_MANAGERS: ATTENDANCE_PERMISSIONS,
    COORDINATORS: ATTENDANCE_PERMISSIONS,
    OBSERVERS: VIEW_PERMISSIONS,
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group its missing permissions, and create the missing texts."""
    if "rsvp" not in apps.all_models[sender.label]:
        # The migrations of this app were reversed.
        return
    give_permissions(GROUPS, sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(
            read_texts(
                template_types.TEXTS,
                (
                    *template_types.TEMPLATE_TYPES,
                    *paper_kinds.TEMPLATE_TYPES,
                    *co_lead_types.TEMPLATE_TYPES,
                ),
            ),
            apps,
        )
