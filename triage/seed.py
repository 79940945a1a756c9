"""The data that must exist after each `migrate`: permissions, follow-up rules, digest template."""

from typing import Any, Final

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions
from outbox.services.default_templates import read_texts, store_default_templates
from triage.desk.services import template_types
from triage.staff_accounts.services import template_types as staff_types

TEMPLATE_TYPES: Final = (*template_types.TEMPLATE_TYPES, *staff_types.TEMPLATE_TYPES)

# The default number of days for each step, which staff can change.
FOLLOW_UP_DAYS: Final = {
    "remind_of_request": 7,
    "tell_officer": 7,
    "propose_closing": 14,
    "remind_to_confirm": 5,
    "remind_of_deadline": 3,
}


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create missing rows. Rows that staff have changed are not overwritten."""
    if "followuprule" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed.
        return

    give_permissions(sender, apps)
    FollowUpRule: Any = sender.get_model("FollowUpRule")
    there = set(FollowUpRule.objects.values_list("step", flat=True))
    FollowUpRule.objects.bulk_create(
        FollowUpRule(step=step, days=days)
        for step, days in FOLLOW_UP_DAYS.items()
        if step not in there
    )
    if "messagetemplate" in apps.all_models["outbox"]:
        store_default_templates(read_texts(template_types.TEXTS, TEMPLATE_TYPES), apps)
