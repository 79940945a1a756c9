from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("participation", "0006_asked_for_replies")]

    operations = [
        ValidateConstraint("announcement", "participation_announcement_asked_by_somebody")
    ]
