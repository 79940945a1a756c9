from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

FACTS = (
    "focus_area_id",
    "status",
    "starts_at",
    "ends_at",
    "time_zone",
    "is_all_day",
    "place",
    "join_link",
)


def take_as_told(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take what was on the calendar before there were notices as told, so that nobody is flooded."""
    Meeting: Any = apps.get_model("focus_areas", "Meeting")
    Announcement: Any = apps.get_model("participation", "Announcement")
    at = timezone.now()
    on_the_calendar = Meeting.objects.exclude(status="draft").order_by("pk")
    Announcement.objects.bulk_create(
        [
            Announcement(
                meeting=meeting,
                version=meeting.version,
                told_at=at,
                **{name: getattr(meeting, name) for name in FACTS},
            )
            for meeting in on_the_calendar
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("participation", "0004_announcements_and_wishes"),
    ]

    operations = [migrations.RunPython(take_as_told, migrations.RunPython.noop)]
