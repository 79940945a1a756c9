"""What must exist after every migrate: the staff groups and the circular's own call."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps
from django.db.models import Q

GENEVA = ZoneInfo("Europe/Zurich")

TO_LOOK = (
    "accounts.view_user",
    "focus_areas.view_every_area",
    "focus_areas.view_focusarea",
    "focus_areas.view_link",
    "focus_areas.view_meeting",
    "members.view_call",
    "members.view_export",
    "members.view_focalpoint",
    "members.view_import",
    "members.view_member",
    "members.view_timelineentry",
    "outbox.view_heartbeat",
    "outbox.view_message",
)
# Not members.decline_member_state: that one is given by hand, to a person.
TO_TRIAGE = (
    "focus_areas.add_link",
    "focus_areas.add_meeting",
    "focus_areas.cancel_meeting",
    "focus_areas.change_focusarea",
    "focus_areas.change_link",
    "focus_areas.change_meeting",
    "focus_areas.schedule_meeting",
    "members.add_call",
    "members.admit_member",
    "members.change_call",
    "members.clear_suspicion_member",
    "members.close_member",
    "members.correct_member",
    "members.export_member",
    "members.import_member",
    "members.note_member",
    "members.settle_duplicate_member",
    "members.decline_member",
    "members.delete_call",
    "members.reopen_member",
    "members.request_information_member",
    "members.revoke_links_focalpoint",
    "members.take_member",
    "members.withdraw_member",
    "outbox.cancel_message",
    "outbox.retry_message",
    "outbox.write_again_message",
)

# Of the areas that they coordinate, as FocusArea.coordinators says; nothing of the others.
TO_COORDINATE = (
    "focus_areas.add_meeting",
    "focus_areas.cancel_meeting",
    "focus_areas.change_meeting",
    "focus_areas.schedule_meeting",
    "focus_areas.view_focusarea",
    "focus_areas.view_meeting",
    "members.note_member",
    "members.view_focalpoint",
    "members.view_member",
    "members.view_timelineentry",
)

TRIAGE_OFFICERS = "Triage officers"
COORDINATORS = "Focus area coordinators"
OBSERVERS = "Observers"
GROUPS = {
    TRIAGE_OFFICERS: TO_LOOK + TO_TRIAGE,
    COORDINATORS: TO_COORDINATE,
    OBSERVERS: TO_LOOK,
}

# Circular BDT/DIR/110: "by latest 31 October" is everything before midnight in Geneva; the
# grace ends when that day is over everywhere on earth.
CIRCULAR_CALL = {
    "title": "Call for expressions of interest, October 2021",
    "title_en": "Call for expressions of interest, October 2021",
    "title_fr": "Appel à manifestation d'intérêt, octobre 2021",
    "opens_at": datetime(2021, 10, 18, tzinfo=GENEVA),
    "closes_at": datetime(2021, 11, 1, tzinfo=GENEVA),
    "grace_ends_at": datetime(2021, 11, 1, 12, tzinfo=UTC),
    "contact_email": "Partner2Connect@itu.int",
}


def apply(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create what is missing; what staff have changed since stays as it is.

    A group is given what it lacks of its declared permissions and keeps what was given by
    hand. The circular's call is made where there is no call at all.
    """
    if "call" not in apps.all_models[sender.label]:
        # The app was migrated back to nothing.
        return

    Group: Any = apps.get_model("auth", "Group")
    Permission: Any = apps.get_model("auth", "Permission")
    for name, declared in GROUPS.items():
        group, _made = Group.objects.get_or_create(name=name)
        wanted = Q()
        for permission in declared:
            app_label, codename = permission.split(".")
            wanted |= Q(content_type__app_label=app_label, codename=codename)
        group.permissions.add(*Permission.objects.filter(wanted))

    Call: Any = sender.get_model("Call")
    if not Call.objects.exists():
        Call.objects.create(**CIRCULAR_CALL)
