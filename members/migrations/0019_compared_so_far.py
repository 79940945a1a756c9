from django.db import migrations
from django.db.models import F


def count_as_compared(apps, schema_editor):
    """Tell nobody now of what came long ago."""
    apps.get_model("members", "Member").objects.update(compared_at=F("submitted_at"))


class Migration(migrations.Migration):
    """What came before anybody was told of others counts as compared."""

    dependencies = [("members", "0018_member_compared")]

    operations = [migrations.RunPython(count_as_compared, migrations.RunPython.noop)]
