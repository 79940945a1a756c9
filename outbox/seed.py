"""What the outbox has after every migrate: permissions, and the identity of the installation."""

from typing import Final

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps
from django.conf import settings
from django.utils import timezone

from accounts.services.staff_groups import (
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
    give_permissions,
)
from outbox.models import Installation
from outbox.services.installation import register_installation

VIEW_PERMISSIONS: Final = (
    "view_heartbeat",
    "view_mailhold",
    "view_message",
    "view_messagetemplate",
    "view_suppressedaddress",
)
TRIAGE_PERMISSIONS: Final = (
    "cancel_message",
    "change_messagetemplate",
    "lift_suppressedaddress",
    "retry_message",
    "review_messagetemplate",
    "resend_message",
)
GROUPS: Final = {
    TRIAGE_OFFICERS: (*VIEW_PERMISSIONS, *TRIAGE_PERMISSIONS),
    DESK_MANAGERS: (*VIEW_PERMISSIONS, *TRIAGE_PERMISSIONS, "release_mailhold"),
    OBSERVERS: VIEW_PERMISSIONS,
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group the permissions that it lacks, and the installation its identity."""
    if "message" in apps.all_models[sender.label]:
        give_permissions(GROUPS, sender, apps)
        if settings.INSTALLATION_FILE and not Installation.objects.exists():
            register_installation(at=timezone.now())
