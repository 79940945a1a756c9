"""Seed data after every migrate: permissions for RSVPs and attendance, and mail templates."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions
from outbox.services.default_templates import read_texts, store_default_templates
from participation.services import (
    co_lead_types,
    date_poll_types,
    paper_kinds,
    template_types,
)

# Coordinators manage meetings of their own areas: see MeetingQuerySet.visible_to().


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group its missing permissions, and create the missing texts."""
    if "rsvp" not in apps.all_models[sender.label]:
        # The migrations of this app were reversed.
        return
    give_permissions(sender, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(
            read_texts(
                template_types.TEXTS,
                (
                    *template_types.TEMPLATE_TYPES,
                    *paper_kinds.TEMPLATE_TYPES,
                    *co_lead_types.TEMPLATE_TYPES,
                    *date_poll_types.TEMPLATE_TYPES,
                ),
            ),
            apps,
        )
