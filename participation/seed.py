"""What must exist after every migrate: who of the staff sees who comes, and what mail says.

The groups themselves are those of members/essentials.py.
"""

from typing import Final

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from members.essentials import COORDINATORS, OBSERVERS, TRIAGE_OFFICERS, give_permissions
from outbox.services.default_templates import ship
from participation.services import paper_kinds, template_types

TO_LOOK: Final = ("participation.view_answer", "participation.view_attendance")
TO_RUN: Final = ("participation.take_attendance", *TO_LOOK)
# Coordinators of the meetings of their own areas, as MeetingQuerySet.within_reach_of() has it.
GROUPS: Final = {TRIAGE_OFFICERS: TO_RUN, COORDINATORS: TO_RUN, OBSERVERS: TO_LOOK}


def apply(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Give each group what it lacks of its permissions, and store the texts that are missing."""
    if "answer" not in apps.all_models[sender.label]:
        # The app was migrated back to nothing.
        return
    give_permissions(GROUPS, apps)
    if "messagetemplate" in apps.all_models["outbox"]:
        ship((*template_types.shipped_texts(), *paper_kinds.shipped_texts()), apps)
