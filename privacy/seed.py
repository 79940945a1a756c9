"""Data that must exist after every migrate: permissions of staff, and the retention periods."""

from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps
from django.utils.timezone import now

from accounts.services.staff_roles import give_permissions
from privacy.models import NOTICE_PERIOD, RETENTION_RULES


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create missing rows. Retention periods that staff have changed are not overwritten."""
    if "retentionperiod" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed.
        return
    give_permissions(sender, apps)
    RetentionPeriod: Any = sender.get_model("RetentionPeriod")
    there = set(RetentionPeriod.objects.values_list("kind", flat=True))
    RetentionPeriod.objects.bulk_create(
        RetentionPeriod(kind=str(kind), days=rule.first_days, begins_at=now() + NOTICE_PERIOD)
        for kind, rule in RETENTION_RULES.items()
        if kind not in there
    )
