"""Data that must exist after every migrate: permissions of staff, retention periods, topics."""

from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps
from django.utils.timezone import now

from accounts.services.staff_roles import give_permissions
from privacy.models import NOTICE_PERIOD, RETENTION_RULES, ProcessingTopic


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create missing rows. What staff have changed is not overwritten."""
    if "processingstatement" not in apps.all_models[sender.label]:
        # Migrations of the app were reversed.
        return
    give_permissions(sender, apps)
    RetentionPeriod: Any = sender.get_model("RetentionPeriod")
    there = set(RetentionPeriod.objects.values_list("kind", flat=True))
    RetentionPeriod.objects.bulk_create(
        RetentionPeriod(kind=str(kind), days=rule.first_days, begins_at=now() + NOTICE_PERIOD)
        for kind, rule in RETENTION_RULES.items()
        if kind not in there
    )
    ProcessingStatement: Any = sender.get_model("ProcessingStatement")
    stated = set(ProcessingStatement.objects.values_list("topic", flat=True))
    ProcessingStatement.objects.bulk_create(
        ProcessingStatement(topic=topic) for topic in ProcessingTopic.values if topic not in stated
    )
