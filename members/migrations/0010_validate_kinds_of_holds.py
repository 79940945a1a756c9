from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("members", "0009_summary")]

    operations = [ValidateConstraint("timelineentry", "members_timelineentry_known_kind")]
