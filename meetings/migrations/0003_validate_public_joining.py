from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("meetings", "0002_public_joining")]

    operations = [ValidateConstraint("meeting", "meetings_meeting_public_joining")]
