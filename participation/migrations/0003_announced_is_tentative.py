from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def fill(apps, schema_editor):
    """Fill the column where the meeting was not edited since it was compared."""
    announcements = apps.get_model("participation", "Announcement").objects
    meetings = apps.get_model("meetings", "Meeting").objects.filter(pk=OuterRef("meeting_id"))
    unfilled = announcements.filter(is_tentative=None, meeting__version=F("version"))
    unfilled.update(is_tentative=Subquery(meetings.values("is_tentative")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("participation", "0002_announcement_is_tentative"),
        ("meetings", "0001_initial"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
