from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("triage", "0002_spam_flag_by_staff")]

    operations = [ValidateConstraint("bulkrun", "triage_bulkrun_known_action")]
