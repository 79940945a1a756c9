from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("triage", "0007_bulk_choices")]

    operations = [
        ValidateConstraint("bulkrun", "triage_bulkrun_known_action"),
        ValidateConstraint("bulkrun", "triage_bulkrun_has_its_colleague"),
        ValidateConstraint("bulkrun", "triage_bulkrun_has_its_hold"),
    ]
