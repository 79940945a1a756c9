"""What the outbox has after every migrate: permissions, and the identity of the installation."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps
from django.conf import settings
from django.utils import timezone

from accounts.services.staff_roles import give_permissions
from outbox.models import Installation
from outbox.services.installation import register_installation


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group the permissions that it lacks, and the installation its identity."""
    if "message" in apps.all_models[sender.label]:
        give_permissions(sender, apps)
        if settings.INSTALLATION_FILE and not Installation.objects.exists():
            register_installation(at=timezone.now())
