"""What was marked stays marked; why it was is not known any more."""

from django.db import migrations
from django.db.migrations.state import StateApps


def to_reasons(apps: StateApps, _editor: object) -> None:
    for name in ("Member", "HistoricalMember"):
        model = apps.get_model("members", name)
        model.objects.filter(is_suspect=True).update(suspicion="automatic")


def to_marks(apps: StateApps, _editor: object) -> None:
    for name in ("Member", "HistoricalMember"):
        model = apps.get_model("members", name)
        model.objects.exclude(suspicion="").update(is_suspect=True)
    # What came before knew no such step.
    entries = apps.get_model("members", "TimelineEntry").objects
    entries.filter(kind="suspicion_cleared").update(kind="corrected")


class Migration(migrations.Migration):
    dependencies = [("members", "0003_timelineentry_suspicion_cleared")]

    operations = [migrations.RunPython(to_reasons, to_marks)]
