from zoneinfo import ZoneInfo

from django.db import migrations


def note_the_clocks(apps, schema_editor):
    """Note what the clocks of its zone showed at the start of each meeting, and of each version."""
    for name in ["meeting", "historicalmeeting"]:
        model = apps.get_model("focus_areas", name)
        for row in model.objects.filter(local_day=None).iterator():
            local = row.starts_at.astimezone(ZoneInfo(row.time_zone))
            model.objects.filter(pk=row.pk).update(
                local_day=local.date(), local_time=None if row.is_all_day else local.time()
            )


class Migration(migrations.Migration):

    dependencies = [
        ('focus_areas', '0005_series'),
    ]

    operations = [
        migrations.RunPython(note_the_clocks, migrations.RunPython.noop),
    ]
